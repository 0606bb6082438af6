#![doc = include_str!("latency_aware.md")]

use super::Kind;
use wrp_graph::schema::{Field, Fields, Gravity, Problem, Shape, Spanned, Trouble};

pub(super) static KIND: Kind = Kind {
    name: "latency_aware",
    page: include_str!("latency_aware.md"),
    fields: FIELDS,
    calls: super::one_of,
    check,
};

const FIELDS: &[Field] = &[
    Field {
        name: "tpot_percentile",
        shape: Shape::Int(1, 100),
        required: false,
        doc: "Which percentile of the time per output token counts.",
    },
    Field {
        name: "ttft_percentile",
        shape: Shape::Int(1, 100),
        required: false,
        doc: "Which percentile of the time to the first token counts.",
    },
    Field { name: "description", shape: Shape::Text, required: false, doc: "For the reader." },
];

fn check(fields: &Fields, kind: &Spanned<String>, problems: &mut Vec<Problem>) {
    if !fields.has("tpot_percentile") && !fields.has("ttft_percentile") {
        problems.push(
            Problem::new(
                Trouble::MissingField,
                Gravity::Ignored,
                kind.span,
                "`latency_aware` is not told which latency to look at",
            )
            .help("add `tpot_percentile` or `ttft_percentile`, 1 to 100"),
        );
    }
}
