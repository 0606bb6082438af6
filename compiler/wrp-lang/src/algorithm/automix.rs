#![doc = include_str!("automix.md")]

use super::Kind;
use wrp_graph::schema::{Field, Shape};

pub(super) static KIND: Kind = Kind {
    name: "automix",
    page: include_str!("automix.md"),
    fields: FIELDS,
    calls: super::one_of,
    check: |_, _, _| {},
};

const FIELDS: &[Field] = &[
    Field {
        name: "verification_threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "Below this expected correctness a larger model is worth its price.",
    },
    Field {
        name: "max_escalations",
        shape: Shape::Int(0, i64::MAX),
        required: false,
        doc: "How many steps up are considered.",
    },
    Field { name: "cost_aware_routing", shape: Shape::Flag, required: false, doc: "Whether price counts." },
    Field {
        name: "cost_quality_tradeoff",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "0 is quality alone, 1 is price alone.",
    },
    Field {
        name: "discount_factor",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "How much a later step counts.",
    },
    Field {
        name: "use_logprob_verification",
        shape: Shape::Flag,
        required: false,
        doc: "Estimate correctness from token probabilities.",
    },
];
