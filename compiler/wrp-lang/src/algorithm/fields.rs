//! Fields that several algorithms share.

use wrp_graph::schema::{Field, Shape};

pub(super) const MAX_CONCURRENT: Field = Field {
    name: "max_concurrent",
    shape: Shape::Int(1, i64::MAX),
    required: false,
    doc: "How many calls may run at once.",
};

pub(super) const MAX_COMPLETION_TOKENS: Field = Field {
    name: "max_completion_tokens",
    shape: Shape::Int(1, i64::MAX),
    required: false,
    doc: "The most tokens one call may answer with.",
};

pub(super) const ROUND_TIMEOUT: Field = Field {
    name: "round_timeout_seconds",
    shape: Shape::Int(1, i64::MAX),
    required: false,
    doc: "How long a round of calls may take, in seconds.",
};

pub(super) const MIN_SUCCESSFUL: Field = Field {
    name: "min_successful_responses",
    shape: Shape::Int(1, i64::MAX),
    required: false,
    doc: "How many calls must succeed.",
};

pub(super) const TEMPERATURE: Field = Field {
    name: "temperature",
    shape: Shape::Number(0.0, 2.0),
    required: false,
    doc: "The sampling temperature of the calls.",
};

pub(super) const ON_ERROR: Field = Field {
    name: "on_error",
    shape: Shape::Word(&["skip", "fail"]),
    required: false,
    doc: "What a failed call does: leave its model out, or fail the request; default skip.",
};

pub(super) const INTERMEDIATE: Field = Field {
    name: "include_intermediate_responses",
    shape: Shape::Flag,
    required: false,
    doc: "Also return what the single calls answered.",
};
