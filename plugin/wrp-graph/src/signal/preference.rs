#![doc = include_str!("preference.md")]

use super::{Kind, Reach};
use crate::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "preference",
    page: include_str!("preference.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("preference", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "description",
        shape: Shape::Text,
        required: false,
        doc: "What the user prefers, in one sentence; part of the comparison.",
    },
    Field {
        name: "examples",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Messages that show the preference.",
    },
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "The least score that counts.",
    },
    super::MIN_COVERAGE,
];
