#![doc = include_str!("workflows.md")]

use super::fields::{
    INTERMEDIATE, MAX_COMPLETION_TOKENS, MIN_SUCCESSFUL, ON_ERROR, ROUND_TIMEOUT, TEMPERATURE,
};
use super::{Call, Kind, Name, name, names};
use wrp_graph::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind = Kind {
    name: "workflows",
    page: include_str!("workflows.md"),
    fields: FIELDS,
    calls,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "mode",
        shape: Shape::Word(&["static", "dynamic"]),
        required: false,
        doc: "Fixed roles, or a plan made by `planner`.",
    },
    Field {
        name: "template",
        shape: Shape::Text,
        required: false,
        doc: "A workflow the host knows by name.",
    },
    Field {
        name: "roles",
        shape: Shape::List(&Shape::Object(ROLE)),
        required: false,
        doc: "The steps (static).",
    },
    Field { name: "final", shape: Shape::Object(FINAL), required: false, doc: "The last step." },
    Field {
        name: "planner",
        shape: Shape::Object(PLANNER),
        required: false,
        doc: "Who makes the plan (dynamic).",
    },
    Field {
        name: "planner.model",
        shape: Shape::Text,
        required: false,
        doc: "The same as `planner: { model: … }`.",
    },
    Field {
        name: "max_steps",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many steps a plan may have; default 3.",
    },
    Field {
        name: "max_parallel",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many steps may run at once; default 2.",
    },
    MAX_COMPLETION_TOKENS,
    ROUND_TIMEOUT,
    MIN_SUCCESSFUL,
    TEMPERATURE,
    INTERMEDIATE,
    ON_ERROR,
];

const ROLE: &[Field] = &[
    Field { name: "name", shape: Shape::Text, required: true, doc: "The role." },
    Field { name: "models", shape: Shape::List(&Shape::Text), required: true, doc: "Who plays it." },
    Field { name: "prompt", shape: Shape::Text, required: false, doc: "What it is told." },
];

const FINAL: &[Field] = &[
    Field { name: "model", shape: Shape::Text, required: false, doc: "Who writes the answer." },
    Field { name: "prompt", shape: Shape::Text, required: false, doc: "What it is told." },
];

const PLANNER: &[Field] = &[
    Field { name: "model", shape: Shape::Text, required: false, doc: "Who plans." },
    Field {
        name: "max_completion_tokens",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "The most tokens a plan may have.",
    },
];

/// A plan, or a workflow that only the host knows, may give any step to any model that is named.
fn calls<'p>(candidates: &[Name<'p>], fields: &'p Fields) -> Vec<Call<'p>> {
    let roles = fields.list("roles").unwrap_or_default();
    let players: Vec<Name<'p>> =
        roles.iter().filter_map(|role| role.it.as_object()).flat_map(|role| names(role, "models")).collect();
    let planner = fields.object("planner").and_then(|planner| name(planner, "model"));
    let planner = planner.or_else(|| name(fields, "planner.model"));
    let last = fields.object("final").and_then(|last| name(last, "model")).or(candidates.first().cloned());
    let fixed = fields.text("mode") != Some("dynamic") && !fields.has("template") && !players.is_empty();
    let mut calls = Vec::new();
    if fixed {
        calls.extend(players.into_iter().map(|model| Call::to("role", model)));
    } else {
        calls.extend(planner.or(candidates.first().cloned()).map(|model| Call::to("planner", model)));
        let steps = fields.int("max_steps").and_then(|steps| u64::try_from(steps).ok()).unwrap_or(3);
        let mut any_of = candidates.to_vec();
        any_of.extend(players);
        calls.push(Call { part: "step", any_of, times: steps });
    }
    calls.extend(last.map(|model| Call::to("final model", model)));
    calls
}
