#![doc = include_str!("dead_branch.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static DEAD_BRANCH: Lint = Lint {
    code: "WRP0111",
    name: "dead-branch",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("dead_branch.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for (route, span) in &analysis.dead_branches {
        let message = format!("this alternative of `{}` can never hold", recipe.routes[*route].name.it);
        findings.push(Diagnostic::new(&DEAD_BRANCH, *span, message).help("correct it, or leave it out"));
    }
}
