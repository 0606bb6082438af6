#![doc = include_str!("missing_field.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static MISSING_FIELD: Lint = Lint {
    code: "WRP0206",
    name: "missing-field",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("missing_field.md"),
};

/// An ENTRYPOINT with an empty list.
pub(crate) fn no_model_names(list: Span) -> Diagnostic {
    Diagnostic::new(&MISSING_FIELD, list, "`model_names` names no model")
        .level(Level::Error)
        .help("add the name that clients ask for")
}
