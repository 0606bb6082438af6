#![doc = include_str!("redundant_route.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static REDUNDANT_ROUTE: Lint = Lint {
    code: "WRP0104",
    name: "redundant-route",
    level: Level::Note,
    verdict: Verdict::MayMiss,
    page: include_str!("redundant_route.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for redundant in &analysis.redundant {
        let route = &recipe.routes[redundant.route];
        let next = &recipe.routes[redundant.next];
        let message = format!("without route `{}` its requests would be served the same", route.name.it);
        let found = Diagnostic::new(&REDUNDANT_ROUTE, route.name.span, message)
            .help("remove it, or say in its DESCRIPTION why it stands here")
            .related(next.name.span, "would do the same");
        findings.push(found.witness(redundant.witness.as_ref()));
    }
}
