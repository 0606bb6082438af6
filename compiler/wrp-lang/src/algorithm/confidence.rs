#![doc = include_str!("confidence.md")]

use super::{Call, Kind, Name};
use wrp_graph::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind = Kind {
    name: "confidence",
    page: include_str!("confidence.md"),
    fields: FIELDS,
    calls,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "confidence_method",
        shape: Shape::Word(&["avg_logprob", "margin", "hybrid", "self_verify", "automix_entailment"]),
        required: false,
        doc: "How sure an answer is judged to be.",
    },
    Field {
        name: "threshold",
        shape: Shape::Number(-100.0, 100.0),
        required: false,
        doc: "From which confidence an answer is taken.",
    },
    Field {
        name: "escalation_order",
        shape: Shape::Word(&["size", "small_to_large", "declared", "cost", "automix"]),
        required: false,
        doc: "In which order models are tried; default small_to_large.",
    },
    Field {
        name: "cost_quality_tradeoff",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "0 is quality alone, 1 is price alone; default 0.3.",
    },
    Field {
        name: "token_filter",
        shape: Shape::Word(&["all", "tool_call_args"]),
        required: false,
        doc: "Which tokens count; default all.",
    },
    Field {
        name: "hybrid_weights",
        shape: Shape::Object(HYBRID),
        required: false,
        doc: "The shares of the two measures (hybrid).",
    },
    Field {
        name: "verifier_server_url",
        shape: Shape::Text,
        required: false,
        doc: "Who verifies (automix_entailment).",
    },
    Field {
        name: "verifier_timeout_seconds",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How long verifying may take, in seconds; default 60.",
    },
    Field {
        name: "on_error",
        shape: Shape::Word(&["skip", "fail", "fallback"]),
        required: false,
        doc: "What a failed call does; default skip.",
    },
];

const HYBRID: &[Field] = &[
    Field {
        name: "logprob_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of the mean log probability; default 0.5.",
    },
    Field {
        name: "margin_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of the margin to the second token; default 0.5.",
    },
];

/// At worst every model is tried, and judges its own answer where that is the method.
fn calls<'p>(candidates: &[Name<'p>], fields: &'p Fields) -> Vec<Call<'p>> {
    let times = if fields.text("confidence_method") == Some("self_verify") { 2 } else { 1 };
    candidates.iter().map(|it| Call { times, ..Call::to("candidate", it.clone()) }).collect()
}
