#![doc = include_str!("reask.md")]

use super::{Kind, Reach};
use crate::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind = Kind {
    name: "reask",
    page: include_str!("reask.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("reask", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "The least similarity to an earlier turn that counts; default 0.8.",
    },
    Field {
        name: "lookback_turns",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many turns in a row, going back, must be similar; default 1.",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];

/// How many turns in a row must be similar. Of several reask signals that match, only those with the largest
/// number stay matched.
pub fn lookback_turns(fields: &Fields) -> i64 {
    fields.int("lookback_turns").filter(|turns| *turns >= 1).unwrap_or(1)
}
