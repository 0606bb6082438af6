#![doc = include_str!("unreachable_recipe.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNREACHABLE_RECIPE: Lint = Lint {
    code: "WRP0405",
    name: "unreachable-recipe",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unreachable_recipe.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    for (at, recipe) in policy.recipes.iter().enumerate().skip(1) {
        if !policy.entrypoints.iter().any(|entrypoint| entrypoint.recipe == at) {
            let message = format!("no entrypoint leads to recipe `{}`", recipe.name);
            let found = Diagnostic::new(&UNREACHABLE_RECIPE, recipe.span, message);
            findings.push(found.help("add an ENTRYPOINT for it, or remove it"));
        }
    }
}
