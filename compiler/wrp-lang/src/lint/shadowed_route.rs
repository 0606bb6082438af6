#![doc = include_str!("shadowed_route.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::{Analysis, Shadow};
use crate::resolve::findings::Findings;

pub static SHADOWED_ROUTE: Lint = Lint {
    code: "WRP0103",
    name: "shadowed-route",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("shadowed_route.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for shadow in &analysis.shadowed {
        findings.push_ignored(shadowed(recipe, shadow));
    }
}

fn shadowed(recipe: &Recipe, shadow: &Shadow) -> Diagnostic {
    let route = &recipe.routes[shadow.route];
    let message = format!("route `{}` can never decide", route.name.it);
    let mut found = Diagnostic::new(&SHADOWED_ROUTE, route.name.span, message).label("never reached");
    for other in &shadow.by {
        let message = match shadow.by.len() {
            1 => format!("takes every request that `{}` matches", route.name.it),
            _ => "takes some of its requests".to_owned(),
        };
        found = found.related(recipe.routes[*other].name.span, message);
    }
    let help = match shadow.by.as_slice() {
        [one] => format!("put `{}` above `{}`, or remove it", route.name.it, recipe.routes[*one].name.it),
        _ => format!("put `{}` above them, or remove it", route.name.it),
    };
    found.help(help).witness(shadow.witness.as_ref())
}
