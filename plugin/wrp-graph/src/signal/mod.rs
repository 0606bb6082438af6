//! The signals a policy may declare: one file and one page each.
//!
//! A [`Kind`] says how a family is declared, checked, documented and compiled (feature `build`). What the
//! proxy runs of it is an [`Inline`] signal; what only a model can tell is a query for the host.

pub mod authz;
#[cfg(feature = "build")]
pub mod classifier;
#[cfg(feature = "build")]
pub mod complexity;
pub mod context;
pub mod conversation;
#[cfg(feature = "build")]
pub mod domain;
#[cfg(feature = "build")]
mod embedding;
pub mod event;
#[cfg(feature = "build")]
mod fact_check;
#[cfg(feature = "build")]
mod jailbreak;
#[cfg(feature = "build")]
mod kb;
pub mod keyword;
pub mod language;
pub mod metadata;
#[cfg(feature = "build")]
mod modality;
#[cfg(feature = "build")]
mod pii;
#[cfg(feature = "build")]
mod preference;
#[cfg(feature = "build")]
pub mod reask;
pub mod structure;
#[cfg(feature = "build")]
mod user_feedback;

use serde::Serialize;

use crate::facts::Facts;
#[cfg(feature = "build")]
use crate::graph::Query;
use crate::reading::Reading;
#[cfg(feature = "build")]
use crate::scan::Builder;
use crate::scan::{Hits, Scanner};
#[cfg(feature = "build")]
use crate::schema::{Field, Fields, Problem, Shape, Spanned};
use crate::wire::wire;

/// A signal the proxy decides by itself, compiled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Inline {
    Authz(authz::Authz),
    Bm25(keyword::bm25::Bm25),
    Context(context::Context),
    Conversation(conversation::Conversation),
    Event(event::Event),
    Keyword(keyword::Keyword),
    Language(language::Language),
    Metadata(metadata::Metadata),
    Ngram(keyword::ngram::Ngram),
    Structure(structure::Structure),
}

wire!(enum Inline {
    0 => Authz(it),
    1 => Bm25(it),
    2 => Context(it),
    3 => Conversation(it),
    4 => Event(it),
    5 => Keyword(it),
    6 => Language(it),
    7 => Metadata(it),
    8 => Ngram(it),
    9 => Structure(it),
});

impl Inline {
    /// What the signal says about this request. `hits` is what one pass over the text has found.
    pub fn sense(&self, facts: &Facts<'_>, hits: &Hits) -> Reading {
        match self {
            Inline::Authz(authz) => authz.sense(facts),
            Inline::Bm25(bm25) => bm25.sense(&facts.text),
            Inline::Context(context) => context.sense(facts),
            Inline::Conversation(conversation) => conversation.sense(facts),
            Inline::Event(event) => event.sense(hits),
            Inline::Keyword(keyword) => keyword.sense(hits),
            Inline::Language(language) => language.sense(hits),
            Inline::Metadata(metadata) => metadata.sense(facts),
            Inline::Ngram(ngram) => ngram.sense(&facts.text),
            Inline::Structure(structure) => structure.sense(facts, hits),
        }
    }

    /// Whether the recipe's scanner knows every pattern that this signal asks it; a decoder refuses others.
    pub fn fits(&self, scanner: &Scanner) -> bool {
        match self {
            Inline::Event(event) => event.fits(scanner),
            Inline::Keyword(keyword) => keyword.fits(scanner),
            Inline::Language(language) => language.fits(scanner),
            Inline::Structure(structure) => structure.fits(scanner),
            Inline::Authz(_)
            | Inline::Bm25(_)
            | Inline::Context(_)
            | Inline::Conversation(_)
            | Inline::Metadata(_)
            | Inline::Ngram(_) => true,
        }
    }
}

/// One family of signals as the compiler sees it.
#[cfg(feature = "build")]
#[derive(Debug)]
pub struct Kind {
    /// The word after `SIGNAL`, and before the parenthesis in a condition.
    pub name: &'static str,
    /// What `wrpc explain` prints.
    pub page: &'static str,
    pub fields: &'static [Field],
    pub reach: Reach,
    /// Whether a failed detector of this family should refuse rather than pass (`ON_UNKNOWN` by class).
    pub safety: bool,
    /// The fixed names of the family, or empty where names are free.
    pub names: &'static [&'static str],
    /// What the schema cannot say. The schema has been checked before.
    pub check: fn(&Declaration<'_>, &mut Vec<Problem>),
    /// What it becomes. `None` where the runtime skips such a declaration (it then never matches).
    pub compile: fn(&Declaration<'_>, &mut Builder) -> Option<Compiled>,
}

/// Of every family.
#[cfg(feature = "build")]
const DESCRIPTION: Field = Field {
    name: "description",
    shape: Shape::Text,
    required: false,
    doc: "For the reader; the signal does not look at it.",
};

/// Of every family that is asked of the host.
#[cfg(feature = "build")]
const MIN_COVERAGE: Field = Field {
    name: "min_coverage",
    shape: Shape::Number(0.0, 1.0),
    required: false,
    doc: "The share of a long text that must have been seen for a no to count; default 1, all of it.",
};

/// A declared signal, compiled.
#[cfg(feature = "build")]
#[derive(Clone, Debug, PartialEq)]
pub enum Compiled {
    /// Decided in the proxy; sets the one key (`kind:name`, for authz `authz:role`).
    Inline { key: String, signal: Inline },
    /// Asked of the host.
    Ask(Query),
}

/// Every family, by name.
#[cfg(feature = "build")]
pub static KINDS: &[&Kind] = &[
    &authz::KIND,
    &classifier::KIND,
    &complexity::KIND,
    &context::KIND,
    &conversation::KIND,
    &domain::KIND,
    &embedding::KIND,
    &event::KIND,
    &fact_check::KIND,
    &jailbreak::KIND,
    &kb::KIND,
    &keyword::KIND,
    &language::KIND,
    &metadata::KIND,
    &modality::KIND,
    &pii::KIND,
    &preference::KIND,
    &reask::KIND,
    &structure::KIND,
    &user_feedback::KIND,
];

/// Finds a family by its word in the language.
#[cfg(feature = "build")]
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// Where a signal is decided.
#[cfg(feature = "build")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the proxy, exactly, from the request alone. Such a signal never fails.
    Inline,
    /// By the host, with a model.
    Host,
}

/// `SIGNAL kind name { fields }` as written.
#[cfg(feature = "build")]
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'p> {
    pub name: &'p Spanned<String>,
    pub fields: &'p Fields,
}

#[cfg(feature = "build")]
impl Declaration<'_> {
    /// The signal as the proxy runs it, under `family:name`.
    pub fn inline(&self, family: &str, signal: Inline) -> Compiled {
        Compiled::Inline { key: format!("{family}:{}", self.name.it), signal }
    }

    /// The query that asks the host for this signal: under `family:name`, or under `family:name:label` for each
    /// label the signal may answer with.
    pub fn ask(&self, family: &str, schema: &[Field], labels: &[String]) -> Compiled {
        let key = format!("{family}:{}", self.name.it);
        let keys = match labels {
            [] => vec![key],
            labels => labels.iter().map(|label| format!("{key}:{label}")).collect(),
        };
        let spec = crate::schema::json(self.fields, schema).to_string();
        Compiled::Ask(Query { family: family.to_owned(), name: self.name.it.clone(), spec, keys })
    }
}
