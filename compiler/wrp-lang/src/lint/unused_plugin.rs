#![doc = include_str!("unused_plugin.md")]

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static UNUSED_PLUGIN: Lint = Lint {
    code: "WRP0403",
    name: "unused-plugin",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unused_plugin.md"),
};

pub(crate) fn diagnostic(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(
        &UNUSED_PLUGIN,
        name.span,
        format!("no route of this scope uses plugin template `{}`", name.it),
    )
    .help("use it or remove it")
}
