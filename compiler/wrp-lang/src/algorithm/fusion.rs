#![doc = include_str!("fusion.md")]

use super::fields::{
    INTERMEDIATE, MAX_COMPLETION_TOKENS, MAX_CONCURRENT, MIN_SUCCESSFUL, ON_ERROR, ROUND_TIMEOUT, TEMPERATURE,
};
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
    MAX_CONCURRENT,
    MAX_COMPLETION_TOKENS,
    ROUND_TIMEOUT,
    MIN_SUCCESSFUL,
    TEMPERATURE,
    ON_ERROR,
    Field {
        name: "include_analysis",
        shape: Shape::Flag,
        required: false,
        doc: "Also return the judge's analysis.",
    },
    INTERMEDIATE,
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
