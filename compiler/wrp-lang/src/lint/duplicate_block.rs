#![doc = include_str!("duplicate_block.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static DUPLICATE_BLOCK: Lint = Lint {
    code: "WRP0238",
    name: "duplicate-block",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("duplicate_block.md"),
};

pub(crate) fn second_routing(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&DUPLICATE_BLOCK, span, "this scope already has a ROUTING block")
        .help("merge the two")
        .related(first, "the first one is here")
}

pub(crate) fn second_budget(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&DUPLICATE_BLOCK, span, "this policy already has a BUDGET, which counts")
        .level(Level::Error)
        .help("merge the two")
        .related(first, "the first one is here")
}
