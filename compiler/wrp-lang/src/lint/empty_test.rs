#![doc = include_str!("empty_test.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;

pub static EMPTY_TEST: Lint = Lint {
    code: "WRP0406",
    name: "empty-test",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("empty_test.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for case in recipe.tests.iter().filter(|case| case.query.it.trim().is_empty()) {
        let found = Diagnostic::new(&EMPTY_TEST, case.query.span, "a test without a query is skipped");
        findings.push(found.help("write what a user would say"));
    }
}
