#![doc = include_str!("modality.md")]

use super::{Kind, Reach};
use crate::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "modality",
    page: include_str!("modality.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &["AR", "DIFFUSION", "BOTH"],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("modality", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "description",
        shape: Shape::Text,
        required: false,
        doc: "For the reader; the signal does not look at it.",
    },
    super::MIN_COVERAGE,
];
