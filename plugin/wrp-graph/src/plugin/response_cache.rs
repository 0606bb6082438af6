#![doc = include_str!("response_cache.md")]
#![cfg(feature = "build")]

use super::{COUNT, ENABLED, Kind, NAMES, UNIT, elsewhere, nothing_more, optional};
use crate::schema::{Field, Shape};

const CONTROLS: &[Field] = &[
    optional("enabled", Shape::Flag, "Whether clients may steer the cache. Default `false`."),
    optional("header", Shape::Text, "The header they use. Default `x-vsr-cache-control`."),
    optional("allowed", NAMES, "Which directives count: `no-cache`, `no-store`, `bypass`, `max-age`, `ttl`."),
    optional("max_ttl_seconds", COUNT, "The longest life a client may ask for, in seconds."),
];

const REVISION: &[Field] = &[
    optional("cache_epoch", Shape::Text, "Changing it empties the cache."),
    optional("model_revision", Shape::Text, "Revision of the model catalogue."),
    optional("prompt_revision", Shape::Text, "Revision of the prompts."),
    optional("policy_revision", Shape::Text, "Revision of the policy."),
];

pub(super) static KIND: Kind = Kind {
    name: "response_cache",
    page: include_str!("response_cache.md"),
    fields: &[
        ENABLED,
        optional(
            "mode",
            Shape::Word(&["exact", "semantic", "exact_then_semantic"]),
            "What counts as the same request. Default `semantic`.",
        ),
        optional(
            "scope",
            Shape::Word(&["user", "team", "tenant", "global"]),
            "Who shares answers. Default `user`.",
        ),
        optional(
            "semantic",
            Shape::Object(&[optional("similarity_threshold", UNIT, "Least similarity of a hit.")]),
            "The similarity tier.",
        ),
        optional("request_controls", Shape::Object(CONTROLS), "What a client may ask of the cache."),
        optional(
            "personalized",
            Shape::Object(&[optional("mode", Shape::Word(&["disabled", "exact"]), "Default `disabled`.")]),
            "Caching after memory or retrieval has enriched the request.",
        ),
        optional(
            "revision",
            Shape::Object(REVISION),
            "Texts that part old entries from new ones when they change.",
        ),
        optional("ttl_seconds", COUNT, "How long an answer is kept, in seconds. Default 3600."),
        optional("similarity_threshold", UNIT, "Older place of `semantic.similarity_threshold`."),
        optional("allow_request_controls", Shape::Flag, "Older place of `request_controls.enabled`."),
        optional("control_header", Shape::Text, "Older place of `request_controls.header`."),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("response_cache", fields),
};
