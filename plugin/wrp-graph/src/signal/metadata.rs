#![doc = include_str!("metadata.md")]

use serde::Serialize;

use crate::facts::Facts;
use crate::reading::Reading;
use crate::wire::wire;

/// A test of one entry of the caller's `metadata`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    pub key: String,
    pub predicate: Predicate,
}

wire!(Metadata { key, predicate });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Predicate {
    Equals(String),
    In(Vec<String>),
    Exists(bool),
}

wire!(enum Predicate { 0 => Equals(it), 1 => In(it), 2 => Exists(it) });

impl Metadata {
    pub fn sense(&self, facts: &Facts<'_>) -> Reading {
        let value = facts.metadata.iter().find(|(key, _)| *key == self.key).map(|(_, value)| value);
        let matched = match (&self.predicate, value) {
            (Predicate::Exists(wanted), value) => value.is_some() == *wanted,
            (Predicate::Equals(wanted), Some(value)) => value == wanted,
            (Predicate::In(wanted), Some(value)) => wanted.iter().any(|word| word == value),
            (Predicate::Equals(_) | Predicate::In(_), None) => false,
        };
        if matched { Reading::confident(true, 1.0) } else { Reading::MISSED }
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;

#[cfg(feature = "build")]
mod build {
    use super::{Metadata, Predicate};
    use crate::body::{METADATA_ENTRIES, METADATA_KEY_BYTES, METADATA_VALUE_BYTES};
    use crate::schema::{Field, Fields, Gravity, Problem, Shape, Trouble};
    use crate::signal::{Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "metadata",
        page: include_str!("metadata.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: &[],
        check,
        compile: |it, _| Some(it.inline("metadata", Inline::Metadata(read(it)?))),
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "key",
            shape: Shape::Text,
            required: true,
            doc: "The entry of the request's `metadata` to look at.",
        },
        Field {
            name: "predicate",
            shape: Shape::Object(PREDICATE),
            required: true,
            doc: "What the entry must be: exactly one of `equals`, `in` and `exists`.",
        },
        crate::signal::DESCRIPTION,
    ];

    const PREDICATE: &[Field] = &[
        Field { name: "equals", shape: Shape::Text, required: false, doc: "The entry is exactly this." },
        Field {
            name: "in",
            shape: Shape::List(&Shape::Text),
            required: false,
            doc: "The entry is one of these.",
        },
        Field { name: "exists", shape: Shape::Flag, required: false, doc: "The entry is there, or is not." },
    ];

    fn read(it: &Declaration<'_>) -> Option<Metadata> {
        let key = it.fields.text("key").filter(|key| !key.is_empty())?.to_owned();
        match predicates(it.fields.object("predicate")?).as_slice() {
            [predicate] => Some(Metadata { key, predicate: predicate.clone() }),
            _ => None,
        }
    }

    fn predicates(written: &Fields) -> Vec<Predicate> {
        let one_of: Vec<String> = written.texts("in").into_iter().map(|word| word.it).collect();
        [
            written.text("equals").map(|word| Predicate::Equals(word.to_owned())),
            (!one_of.is_empty()).then_some(Predicate::In(one_of)),
            written.flag("exists").map(Predicate::Exists),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
        if let Some(written) = it.fields.get("predicate")
            && let count = it.fields.object("predicate").map_or(0, |fields| predicates(fields).len())
            && count != 1
        {
            let message =
                format!("a predicate needs exactly one of `equals`, `in` and `exists`, not {count}");
            problems.push(
                Problem::new(Trouble::Invalid, Gravity::Refused, written.span, message)
                    .help("keep the one that is meant; test the others with signals of their own"),
            );
        }
        if let Some(key) = it.fields.get("key")
            && let Some(word) = key.it.as_text()
            && (word.is_empty() || word.len() > METADATA_KEY_BYTES)
        {
            let message =
                format!("a metadata key has 1 to {METADATA_KEY_BYTES} bytes, this one {}", word.len());
            problems.push(Problem::new(Trouble::OutOfRange, Gravity::Refused, key.span, message));
        }
        let Some(predicate) = it.fields.object("predicate") else { return };
        let equals = predicate.get("equals").into_iter();
        let words = equals.chain(predicate.list("in").unwrap_or_default());
        for word in
            words.filter(|word| word.it.as_text().is_some_and(|text| text.len() > METADATA_VALUE_BYTES))
        {
            let message = format!(
                "never matches: a metadata value has at most {METADATA_VALUE_BYTES} bytes (and a request {METADATA_ENTRIES} \
                 of them)"
            );
            problems.push(Problem::new(Trouble::OutOfRange, Gravity::Doubtful, word.span, message));
        }
    }
}
