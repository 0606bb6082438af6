#![doc = include_str!("redundant_test.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static REDUNDANT_TEST: Lint = Lint {
    code: "WRP0105",
    name: "redundant-test",
    level: Level::Note,
    verdict: Verdict::MayMiss,
    page: include_str!("redundant_test.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for (route, span) in &analysis.redundant_tests {
        let name = &recipe.routes[*route].name.it;
        let message = format!("the other tests of `{name}` imply this one");
        findings.push(Diagnostic::new(&REDUNDANT_TEST, *span, message).help("leave it out"));
    }
}
