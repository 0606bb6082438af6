#![doc = include_str!("flipped_priority.md")]

use std::collections::BTreeMap;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::{Analysis, Pair};
use crate::resolve::findings::Findings;

pub static FLIPPED_PRIORITY: Lint = Lint {
    code: "WRP0107",
    name: "flipped-priority",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("flipped_priority.md"),
};

/// One finding for each route that loses against a lower priority.
pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    let mut by_higher = BTreeMap::<usize, Vec<&Pair>>::new();
    for pair in &analysis.flips {
        by_higher.entry(pair.one).or_default().push(pair);
    }
    for (higher, pairs) in by_higher {
        findings.push(flipped(recipe, higher, &pairs));
    }
}

fn flipped(recipe: &Recipe, higher: usize, pairs: &[&Pair]) -> Diagnostic {
    let (high, low) = (&recipe.routes[higher], &recipe.routes[pairs[0].other]);
    let message =
        format!("route `{}` takes requests from `{}`, whose priority is higher", low.name.it, high.name.it);
    let help = match high.tier > 0 {
        true => "inside a tier the confidence decides: give the two routes different tiers",
        false => "a matching tier puts confidence before priority: use `TIER` in all routes or in none",
    };
    Diagnostic::new(&FLIPPED_PRIORITY, high.name.span, message)
        .help(help)
        .related(low.name.span, format!("has priority {} and takes them", low.priority))
        .witness(Some(&pairs[0].witness))
}
