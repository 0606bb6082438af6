#![doc = include_str!("tautological_condition.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static TAUTOLOGICAL_CONDITION: Lint = Lint {
    code: "WRP0102",
    name: "tautological-condition",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("tautological_condition.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for always in &analysis.tautological {
        let route = &recipe.routes[always.route];
        let message = format!("every request meets the condition of `{}`", route.name.it);
        let span = route.when.span().unwrap_or(route.name.span);
        let found = Diagnostic::new(&TAUTOLOGICAL_CONDITION, span, message)
            .label("always true")
            .help("remove the `WHEN`, or the alternative that makes it always true");
        findings.push(found.witness(always.witness.as_ref()));
    }
}
