#![doc = include_str!("rag.md")]
#![cfg(feature = "build")]

use super::{AT_LEAST_ONE, COUNT, ENABLED, Kind, UNIT, elsewhere, nothing_more, optional};
use crate::schema::Shape;

const BACKENDS: &[&str] = &["milvus", "qdrant", "external_api", "mcp", "openai", "vectorstore", "hybrid"];

pub(super) static KIND: Kind = Kind {
    name: "rag",
    page: include_str!("rag.md"),
    fields: &[
        ENABLED,
        optional("backend", Shape::Word(BACKENDS), "Where passages come from."),
        optional("top_k", AT_LEAST_ONE, "Most passages."),
        optional("similarity_threshold", UNIT, "Least similarity of a passage."),
        optional("max_context_length", AT_LEAST_ONE, "Most characters put into the request."),
        optional(
            "injection_mode",
            Shape::Word(&["tool_role", "system_prompt"]),
            "Passages come as a tool's result, or in the system prompt. Default `tool_role`.",
        ),
        optional(
            "on_failure",
            Shape::Word(&["skip", "warn", "block"]),
            "Go on without passages, go on and say so, or answer 503. Default `skip`.",
        ),
        optional("cache_results", Shape::Flag, "Keep found passages."),
        optional("cache_ttl_seconds", COUNT, "How long they are kept, in seconds."),
        optional("min_confidence_threshold", UNIT, "Least confidence of the whole retrieval."),
        optional("backend_config", Shape::Any, "Settings of the backend, as it defines them."),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("rag", fields),
};
