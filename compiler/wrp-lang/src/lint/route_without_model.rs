#![doc = include_str!("route_without_model.md")]

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static ROUTE_WITHOUT_MODEL: Lint = Lint {
    code: "WRP0221",
    name: "route-without-model",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("route_without_model.md"),
};

pub(crate) fn of_route(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&ROUTE_WITHOUT_MODEL, name.span, format!("route `{}` has no model to serve it", name.it))
        .help("add `MODEL \"name\"`, or answer with `PLUGIN fast_response { … }`")
}

pub(crate) fn of_branch(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&ROUTE_WITHOUT_MODEL, name.span, format!("branch `{}` has no model to serve it", name.it))
        .level(Level::Error)
        .help("add `MODEL \"name\"`")
}
