//! What could be written at a place: keywords, kinds, fields, words and names.

use std::collections::BTreeSet;

use wrp_graph::schema::{Field, Shape, Span};
use wrp_graph::{plugin, signal};

use super::context::{Context, Wanted, context};
use super::{Mention, Scope, Space};
use crate::algorithm;
use crate::explain::{Section, find_in};
use crate::source::Source;
use crate::syntax::cursor::{BLOCKS, GLOBAL, PROJECTION_KINDS, ROUTE_ITEMS, TREE_ITEMS};
use crate::syntax::escape::{encode, written};

/// One thing that could stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub label: String,
    /// What is written in the place of `span`.
    pub text: String,
    pub span: Span,
    pub sort: Sort,
    /// What it is, in a few words.
    pub detail: String,
    /// The page or the sentence about it.
    pub documentation: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Keyword,
    Kind,
    Field,
    Word,
    Name,
}

/// Suggestions for a place in a text whose mentions are given; what does not begin as the text there does is for the
/// editor to leave out.
pub fn complete(source: &Source, place: u32, mentions: &[Mention]) -> Vec<Suggestion> {
    let list = List { context: context(&source.text, place, mentions), mentions, found: Vec::new() };
    list.fill()
}

struct List<'m> {
    context: Context<'m>,
    mentions: &'m [Mention],
    found: Vec<Suggestion>,
}

impl<'m> List<'m> {
    fn fill(mut self) -> Vec<Suggestion> {
        match std::mem::replace(&mut self.context.wanted, Wanted::Nothing) {
            Wanted::Block { in_recipe } => {
                let fits = |word: &&&str| !in_recipe || !GLOBAL.contains(word);
                self.keywords(BLOCKS.iter().filter(fits));
            }
            Wanted::SignalKind => self.signal_kinds(""),
            Wanted::ProjectionKind => self.keywords(PROJECTION_KINDS.iter()),
            Wanted::PluginKind => self.plugin_kinds(),
            Wanted::Item { in_tree } => self.items(in_tree),
            Wanted::Branch => self.keywords(["IF", "ELSE", "ELSE IF"].iter()),
            Wanted::Condition => {
                self.keywords(["NOT"].iter());
                self.signal_kinds("(\"\")");
                self.push("projection", "projection(\"\")", Sort::Kind, "an output of a mapping", None);
            }
            Wanted::Operator { in_tree } => {
                self.keywords(["AND", "OR"].iter());
                if !in_tree {
                    self.items(false);
                }
            }
            Wanted::Tested(kind) => self.tested(&kind.to_lowercase()),
            Wanted::Field { schema, present, sign } => {
                for field in schema.iter().filter(|field| !present.contains(&field.name)) {
                    let text =
                        if sign == '=' { format!("{} = ", field.name) } else { format!("{}: ", field.name) };
                    let detail = if field.required { "required" } else { "" };
                    self.push(field.name, &text, Sort::Field, detail, Some(field.doc.to_owned()));
                }
            }
            Wanted::Value { field } => self.value(field),
            Wanted::Model => self.names(&Space::Model, Written::Name),
            Wanted::Algorithm => {
                for kind in algorithm::KINDS {
                    self.page(kind.name, kind.name, Section::Algorithms, "algorithm");
                }
            }
            Wanted::Plugin => {
                self.names(&Space::Plugin, Written::Name);
                self.plugin_kinds();
            }
            Wanted::Route => self.names(&Space::Route, Written::Name),
            Wanted::OneOf(words) => self.keywords(words.iter()),
            Wanted::Nothing => {}
        }
        self.found
    }

    fn push(&mut self, label: &str, text: &str, sort: Sort, detail: &str, documentation: Option<String>) {
        self.found.push(Suggestion {
            label: label.to_owned(),
            text: text.to_owned(),
            span: self.context.span,
            sort,
            detail: detail.to_owned(),
            documentation,
        });
    }

