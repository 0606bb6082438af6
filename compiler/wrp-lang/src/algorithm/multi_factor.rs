#![doc = include_str!("multi_factor.md")]

use super::Kind;
use wrp_graph::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "multi_factor",
    page: include_str!("multi_factor.md"),
    fields: FIELDS,
    calls: super::one_of,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "weights",
        shape: Shape::Object(WEIGHTS),
        required: false,
        doc: "How much each factor counts.",
    },
    Field {
        name: "slo",
        shape: Shape::Object(SLO),
        required: false,
        doc: "Ceilings that exclude a model; 0 is none.",
    },
    Field {
        name: "latency_percentile",
        shape: Shape::Int(1, 100),
        required: false,
        doc: "Which percentile of the latencies counts; default 95.",
    },
    Field {
        name: "on_no_candidates",
        shape: Shape::Word(&["cheapest", "first", "fail"]),
        required: false,
        doc: "What happens when every model is excluded; default cheapest.",
    },
];

const WEIGHTS: &[Field] = &[weight("quality"), weight("latency"), weight("cost"), weight("load")];

const fn weight(name: &'static str) -> Field {
    let shape = Shape::Number(0.0, f64::MAX);
    Field { name, shape, required: false, doc: "Its share; the four are normalised, default 0.25 each." }
}

const SLO: &[Field] = &[
    Field {
        name: "max_tpot_ms",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "The most milliseconds per output token.",
    },
    Field {
        name: "max_ttft_ms",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "The most milliseconds to the first token.",
    },
    Field {
        name: "max_cost_per_1m",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "The highest price of a million tokens.",
    },
    Field {
        name: "max_inflight",
        shape: Shape::Int(0, i64::MAX),
        required: false,
        doc: "The most requests at work in it.",
    },
];
