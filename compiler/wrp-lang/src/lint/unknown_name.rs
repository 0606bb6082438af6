#![doc = include_str!("unknown_name.md")]

use wrp_graph::schema::{Spanned, near};
use wrp_graph::signal::Kind;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::syntax::escape::written;

pub static UNKNOWN_NAME: Lint = Lint {
    code: "WRP0236",
    name: "unknown-name",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("unknown_name.md"),
};

pub(crate) fn diagnostic(kind: &Kind, name: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is not among the names that {} answers with", name.it, kind.name);
    let found = Diagnostic::new(&UNKNOWN_NAME, name.span, message);
    match near(&name.it, kind.names.iter().copied()) {
        // Whatever tests the signal names it, too.
        Some(near) => found
            .help(format!("write `{}`", near.word))
            .fix(Fix::write(name.span, written(near.word)).to_choose()),
        None if kind.names.len() <= 8 => found.help(format!("use one of `{}`", kind.names.join("`, `"))),
        None => found.help(format!("see `wrpc explain {}` for the names it knows", kind.name)),
    }
}
