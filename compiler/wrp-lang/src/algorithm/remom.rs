#![doc = include_str!("remom.md")]

use super::fields::{
    INTERMEDIATE, MAX_COMPLETION_TOKENS, MAX_CONCURRENT, MIN_SUCCESSFUL, ON_ERROR, ROUND_TIMEOUT, TEMPERATURE,
};
use super::{Call, Kind, Name, name};
use wrp_graph::schema::{Field, Fields, Gravity, Problem, Shape, Spanned, Trouble};

pub(super) static KIND: Kind =
    Kind { name: "remom", page: include_str!("remom.md"), fields: FIELDS, calls, check };

const FIELDS: &[Field] = &[
    Field {
        name: "breadth_schedule",
        shape: Shape::List(&Shape::Int(1, i64::MAX)),
        required: true,
        doc: "How many calls each round makes.",
    },
    Field {
        name: "model_distribution",
        shape: Shape::Word(&["weighted", "equal", "round_robin", "first_only"]),
        required: false,
        doc: "How calls are spread over the models.",
    },
    TEMPERATURE,
    Field {
        name: "include_reasoning",
        shape: Shape::Flag,
        required: false,
        doc: "Show the next round the reasoning, not only the answers.",
    },
    Field {
        name: "compaction_strategy",
        shape: Shape::Word(&["full", "last_n_tokens"]),
        required: false,
        doc: "What of an answer the next round sees.",
    },
    Field {
        name: "compaction_tokens",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many tokens of it (last_n_tokens); default 1000.",
    },
    Field {
        name: "synthesis_template",
        shape: Shape::Text,
        required: false,
        doc: "The words of the last call.",
    },
    Field {
        name: "synthesis_model",
        shape: Shape::Text,
        required: false,
        doc: "The model of the last call.",
    },
    MAX_CONCURRENT,
    MAX_COMPLETION_TOKENS,
    ROUND_TIMEOUT,
    MIN_SUCCESSFUL,
    ON_ERROR,
    INTERMEDIATE,
    Field {
        name: "shuffle_seed",
        shape: Shape::Int(i64::MIN, i64::MAX),
        required: false,
        doc: "Fixes the order in which answers are shown; default 42.",
    },
    Field {
        name: "max_responses_per_round",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "How many answers of a round the next one sees.",
    },
];

fn check(fields: &Fields, _kind: &Spanned<String>, problems: &mut Vec<Problem>) {
    if let Some(limit) = fields.get("max_completion_tokens")
        && limit.it.as_int().is_some_and(|limit| limit < 1)
    {
        problems.push(
            Problem::new(
                Trouble::OutOfRange,
                Gravity::Refused,
                limit.span,
                "`max_completion_tokens` must be 1 or more",
            )
            .help("raise it, or leave it out for no limit"),
        );
    }
}

/// Which model gets how many calls of a round is the host's choice.
fn calls<'p>(candidates: &[Name<'p>], fields: &'p Fields) -> Vec<Call<'p>> {
    let breadths = fields.list("breadth_schedule").unwrap_or_default();
    let breadths = breadths.iter().filter_map(|breadth| u64::try_from(breadth.it.as_int()?).ok());
    let times = breadths.fold(0, u64::saturating_add).max(1);
    let last = name(fields, "synthesis_model").or(candidates.first().cloned());
    let rounds = Call { part: "candidate", any_of: candidates.to_vec(), times };
    std::iter::once(rounds).chain(last.map(|model| Call::to("synthesis model", model))).collect()
}
