#![doc = include_str!("context_compression.md")]
#![cfg(feature = "build")]

use super::{COUNT, ENABLED, Kind, NAMES, elsewhere, nothing_more, optional};
use crate::schema::{Field, Shape};

/// A number of tokens, or `auto`.
const TOKENS: Shape = Shape::Either(&[COUNT, Shape::Word(&["auto"])]);

const TARGET: &[Field] = &[
    optional("mode", Shape::Word(&["preserve", "extractive", "recoverable"]), "What is done."),
    optional("min_tokens", COUNT, "Leave alone what is shorter, in tokens."),
    optional("target_tokens", COUNT, "Shorten to this many tokens."),
];

const RECOVERY: &[Field] = &[
    optional("enabled", Shape::Flag, "Whether the model may ask for the original. Default `false`."),
    optional("store", Shape::Text, "Where originals are kept. Default `response_cache`."),
    optional("ttl_seconds", COUNT, "How long they are kept, in seconds. Default 900."),
    optional("max_bytes_per_request", COUNT, "Most bytes kept of one request. Default 10 MiB."),
    optional("max_total_bytes", COUNT, "Most bytes kept altogether. Default 256 MiB."),
    optional("max_retrievals", COUNT, "How often the model may ask. Default 8."),
];

pub(super) static KIND: Kind = Kind {
    name: "context_compression",
    page: include_str!("context_compression.md"),
    fields: &[
        ENABLED,
        optional(
            "mode",
            Shape::Word(&["auto", "always"]),
            "Compress when the budget is exceeded, or always. Default `auto`.",
        ),
        optional(
            "budget",
            Shape::Object(&[
                optional(
                    "trigger_tokens",
                    TOKENS,
                    "Compress above this many tokens; `auto` by the model's window.",
                ),
                optional("target_tokens", TOKENS, "Compress down to this many tokens, or `auto`."),
                optional("reserve_output_tokens", TOKENS, "Tokens kept free for the answer, or `auto`."),
            ]),
            "When to compress, and how far.",
        ),
        optional(
            "targets",
            Shape::Object(&[
                optional(
                    "tool_outputs",
                    Shape::Object(TARGET),
                    "Results of tools. Default `extractive`, 2000 to 1000 tokens.",
                ),
                optional("history", Shape::Object(TARGET), "Earlier turns. Default `preserve`."),
                optional("rag", Shape::Object(TARGET), "Retrieved passages. Default `preserve`."),
                optional("memory", Shape::Object(TARGET), "Remembered passages. Default `preserve`."),
            ]),
            "What to compress.",
        ),
        optional(
            "scoring",
            Shape::Object(&[
                optional(
                    "method",
                    Shape::Word(&["bm25", "embedding", "hybrid"]),
                    "How passages are ranked. Default `bm25`.",
                ),
                optional("embedding_model_ref", Shape::Text, "The embedding model, where one is used."),
            ]),
            "How passages are ranked.",
        ),
        optional("recovery", Shape::Object(RECOVERY), "Keeping the original within reach of the model."),
        optional(
            "request_controls",
            Shape::Object(&[
                optional("enabled", Shape::Flag, "Whether clients may steer compression. Default `false`."),
                optional("header", Shape::Text, "The header they use. Default `x-vsr-compression-control`."),
                optional("allowed", NAMES, "Which directives count: `bypass`, `target`."),
                optional("max_target_tokens", COUNT, "The largest target a client may ask for."),
            ]),
            "What a client may ask for.",
        ),
        optional(
            "failure_mode",
            Shape::Word(&["fail_open", "fail_closed"]),
            "Send the request as it is, or refuse it, when compression fails. Default `fail_open`.",
        ),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("context_compression", fields),
};
