#![doc = include_str!("invalid_emit.md")]

use wrp_graph::schema::{Problem, Span, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static INVALID_EMIT: Lint = Lint {
    code: "WRP0223",
    name: "invalid-emit",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("invalid_emit.md"),
};

pub(crate) fn unknown_kind(kind: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&INVALID_EMIT, kind.span, format!("nothing called `{}` can be emitted", kind.it))
        .help("write `retention`")
}

pub(crate) fn second(kind: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&INVALID_EMIT, kind, "a route emits `retention` once")
        .help("merge the two blocks")
        .related(first, "the first one is here")
}

pub(crate) fn field(problem: Problem) -> Diagnostic {
    Diagnostic { help: problem.help, ..Diagnostic::new(&INVALID_EMIT, problem.span, problem.message) }
}

pub(crate) fn drop_with_ttl(ttl: Span) -> Diagnostic {
    Diagnostic::new(&INVALID_EMIT, ttl, "a turn that is dropped is not kept for any turns")
        .help("remove `ttl_turns`, or `drop`")
}
