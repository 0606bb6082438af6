#![doc = include_str!("fusion.md")]

use super::{Call, Kind, Name, name, names};
use wrp_graph::schema::{Field, Fields, Shape};

pub(super) static KIND: Kind =
    Kind { name: "fusion", page: include_str!("fusion.md"), fields: FIELDS, calls, check: |_, _, _| {} };

const FIELDS: &[Field] = &[
    Field {
        name: "model",
        shape: Shape::Text,
        required: false,
        doc: "The model that judges and merges; the first of the route when absent.",
    },
    Field {
        name: "analysis_models",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "The panel; all models of the route when absent.",
    },
    Field {
        name: "max_concurrent",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many calls may run at once.",
    },
    Field {
        name: "max_completion_tokens",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "The most tokens one call may answer with.",
    },
    Field {
        name: "round_timeout_seconds",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How long a round of calls may take, in seconds.",
    },
    Field {
        name: "min_successful_responses",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many calls must succeed.",
    },
    Field {
        name: "temperature",
        shape: Shape::Number(0.0, 2.0),
        required: false,
        doc: "The sampling temperature of the calls.",
    },
    Field {
        name: "on_error",
        shape: Shape::Word(&["skip", "fail"]),
        required: false,
        doc: "What a failed call does: leave its model out, or fail the request; default skip.",
    },
    Field {
        name: "include_analysis",
        shape: Shape::Flag,
        required: false,
        doc: "Also return the judge's analysis.",
    },
    Field {
        name: "include_intermediate_responses",
        shape: Shape::Flag,
        required: false,
        doc: "Also return what the single calls answered.",
    },
    Field {
        name: "analysis_template",
        shape: Shape::Text,
        required: false,
        doc: "The words of the judging call.",
    },
    Field {
        name: "synthesis_template",
        shape: Shape::Text,
        required: false,
        doc: "The words of the merging call.",
    },
    Field {
        name: "judge_prompt_version",
        shape: Shape::Text,
        required: false,
        doc: "Which of the host's judging prompts is used.",
    },
];

/// The judge compares, and then merges.
fn calls<'p>(candidates: &[Name<'p>], fields: &'p Fields) -> Vec<Call<'p>> {
    let panel = Some(names(fields, "analysis_models")).filter(|panel| !panel.is_empty());
    let panel = panel.unwrap_or_else(|| candidates.to_vec());
    let judge = name(fields, "model").or(candidates.first().cloned());
    let judge = judge.map(|judge| Call { times: 2, ..Call::to("judge", judge) });
    panel.into_iter().map(|it| Call::to("analysis model", it)).chain(judge).collect()
}
