#![doc = include_str!("idle_allow.md")]

use wrp_graph::schema::{Span, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};

pub static IDLE_ALLOW: Lint = Lint {
    code: "WRP0407",
    name: "idle-allow",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("idle_allow.md"),
};

const FORM: &str = "write `# allow(name, reason = \"…\")`";

pub(crate) fn unreadable(comment: Span) -> Diagnostic {
    Diagnostic::new(&IDLE_ALLOW, comment, "this cannot be read, so it silences nothing").help(FORM)
}

pub(crate) fn without_reason(comment: Span) -> Diagnostic {
    Diagnostic::new(&IDLE_ALLOW, comment, "without a reason this silences nothing").help(FORM)
}

/// `alone` is the whole comment, where the name is the only one in it.
pub(crate) fn silences_nothing(name: &Spanned<String>, alone: Option<Span>) -> Diagnostic {
    let message = format!("there is no `{}` here that this could silence", name.it);
    Diagnostic::new(&IDLE_ALLOW, name.span, message)
        .help("remove it")
        .fix(alone.map(|comment| Fix::remove(comment, "remove the comment").to_choose()))
}
