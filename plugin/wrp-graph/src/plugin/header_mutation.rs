#![doc = include_str!("header_mutation.md")]

use serde::Serialize;

#[cfg(feature = "build")]
use super::{Effect, Kind, NAMES, optional, required};
#[cfg(feature = "build")]
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Span, Trouble};
use crate::wire::wire;

/// Changes to the headers that go upstream. Names are in lower case and are never pseudo-headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeaderMutation {
    /// Appended; values that are there stay.
    pub add: Vec<Header>,
    /// Set; values that are there go.
    pub update: Vec<Header>,
    pub delete: Vec<String>,
}

wire!(HeaderMutation { add, update, delete });

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    pub name: String,
    pub value: String,
}

wire!(Header { name, value });

#[cfg(feature = "build")]
const HEADER: &[Field] = &[
    required("name", Shape::Text, "The header's name; case does not matter."),
    required("value", Shape::Text, "The header's value."),
];

#[cfg(feature = "build")]
pub(super) static KIND: Kind = Kind {
    name: "header_mutation",
    page: include_str!("header_mutation.md"),
    fields: &[
        optional("add", Shape::List(&Shape::Object(HEADER)), "Headers to append; present values stay."),
        optional("update", Shape::List(&Shape::Object(HEADER)), "Headers to set; present values go."),
        optional("delete", NAMES, "Headers to remove."),
    ],
    inline: true,
    check,
    compile: |fields| {
        let mutation = HeaderMutation {
            add: headers(fields, "add").map(|(header, _)| header).collect(),
            update: headers(fields, "update").map(|(header, _)| header).collect(),
            delete: fields
                .texts("delete")
                .into_iter()
                .map(|name| name.it.to_ascii_lowercase())
                .filter(|name| refusal(name, "").is_none())
                .collect(),
        };
        (mutation != HeaderMutation::default()).then_some(Effect::HeaderMutation(mutation))
    },
};

/// The headers of one list that may be sent, with the places of their names.
#[cfg(feature = "build")]
fn headers<'f>(fields: &'f Fields, list: &str) -> impl Iterator<Item = (Header, Span)> + 'f {
    written(fields, list).filter(|(header, _)| refusal(&header.name, &header.value).is_none())
}

#[cfg(feature = "build")]
fn written<'f>(fields: &'f Fields, list: &str) -> impl Iterator<Item = (Header, Span)> + 'f {
    fields.list(list).unwrap_or_default().iter().filter_map(|item| {
        let pair = item.it.as_object()?;
        let name = pair.get("name")?;
        let header =
            Header { name: name.it.as_text()?.to_ascii_lowercase(), value: pair.text("value")?.to_owned() };
        Some((header, name.span))
    })
}

#[cfg(feature = "build")]
fn check(fields: &Fields, problems: &mut Vec<Problem>) {
    let deleted = fields
        .texts("delete")
        .into_iter()
        .map(|name| (Header { name: name.it.to_ascii_lowercase(), value: String::new() }, name.span));
    let all = written(fields, "add").chain(written(fields, "update")).chain(deleted);
    for (header, span) in all {
        if let Some(why) = refusal(&header.name, &header.value) {
            problems.push(Problem::new(
                Trouble::Invalid,
                Gravity::Refused,
                span,
                format!("header `{}` {why}", header.name),
            ));
        }
    }
}

/// Why a header may not be touched by a policy.
#[cfg(feature = "build")]
fn refusal(name: &str, value: &str) -> Option<&'static str> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.starts_with(':') {
        return Some("is a pseudo-header, which a policy cannot change");
    }
    if name.is_empty() || !name.bytes().all(token) {
        return Some("is not a header name");
    }
    if value.bytes().any(|byte| byte == b'\r' || byte == b'\n' || byte == 0) {
        return Some("has a line break in its value");
    }
    if ["content-length", "transfer-encoding", "host", "x-selected-model"].contains(&name) {
        return Some("belongs to the proxy, which sets it by itself");
    }
    None
}
