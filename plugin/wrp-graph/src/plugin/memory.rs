#![doc = include_str!("memory.md")]
#![cfg(feature = "build")]

use super::{AT_LEAST_ONE, ENABLED, Kind, NAMES, UNIT, elsewhere, nothing_more, optional};
use crate::schema::Shape;

pub(super) static KIND: Kind = Kind {
    name: "memory",
    page: include_str!("memory.md"),
    fields: &[
        ENABLED,
        optional("retrieval_limit", AT_LEAST_ONE, "Most memories put into the request. Default 5."),
        optional("similarity_threshold", UNIT, "Least similarity of a memory. Default 0.7."),
        optional("auto_store", Shape::Flag, "Remember each turn."),
        optional("hybrid_search", Shape::Flag, "Search by words as well as by meaning. Default `false`."),
        optional("hybrid_mode", Shape::Word(&["rerank", "rrf"]), "How both searches are joined."),
        optional(
            "reflection",
            Shape::Object(&[
                optional("enabled", Shape::Flag, "Filter memories before they are used."),
                optional("algorithm", Shape::Text, "How they are ranked, such as `recency_semantic`."),
                optional("max_inject_tokens", AT_LEAST_ONE, "Most tokens put into the request."),
                optional("recency_decay_days", AT_LEAST_ONE, "Days after which a memory counts half."),
                optional("dedup_threshold", UNIT, "Similarity above which two memories are one."),
                optional("block_patterns", NAMES, "Memories with these texts are never used."),
            ]),
            "A filter over what was found.",
        ),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("memory", fields),
};
