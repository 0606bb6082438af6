#![doc = include_str!("ratings.md")]

use super::{Call, Kind, Name};
use wrp_graph::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind =
    Kind { name: "ratings", page: include_str!("ratings.md"), fields: FIELDS, calls, check: |_, _, _| {} };

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

fn calls<'p>(candidates: &[Name<'p>], _: &'p Fields) -> Vec<Call<'p>> {
    candidates.iter().map(|it| Call::to("candidate", it.clone())).collect()
}
