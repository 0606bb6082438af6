#![doc = include_str!("tool_selection.md")]
#![cfg(feature = "build")]

use super::{AT_LEAST_ONE, COUNT, ENABLED, Kind, UNIT, elsewhere, nothing_more, optional};
use crate::schema::Shape;

pub(super) static KIND: Kind = Kind {
    name: "tool_selection",
    page: include_str!("tool_selection.md"),
    fields: &[
        ENABLED,
        optional(
            "mode",
            Shape::Word(&["add", "filter"]),
            "Add tools from a database, or drop irrelevant ones of the request.",
        ),
        optional("top_k", AT_LEAST_ONE, "With `add`: how many tools to add. Default 3."),
        optional("similarity_threshold", UNIT, "With `add`: least similarity of a tool."),
        optional("tools_db_path", Shape::Text, "With `add`: the tool database."),
        optional(
            "relevance_threshold",
            UNIT,
            "With `filter`: least relevance of a tool that stays. Default 0.25.",
        ),
        optional("preserve_count", COUNT, "With `filter`: how many tools stay in any case."),
        optional("strategy", Shape::Text, "The retriever: `default`, `weighted` or `hybrid_history`."),
        optional(
            "fallback_to_empty",
            Shape::Flag,
            "With `add`: add nothing, rather than everything, when none fits.",
        ),
        optional(
            "advanced_filtering",
            Shape::Object(&[
                optional("enabled", Shape::Flag, "Rank candidates by a combined score. Default `false`."),
                optional("candidate_pool_size", AT_LEAST_ONE, "How many candidates are ranked."),
                optional("min_combined_score", UNIT, "Least combined score of a tool."),
            ]),
            "A second ranking of the candidates.",
        ),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("tool_selection", fields),
};