    fn keywords<'w>(&mut self, words: impl Iterator<Item = &'w &'static str>) {
        if !self.context.in_string {
            words.for_each(|word| self.push(word, word, Sort::Keyword, "", None));
        }
    }

    fn items(&mut self, in_tree: bool) {
        self.keywords(if in_tree { TREE_ITEMS.iter() } else { ROUTE_ITEMS.iter() });
    }

    fn page(&mut self, name: &'static str, text: &str, section: Section, detail: &str) {
        let page = find_in(section, name).map(|page| page.text.to_owned());
        self.push(name, text, Sort::Kind, detail, page);
    }

    fn signal_kinds(&mut self, behind: &str) {
        for kind in signal::KINDS {
            self.page(kind.name, &format!("{}{behind}", kind.name), Section::Signals, "signal");
        }
    }

    fn plugin_kinds(&mut self) {
        for kind in plugin::KINDS {
            self.page(kind.name, kind.name, Section::Plugins, "plugin");
        }
    }

    /// What a condition of this kind can name.
    fn tested(&mut self, kind: &str) {
        match kind {
            "projection" => self.names(&Space::Output, Written::Text),
            "authz" => self.names(&Space::Role, Written::Text),
            "complexity" => {
                for name in self.declared(&Space::Signal(kind.to_owned())) {
                    for level in signal::complexity::LEVELS {
                        self.name(&format!("{name}:{level}"), "complexity signal", Written::Text);
                    }
                }
            }
            kind => self.names(&Space::Signal(kind.to_owned()), Written::Text),
        }
    }

    /// What a field can be: the words and the flags of its shape, and the names that it takes.
    fn value(&mut self, field: &'static Field) {
        match (field.name, &field.shape) {
            ("members" | "default", _) => {
                self.names(&Space::Signal("domain".to_owned()), Written::Text);
                self.names(&Space::Signal("embedding".to_owned()), Written::Text);
            }
            ("source", Shape::Text) => self.names(&Space::Score, Written::Text),
            ("recipe", _) => self.names(&Space::Recipe, Written::Text),
            ("default_model" | "model" | "models", _) => self.names(&Space::Model, Written::Text),
            ("name", _) => match self.context.family {
                Some("projection") => {
                    self.names(&Space::Score, Written::Text);
                    self.names(&Space::Output, Written::Text);
                }
                Some(kind) => self.tested(&kind.to_lowercase()),
                None => {}
            },
            (_, shape) => self.words(shape),
        }
    }

    fn words(&mut self, shape: &'static Shape) {
        match shape {
            Shape::Word(words) => words.iter().for_each(|word| self.word(word, Written::Text)),
            Shape::Flag => ["true", "false"].iter().for_each(|word| self.word(word, Written::Word)),
            Shape::List(item) => self.words(item),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.words(shape)),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, how: Written) {
        if let Some(text) = self.as_written(word, how) {
            self.push(word, &text, Sort::Word, "", None);
        }
    }

    fn names(&mut self, space: &Space, how: Written) {
        for name in self.declared(space) {
            self.name(&name, &space.describe(), how);
        }
    }

    fn name(&mut self, name: &str, detail: &str, how: Written) {
        if let Some(text) = self.as_written(name, how) {
            self.push(name, &text, Sort::Name, detail, None);
        }
    }

    /// The names of a space in the scope of the place.
    fn declared(&self, space: &Space) -> BTreeSet<String> {
        let scope = match (space, self.context.recipe) {
            (Space::Model | Space::Recipe, _) => Scope::Policy,
            (_, Some(start)) => Scope::Recipe(start),
            (_, None) => Scope::TopLevel,
        };
        let declared = self.mentions.iter().filter(|mention| mention.declares()).filter_map(Mention::symbol);
        declared.filter(|it| it.space == *space && it.scope == scope).map(|it| it.name.clone()).collect()
    }

    /// As it would stand there; nothing where it cannot.
    fn as_written(&self, name: &str, how: Written) -> Option<String> {
        Some(match (self.context.in_string, how) {
            (true, Written::Word) => return None,
            (true, _) => encode(name).trim_matches('"').to_owned(),
            (false, Written::Name) => written(name),
            (false, Written::Text) => encode(name),
            (false, Written::Word) => name.to_owned(),
        })
    }
}

/// How a place takes what is suggested for it.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    /// A word, or a string where it is none.
    Name,
    /// A string.
    Text,
    /// A word and nothing else.
    Word,
}
