#![doc = include_str!("avoidable_query.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static AVOIDABLE_QUERY: Lint = Lint {
    code: "WRP0302",
    name: "avoidable-query",
    level: Level::Note,
    verdict: Verdict::MayMiss,
    page: include_str!("avoidable_query.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for (asking, cheap) in &analysis.avoidable {
        let (asking, cheap) = (&recipe.routes[*asking], &recipe.routes[*cheap]);
        let message = format!(
            "route `{}` asks a model about requests that `{}` serves the same",
            asking.name.it, cheap.name.it
        );
        findings.push(
            Diagnostic::new(&AVOIDABLE_QUERY, asking.name.span, message)
                .help(format!("put `{}` above `{}`", cheap.name.it, asking.name.it))
                .related(cheap.name.span, "needs no model"),
        );
    }
}
