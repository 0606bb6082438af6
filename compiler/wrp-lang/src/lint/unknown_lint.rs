#![doc = include_str!("unknown_lint.md")]

use wrp_graph::schema::{Spanned, near};

use super::{LINTS, Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};

pub static UNKNOWN_LINT: Lint = Lint {
    code: "WRP0244",
    name: "unknown-lint",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_lint.md"),
};

pub(crate) fn diagnostic(name: &Spanned<String>) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_LINT, name.span, format!("there is no lint `{}`", name.it));
    match near(&name.it, LINTS.iter().map(|lint| lint.name)) {
        Some(near) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(name.span, near, near.word))
        }
        None => found.help("see `wrpc explain` for the names of all lints"),
    }
}
