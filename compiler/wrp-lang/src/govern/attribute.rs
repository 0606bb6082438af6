//! What a requirement may speak of: the attributes of pools, models, routes and of the outcome.
//!
//! An attribute of a pool or a model is a field of its block, under its own name: `pool.slo.ttft_ms`. So a new field is
//! an attribute as soon as it is in the schema.

use wrp_graph::plugin;
use wrp_graph::schema::{Field, Fields, Shape, Spanned, Value};

use super::{pool, tokens};
use crate::policy::{Plugin, Route};
use crate::resolve::model;

#[derive(Clone, Debug)]
pub struct Attribute {
    /// As it is written: `pool.location`.
    pub name: String,
    pub subject: Subject,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Pool,
    Model,
    Route,
    Outcome,
}

/// What its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Word(&'static [&'static str]),
    /// A pool's name, a model's, …
    Name,
    Number,
    /// A number that may be written as `"8K"`.
    Tokens,
    Flag,
    /// A list of strings.
    List,
    /// A list of names: of plugins.
    Names,
}

/// A single value, as compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    Number(f64),
    Flag(bool),
}

/// What an attribute is on one path.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    One(Scalar),
    Many(Vec<String>),
}

pub const OUTCOMES: &[&str] = &["route", "default", "answer", "deny", "service", "signal"];

const ROUTE: &[(&str, Kind)] = &[
    ("name", Kind::Name),
    ("priority", Kind::Number),
    ("tier", Kind::Number),
    ("algorithm", Kind::Name),
    ("plugins", Kind::Names),
];

/// Finds an attribute by its name.
pub fn find(name: &str) -> Option<Attribute> {
    all().find(|attribute| attribute.name == name)
}

/// Every attribute, subject by subject.
pub fn all() -> impl Iterator<Item = Attribute> {
    let of = |subject, prefix: &'static str| {
        move |(key, kind): (String, Kind)| Attribute { name: format!("{prefix}.{key}"), subject, kind }
    };
    let named = |fields| std::iter::once(("name".to_owned(), Kind::Name)).chain(keys(fields, ""));
    let route = ROUTE.iter().map(|(key, kind)| ((*key).to_owned(), *kind));
    let outcome =
        Attribute { name: "outcome".to_owned(), subject: Subject::Outcome, kind: Kind::Word(OUTCOMES) };
    named(pool::FIELDS)
        .map(of(Subject::Pool, "pool"))
        .chain(named(model::FIELDS).map(of(Subject::Model, "model")))
        .chain(route.map(of(Subject::Route, "route")))
        .chain([outcome])
}

/// The fields that have one value or a list of strings, those inside objects with the object's name before them.
fn keys(fields: &'static [Field], prefix: &str) -> Vec<(String, Kind)> {
    let mut all = Vec::new();
    for field in fields {
        let key = format!("{prefix}{}", field.name);
        match &field.shape {
            Shape::Object(inner) => all.extend(keys(inner, &format!("{key}."))),
            shape => all.extend(kind(shape).map(|kind| (key, kind))),
        }
    }
    all
}

fn kind(shape: &Shape) -> Option<Kind> {
    match shape {
        Shape::Text => Some(Kind::Text),
        Shape::Word(words) => Some(Kind::Word(words)),
        Shape::Int(..) | Shape::Number(..) => Some(Kind::Number),
        Shape::Tokens => Some(Kind::Tokens),
        Shape::Flag => Some(Kind::Flag),
        Shape::List(Shape::Text) => Some(Kind::List),
        Shape::Either(shapes) => shapes.iter().find_map(kind),
        Shape::List(_) | Shape::Object(_) | Shape::Any => None,
    }
}

impl Attribute {
    /// The name without its subject: `slo.ttft_ms`.
    pub fn key(&self) -> &str {
        self.name.split_once('.').map_or("", |(_, key)| key)
    }

    /// What the fields of a block say of it.
    pub(super) fn of_fields(&self, fields: &Fields) -> Option<Fact> {
        let value = match self.key().split_once('.') {
            Some((object, key)) => fields.object(object)?.get(key),
            None => fields.get(self.key()),
        }?;
        match self.kind {
            Kind::List | Kind::Names => {
                let texts = value.it.as_list()?.iter().filter_map(|item| item.it.as_text());
                Some(Fact::Many(texts.map(str::to_owned).collect()))
            }
            kind => kind.scalar(&value.it).map(Fact::One),
        }
    }

    pub(super) fn of_route(&self, route: &Route) -> Option<Fact> {
        let text = |text: &str| Some(Fact::One(Scalar::Text(text.to_owned())));
        let number = |number: i64| Some(Fact::One(Scalar::Number(number as f64)));
        match self.key() {
            "name" => text(&route.name.it),
            "priority" => number(route.priority),
            "tier" => number(route.tier),
            // What happens without a word about it.
            "algorithm" => text(route.algorithm.as_ref().map_or("static", |it| it.kind.it.as_str())),
            "plugins" => {
                let in_force = |it: &&Plugin| {
                    plugin::find(&it.kind).is_some_and(|kind| (kind.compile)(&it.fields).is_some())
                };
                Some(Fact::Many(route.plugins.iter().filter(in_force).map(|it| it.kind.clone()).collect()))
            }
            _ => None,
        }
    }
}

impl Kind {
    /// A value as one of this kind, if it is one.
    pub(crate) fn scalar(self, value: &Value) -> Option<Scalar> {
        match self {
            Kind::Number => value.as_number().map(Scalar::Number),
            Kind::Tokens => tokens(value).map(|tokens| Scalar::Number(tokens as f64)),
            Kind::Flag => value.as_bool().map(Scalar::Flag),
            Kind::Text | Kind::Word(_) | Kind::Name | Kind::List | Kind::Names => {
                value.as_text().map(|text| Scalar::Text(text.to_owned()))
            }
        }
    }

    /// What its values are, in the words of a diagnostic.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Kind::Text | Kind::Word(_) | Kind::Name => "a string",
            Kind::Number => "a number",
            Kind::Tokens => "a number of tokens",
            Kind::Flag => "true or false",
            Kind::List | Kind::Names => "a list of strings",
        }
    }
}

impl Fact {
    /// In the words of a message.
    pub fn describe(&self) -> String {
        match self {
            Fact::One(scalar) => scalar.describe(),
            Fact::Many(texts) if texts.is_empty() => "empty".to_owned(),
            Fact::Many(texts) => texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "),
        }
    }
}

impl Scalar {
    pub fn describe(&self) -> String {
        match self {
            Scalar::Text(text) => format!("`{text}`"),
            Scalar::Number(number) => number.to_string(),
            Scalar::Flag(flag) => flag.to_string(),
        }
    }
}

/// Lists of scalars, for a message.
pub(super) fn listed(values: &[Spanned<Scalar>]) -> String {
    values.iter().map(|value| value.it.describe()).collect::<Vec<_>>().join(", ")
}
