//! What stands where in a file: what its names are names of, who declares and who uses them; for editors.
//!
//! [`mentions`] lists every name, kind and field of a tree with what it means; [`rename`] changes a name everywhere,
//! [`outline`] is the file at a glance, and [`complete`] says what could be written at a place.

mod collect;
pub mod complete;
mod context;
pub mod outline;
pub mod rename;
#[cfg(test)]
mod tests;

pub use collect::mentions;

use wrp_graph::schema::{Field, Span};

use crate::explain::Section;

/// One place that means something.
#[derive(Clone, Debug)]
pub struct Mention {
    pub span: Span,
    pub form: Form,
    pub subject: Subject,
}

/// How a name is written, which is how another must be written in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An identifier, or a string where it would not be one.
    Bare,
    /// An identifier and nothing else.
    Word,
    /// A string; the span holds the quotation marks.
    Quoted,
    /// A part of a string, between its quotation marks.
    Inside,
}

#[derive(Clone, Debug)]
pub enum Subject {
    /// A name that the policy gives.
    Name { symbol: Symbol, role: Role },
    /// A word with a page of its own: a kind of signal, plugin or algorithm.
    Page { section: Section, name: &'static str },
    /// A field or an option, as its schema describes it.
    Field(&'static Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Declares,
    Uses,
}

/// What a name is a name of. Two mentions of equal symbols mean the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    pub scope: Scope,
    pub space: Space,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Models and recipes belong to all of it.
    Policy,
    TopLevel,
    /// The recipe whose block begins here.
    Recipe(u32),
}

/// Names of different spaces have nothing to do with each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// A signal of this kind.
    Signal(String),
    /// What authz signals answer.
    Role,
    Partition,
    Score,
    Mapping,
    /// An output of a mapping.
    Output,
    Model,
    Plugin,
    Recipe,
    Route,
    Tree,
    Test,
    /// The variable of the FOR that stands here.
    Variable(u32),
}

impl Space {
    /// As a person would say it.
    pub fn describe(&self) -> String {
        match self {
            Space::Signal(kind) => format!("{kind} signal"),
            Space::Role => "role".to_owned(),
            Space::Partition => "partition".to_owned(),
            Space::Score => "score".to_owned(),
            Space::Mapping => "mapping".to_owned(),
            Space::Output => "mapping output".to_owned(),
            Space::Model => "model".to_owned(),
            Space::Plugin => "plugin template".to_owned(),
            Space::Recipe => "recipe".to_owned(),
            Space::Route => "route".to_owned(),
            Space::Tree => "decision tree".to_owned(),
            Space::Test => "test".to_owned(),
            Space::Variable(_) => "loop variable".to_owned(),
        }
    }
}

impl Mention {
    /// The name's symbol, where it is one that the policy gives.
    pub fn symbol(&self) -> Option<&Symbol> {
        match &self.subject {
            Subject::Name { symbol, .. } => Some(symbol),
            Subject::Page { .. } | Subject::Field(_) => None,
        }
    }

    pub fn declares(&self) -> bool {
        matches!(self.subject, Subject::Name { role: Role::Declares, .. })
    }
}

/// The narrowest mention at a place; its end belongs to it, as a cursor behind a word is at the word.
pub fn at(mentions: &[Mention], place: u32) -> Option<&Mention> {
    let here = mentions.iter().filter(|it| it.span.start <= place && place <= it.span.end);
    here.min_by_key(|it| (it.span.end - it.span.start, it.span.end == place))
}

/// Every mention of one symbol, in source order.
pub fn of<'m>(mentions: &'m [Mention], symbol: &'m Symbol) -> impl Iterator<Item = &'m Mention> {
    mentions.iter().filter(move |it| it.symbol() == Some(symbol))
}
