#![doc = include_str!("hybrid.md")]

use super::Kind;
use wrp_graph::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "hybrid",
    page: include_str!("hybrid.md"),
    fields: FIELDS,
    calls: super::one_of,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "experience_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of past comparisons; default 0.3.",
    },
    Field {
        name: "router_dc_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of the similarity to the description; default 0.3.",
    },
    Field {
        name: "automix_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of the expected value; default 0.2.",
    },
    Field {
        name: "cost_weight",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Share of the price; default 0.2.",
    },
    Field {
        name: "quality_gap_threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Read and not used.",
    },
    Field {
        name: "normalize_scores",
        shape: Shape::Flag,
        required: false,
        doc: "Bring the components to one scale first; default true.",
    },
];
