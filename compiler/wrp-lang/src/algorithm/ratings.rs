#![doc = include_str!("ratings.md")]

use super::Kind;
use wrp_graph::schema::{Field, Shape};

pub(super) static KIND: Kind =
    Kind { name: "ratings", page: include_str!("ratings.md"), fields: FIELDS, check: |_, _, _| {} };

const FIELDS: &[Field] = &[
    Field {
        name: "max_concurrent",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many calls may run at once.",
    },
    Field {
        name: "on_error",
        shape: Shape::Word(&["skip", "fail"]),
        required: false,
        doc: "What a failed call does: leave its model out, or fail the request; default skip.",
    },
];
