#![doc = include_str!("prompt.md")]

use super::{Call, Kind, Name, name};
use wrp_graph::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind =
    Kind { name: "prompt", page: include_str!("prompt.md"), fields: FIELDS, calls, check: |_, _, _| {} };

const FIELDS: &[Field] = &[
    Field {
        name: "prompt",
        shape: Shape::Object(PROMPT),
        required: true,
        doc: "Who chooses, and by what words.",
    },
    Field {
        name: "on_error",
        shape: Shape::Word(&["fallback", "fail", "skip"]),
        required: false,
        doc: "What a failed choice does: take the first model, or fail the request.",
    },
];

const PROMPT: &[Field] = &[
    Field { name: "model", shape: Shape::Text, required: true, doc: "The model that chooses." },
    Field { name: "instructions", shape: Shape::Text, required: false, doc: "What it is told." },
    Field {
        name: "timeout_seconds",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "How long it may think, in seconds; default 5.",
    },
];

fn calls<'p>(candidates: &[Name<'p>], fields: &'p Fields) -> Vec<Call<'p>> {
    let helper = fields.object("prompt").and_then(|prompt| name(prompt, "model"));
    let helper = helper.map(|model| Call::to("helper", model));
    helper.into_iter().chain(super::one_of(candidates, fields)).collect()
}
