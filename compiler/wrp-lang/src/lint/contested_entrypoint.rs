#![doc = include_str!("contested_entrypoint.md")]

use wrp_graph::schema::{Span, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static CONTESTED_ENTRYPOINT: Lint = Lint {
    code: "WRP0222",
    name: "contested-entrypoint",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("contested_entrypoint.md"),
};

pub(crate) fn diagnostic(name: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::new(&CONTESTED_ENTRYPOINT, name.span, format!("`{}` already stands for a recipe", name.it))
        .help("choose another name")
        .related(first, "claimed here first")
}
