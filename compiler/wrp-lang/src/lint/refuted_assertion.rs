#![doc = include_str!("refuted_assertion.md")]

use super::ways::Ways;
use super::{Lint, Verdict};
use crate::diagnostic::Level;
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::prove::promise::Kind;
use crate::resolve::findings::Findings;

pub static REFUTED_ASSERTION: Lint = Lint {
    code: "WRP0113",
    name: "refuted-assertion",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("refuted_assertion.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for (number, assertion) in recipe.assertions.iter().enumerate() {
        let name = format!("assertion `{}`", assertion.name.it);
        let ways = Ways::of(analysis, Kind::Assertion(number));
        if let Some(found) = ways.diagnostic(&REFUTED_ASSERTION, assertion.name.span, &name) {
            findings.push(found.help("keep such requests from that way, or change what is required of it"));
        }
    }
}
