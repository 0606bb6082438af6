#![doc = include_str!("refuted_assertion.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::{Analysis, Refuted};
use crate::resolve::findings::Findings;

pub static REFUTED_ASSERTION: Lint = Lint {
    code: "WRP0113",
    name: "refuted-assertion",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("refuted_assertion.md"),
};

/// How many further ways one finding points at.
const NAMED: usize = 3;

/// One finding an assertion: the first way that is refuted with a request, else the first that is not proved.
pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for (number, assertion) in recipe.assertions.iter().enumerate() {
        let against: Vec<&Refuted> = analysis.refuted.iter().filter(|it| it.assertion == number).collect();
        let shown = against.iter().find(|it| it.witness.is_some()).or(against.first());
        let Some(shown) = shown else { continue };
        let name = &assertion.name.it;
        let message = match shown.witness {
            Some(_) => format!("assertion `{name}` does not hold: {}", shown.reason),
            None => format!("assertion `{name}` could not be proved: {}", shown.reason),
        };
        let mut found = Diagnostic::new(&REFUTED_ASSERTION, assertion.name.span, message)
            .help("keep such requests from that way, or change what is required of it")
            .witness(shown.witness.as_ref());
        let others = against.iter().filter(|it| !std::ptr::eq(**it, *shown)).take(NAMED);
        for way in std::iter::once(shown).chain(others) {
            found = found.related(way.span, way.path.clone());
        }
        findings.push(found);
    }
}
