#![doc = include_str!("band_gap.md")]

use super::unreachable_band::round;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static BAND_GAP: Lint = Lint {
    code: "WRP0110",
    name: "band-gap",
    level: Level::Note,
    verdict: Verdict::Exact,
    page: include_str!("band_gap.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for bands in analysis.bands.iter().filter(|bands| bands.exact) {
        let Some(number) = bands.gap else { continue };
        let mapping = &recipe.mappings[bands.mapping];
        let message =
            format!("no band of `{}` takes all that `{}` can be", mapping.name.it, mapping.source.it);
        findings.push(
            Diagnostic::new(&BAND_GAP, mapping.name.span, message)
                .help(format!("{} is in none: let the bands meet, if it should be in one", round(number))),
        );
    }
}
