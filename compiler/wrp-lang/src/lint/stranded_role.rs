#![doc = include_str!("stranded_role.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Policy, Recipe};
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static STRANDED_ROLE: Lint = Lint {
    code: "WRP0121",
    name: "stranded-role",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("stranded_role.md"),
};

pub(crate) fn check(policy: &Policy, recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for role in analysis.stranded.iter().filter_map(|number| policy.roles.get(*number)) {
        let message = format!("no request of role `{}` reaches a model that it may use", role.role.it);
        let found = Diagnostic::new(&STRANDED_ROLE, role.name.span, message);
        let found = match policy.recipes.len() {
            1 => found,
            _ => found.related(recipe.span, format!("in recipe `{}`", recipe.name)),
        };
        findings.push(found.help("add a route for it, or allow it a model that its requests reach"));
    }
}
