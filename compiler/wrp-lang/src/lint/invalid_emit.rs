#![doc = include_str!("invalid_emit.md")]

use wrp_graph::schema::{Problem, Span, Spanned, near};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};

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
        .fix(near(&kind.it, ["retention"]).map(|near| Fix::spell(kind.span, near, near.word)))
}

pub(crate) fn second(kind: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&INVALID_EMIT, kind, "a route emits `retention` once")
        .help("merge the two blocks")
        .related(first, "the first one is here")
}

pub(crate) fn field(problem: Problem) -> Diagnostic {
    let found = Diagnostic::new(&INVALID_EMIT, problem.span, problem.message);
    Diagnostic { help: problem.help, fixes: problem.fixes, ..found }
}

pub(crate) fn drop_with_ttl(ttl: Span) -> Diagnostic {
    Diagnostic::new(&INVALID_EMIT, ttl, "a turn that is dropped is not kept for any turns")
        .help("remove `ttl_turns`, or `drop`")
}
