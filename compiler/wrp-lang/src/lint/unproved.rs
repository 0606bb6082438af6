#![doc = include_str!("unproved.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static UNPROVED: Lint = Lint {
    code: "WRP0112",
    name: "unproved",
    level: Level::Note,
    verdict: Verdict::Exact,
    page: include_str!("unproved.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for route in &analysis.gave_up {
        let route = &recipe.routes[*route];
        let message = format!("whether any request reaches `{}` took too long to find out", route.name.it);
        findings.push(Diagnostic::new(&UNPROVED, route.name.span, message).help("simplify its condition"));
    }
    let place = recipe.routes.first().map_or(recipe.span, |route| route.name.span);
    if analysis.many_pairs {
        let message = "very many routes share a rank, and not all pairs were looked at";
        findings.push(Diagnostic::new(&UNPROVED, place, message).help("give routes ranks of their own"));
    }
    if analysis.vague {
        let message = "some signals or scores of this scope are too large to be followed exactly";
        findings.push(Diagnostic::new(&UNPROVED, place, message).help("split the policy into recipes"));
    }
}
