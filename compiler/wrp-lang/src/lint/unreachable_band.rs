#![doc = include_str!("unreachable_band.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::Analysis;
use crate::resolve::findings::Findings;

pub static UNREACHABLE_BAND: Lint = Lint {
    code: "WRP0109",
    name: "unreachable-band",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unreachable_band.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for bands in analysis.bands.iter().filter(|bands| bands.exact) {
        let mapping = &recipe.mappings[bands.mapping];
        for (band, reachable) in mapping.outputs.iter().zip(&bands.reachable) {
            if !*reachable {
                let message =
                    format!("no request brings `{}` into band `{}`", mapping.source.it, band.name.it);
                let found = Diagnostic::new(&UNREACHABLE_BAND, band.name.span, message);
                let (least, most) = bands.extent;
                findings.push(found.help(format!(
                    "the score lies between {} and {}: move the bounds, or remove the band",
                    round(least),
                    round(most)
                )));
            }
        }
    }
}

/// Without the noise of adding.
pub(super) fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
