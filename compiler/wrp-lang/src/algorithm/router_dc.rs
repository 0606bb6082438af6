#![doc = include_str!("router_dc.md")]

use super::Kind;
use wrp_graph::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "router_dc",
    page: include_str!("router_dc.md"),
    fields: FIELDS,
    calls: super::one_of,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "temperature",
        shape: Shape::Number(0.0, f64::MAX),
        required: false,
        doc: "How sharply similarities are told apart; default 0.07.",
    },
    Field {
        name: "dimension_size",
        shape: Shape::Int(1, i64::MAX),
        required: false,
        doc: "Read and not used.",
    },
    Field {
        name: "min_similarity",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Below this no model counts as similar; default 0.3.",
    },
    Field {
        name: "use_query_contrastive",
        shape: Shape::Flag,
        required: false,
        doc: "Contrast the request with other requests.",
    },
    Field { name: "use_model_contrastive", shape: Shape::Flag, required: false, doc: "Read and not used." },
    Field {
        name: "require_descriptions",
        shape: Shape::Flag,
        required: false,
        doc: "Refuse models without a description; default false.",
    },
    Field {
        name: "use_capabilities",
        shape: Shape::Flag,
        required: false,
        doc: "Compare with capabilities too; default true.",
    },
];
