#![doc = include_str!("uncovered_request.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Policy, Recipe, Semantics};
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static UNCOVERED_REQUEST: Lint = Lint {
    code: "WRP0108",
    name: "uncovered-request",
    level: Level::Note,
    verdict: Verdict::Exact,
    page: include_str!("uncovered_request.md"),
};

pub(crate) fn check(policy: &Policy, recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    // The last one by rank would be a better place, and nobody would find it.
    let (Some(witness), Some(last)) = (&analysis.gap, recipe.routes.last()) else { return };
    let found = match &policy.default_model {
        Some(model) => Diagnostic::new(
            &UNCOVERED_REQUEST,
            last.name.span,
            format!("requests that no route takes go to the default model `{}`", model.it),
        )
        .help("add a route without `WHEN` where they should go elsewhere"),
        None => Diagnostic::new(&UNCOVERED_REQUEST, last.name.span, "there are requests that no route takes")
            .help("add a route without `WHEN`, or `ROUTING { default_model: \"…\" }`"),
    };
    let level = match policy.semantics {
        Semantics::Strict if policy.default_model.is_none() => Level::Warning,
        _ => Level::Note,
    };
    findings.push(found.level(level).witness(Some(witness)));
}
