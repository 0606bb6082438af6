#![doc = include_str!("unknown_signal_type.md")]

use wrp_graph::schema::{Spanned, near};
use wrp_graph::signal::KINDS;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};

pub static UNKNOWN_SIGNAL_TYPE: Lint = Lint {
    code: "WRP0210",
    name: "unknown-signal-type",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_signal_type.md"),
};

pub(crate) fn diagnostic(kind: &Spanned<String>) -> Diagnostic {
    let found =
        Diagnostic::new(&UNKNOWN_SIGNAL_TYPE, kind.span, format!("there is no signal type `{}`", kind.it));
    let names = KINDS.iter().map(|kind| kind.name);
    match (kind.it.as_str(), near(&kind.it, names.clone())) {
        ("projection", _) => found.help("declare it with PROJECTION mapping"),
        (_, Some(near)) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(kind.span, near, near.word))
        }
        (_, None) => found.help(format!("use one of {}", names.collect::<Vec<_>>().join(", "))),
    }
}
