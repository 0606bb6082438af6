#![doc = include_str!("dropped_option.md")]

use wrp_graph::schema::Entry;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};

pub static DROPPED_OPTION: Lint = Lint {
    code: "WRP0226",
    name: "dropped-option",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("dropped_option.md"),
};

pub(crate) fn bare_word(word: &str, option: &Entry) -> Diagnostic {
    let message = format!("`{}` is dropped, since `{word}` is not quoted", option.key.it);
    Diagnostic::new(&DROPPED_OPTION, option.value.span, message)
        .help(format!("quote it: `\"{word}\"`"))
        .fix(Fix::write(option.value.span, format!("\"{word}\"")))
}
