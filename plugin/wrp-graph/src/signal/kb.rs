#![doc = include_str!("kb.md")]

use super::{Kind, Reach};
use crate::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "kb",
    page: include_str!("kb.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("kb", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "kb",
        shape: Shape::Text,
        required: true,
        doc: "The knowledge base, by the name the host knows it under.",
    },
    Field {
        name: "target",
        shape: Shape::Object(TARGET),
        required: true,
        doc: "The label or group of the knowledge base that this signal stands for.",
    },
    Field {
        name: "match",
        shape: Shape::Word(&["best", "threshold"]),
        required: false,
        doc: "Fire when the target wins (`best`), or when it passes its own threshold; default best.",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];

const TARGET: &[Field] = &[
    Field {
        name: "kind",
        shape: Shape::Word(&["label", "group"]),
        required: true,
        doc: "What `value` names.",
    },
    Field { name: "value", shape: Shape::Text, required: true, doc: "The label's or group's name." },
];
