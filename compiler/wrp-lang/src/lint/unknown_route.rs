#![doc = include_str!("unknown_route.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::near;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;
use crate::syntax::escape::written;

pub static UNKNOWN_ROUTE: Lint = Lint {
    code: "WRP0216",
    name: "unknown-route",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_route.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let routes: BTreeSet<&str> = recipe.routes.iter().map(|route| route.name.it.as_str()).collect();
    for case in recipe.tests.iter().filter(|case| !routes.contains(case.route.it.as_str())) {
        let message = format!("there is no route `{}` in this scope", case.route.it);
        let found = Diagnostic::new(&UNKNOWN_ROUTE, case.route.span, message);
        findings.push_ignored(match near(&case.route.it, routes.iter().copied()) {
            Some(near) => found.help(format!("write `{}`", near.word)).fix(Fix::spell(
                case.route.span,
                near,
                written(near.word),
            )),
            None => found.help("name a route of this scope"),
        });
    }
}
