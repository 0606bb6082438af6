#![doc = include_str!("request_params.md")]

use serde::Serialize;

#[cfg(feature = "build")]
use super::{AT_LEAST_ONE, Effect, Kind, NAMES, optional};
#[cfg(feature = "build")]
use crate::schema::{Fields, Gravity, Problem, Shape, Trouble};
use crate::wire::wire;

/// Limits on the parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestParams {
    /// Top-level members to remove.
    pub blocked: Vec<String>,
    /// Upper bound of `max_tokens`, `max_completion_tokens` and `max_output_tokens`, each where present.
    pub max_tokens: Option<u64>,
    /// Upper bound of `n`.
    pub max_n: Option<u64>,
    /// Remove every top-level member that the protocol does not define.
    pub strip_unknown: bool,
}

wire!(RequestParams { blocked, max_tokens, max_n, strip_unknown });

/// Members without which no protocol's request means anything.
#[cfg(feature = "build")]
const ESSENTIAL: &[&str] = &["model", "messages", "input"];

#[cfg(feature = "build")]
pub(super) static KIND: Kind = Kind {
    name: "request_params",
    page: include_str!("request_params.md"),
    fields: &[
        optional("blocked_params", NAMES, "Top-level members to remove from the request."),
        optional(
            "max_tokens_limit",
            AT_LEAST_ONE,
            "Upper bound, in tokens, of `max_tokens`, `max_completion_tokens` and `max_output_tokens`.",
        ),
        optional("max_n", AT_LEAST_ONE, "Upper bound of `n`, the number of answers."),
        optional(
            "strip_unknown",
            Shape::Flag,
            "Removes every top-level member that the client's protocol does not define. Default `false`.",
        ),
    ],
    inline: true,
    check,
    compile: |fields| {
        let limit = |name| fields.int(name).and_then(|limit| u64::try_from(limit).ok());
        let params = RequestParams {
            blocked: fields
                .texts("blocked_params")
                .into_iter()
                .map(|name| name.it)
                .filter(|name| !ESSENTIAL.contains(&name.as_str()))
                .collect(),
            max_tokens: limit("max_tokens_limit"),
            max_n: limit("max_n"),
            strip_unknown: fields.flag("strip_unknown").unwrap_or(false),
        };
        (params != RequestParams::default()).then_some(Effect::RequestParams(params))
    },
};

#[cfg(feature = "build")]
fn check(fields: &Fields, problems: &mut Vec<Problem>) {
    for name in fields.texts("blocked_params") {
        if ESSENTIAL.contains(&name.it.as_str()) {
            problems.push(Problem::new(
                Trouble::Invalid,
                Gravity::Refused,
                name.span,
                format!("`{}` cannot be blocked: no request makes sense without it", name.it),
            ));
        }
    }
}
