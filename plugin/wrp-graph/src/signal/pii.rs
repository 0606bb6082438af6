#![doc = include_str!("pii.md")]

use super::{Kind, Reach};
use crate::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "pii",
    page: include_str!("pii.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: true,
    names: &[],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("pii", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "The least probability at which a found entity counts; the detector's own when absent.",
    },
    Field {
        name: "pii_types_allowed",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Entity types that may occur; any other type fires the signal.",
    },
    Field {
        name: "include_history",
        shape: Shape::Flag,
        required: false,
        doc: "Also look at earlier messages; default false.",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];
