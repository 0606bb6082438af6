#![doc = include_str!("idle_on_unknown.md")]

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static IDLE_ON_UNKNOWN: Lint = Lint {
    code: "WRP0243",
    name: "idle-on-unknown",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("idle_on_unknown.md"),
};

pub(crate) fn diagnostic(word: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&IDLE_ON_UNKNOWN, word.span, "ON_UNKNOWN does nothing under `vsr-2026-08`")
        .help("add `ROUTING { semantics: \"strict\" }`, or remove it")
}
