//! Blocking and capping request parameters.

use super::{Draft, Fate};
use crate::body::Protocol;
use crate::plugin::RequestParams;

/// Every spelling of the bound on the answer's length.
const TOKEN_LIMITS: &[&str] = &["max_tokens", "max_completion_tokens", "max_output_tokens"];

/// Never removed, whatever a policy says.
const ESSENTIAL: &[&str] = &["model", "messages", "input"];

pub(super) fn apply(draft: &mut Draft<'_, '_>, limits: &RequestParams) {
    let known = known(draft.body.protocol);
    draft.remove_where(|member| {
        let is = |name: &str| member.key.is(name);
        let blocked = limits.blocked.iter().any(|name| is(name));
        let unknown = limits.strip_unknown && !known.iter().any(|name| is(name));
        (blocked || unknown) && !ESSENTIAL.iter().any(|name| is(name))
    });
    if let Some(limit) = limits.max_tokens {
        for key in TOKEN_LIMITS {
            cap(draft, key, limit);
        }
    }
    if let Some(limit) = limits.max_n {
        cap(draft, "n", limit);
    }
}

/// A whole number within the limit stays as it was written, and so does `null`, which asks for nothing. Everything
/// else becomes the limit: also what is no whole number, since an upstream may read one into it.
fn cap(draft: &mut Draft<'_, '_>, key: &str, limit: u64) {
    for index in 0..draft.body.members.len() {
        let Some(member) = draft.body.members.get(index).filter(|member| member.key.is(key)) else {
            continue;
        };
        let value = draft.text(member.value_span);
        if value == "null" || whole(value).is_some_and(|number| number <= limit) {
            continue;
        }
        if let Some(fate) = draft.members.get_mut(index).filter(|fate| **fate == Fate::Keep) {
            *fate = Fate::Set(limit.to_string());
        }
    }
}

/// A whole number, also as some clients write one: `100.0`.
fn whole(number: &str) -> Option<u64> {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.parse().ok(),
        Some(_) => None,
        None => number.parse().ok(),
    }
}

/// The members that each protocol defines for a request.
fn known(protocol: Protocol) -> &'static [&'static str] {
    match protocol {
        Protocol::Chat => CHAT,
        Protocol::Anthropic => ANTHROPIC,
        Protocol::Responses => RESPONSES,
    }
}

const CHAT: &[&str] = &[
    "model",
    "messages",
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

const ANTHROPIC: &[&str] = &[
    "model",
    "messages",
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "max_tokens",
    "mcp_servers",
    "metadata",
    "output_config",
    "output_format",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

const RESPONSES: &[&str] = &[
    "model",
    "input",
    "background",
    "context_management",
    "conversation",
    "include",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];
