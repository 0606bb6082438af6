#![doc = include_str!("ambiguous_overlap.md")]

use std::collections::BTreeMap;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Semantics, Strategy};
use crate::prove::{Analysis, Pair};
use crate::resolve::findings::Findings;

pub static AMBIGUOUS_OVERLAP: Lint = Lint {
    code: "WRP0106",
    name: "ambiguous-overlap",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("ambiguous_overlap.md"),
};

/// How many routes one finding names.
const NAMED: usize = 3;

/// One finding a route: all pairs in which it is the later one.
pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    let mut by_later = BTreeMap::<usize, Vec<&Pair>>::new();
    for pair in &analysis.overlaps {
        by_later.entry(pair.one.max(pair.other)).or_default().push(pair);
    }
    for (later, pairs) in by_later {
        let settled = settled_by(findings.semantics, recipe);
        findings.push_ignored(overlap(recipe, later, &pairs, settled));
    }
}

fn settled_by(semantics: Semantics, recipe: &Recipe) -> &'static str {
    match (semantics, recipe.strategy) {
        (Semantics::Strict, Strategy::Priority) => "only the order of the lines decides",
        (Semantics::Strict, Strategy::Confidence) => {
            "both are equally sure, and only the order of the lines decides"
        }
        (Semantics::Vsr2026_08, _) => "only the confidence of the moment and then their names decide",
    }
}

fn overlap(recipe: &Recipe, later: usize, pairs: &[&Pair], settled: &str) -> Diagnostic {
    let route = &recipe.routes[later];
    let first = pairs[0].one.min(pairs[0].other);
    let message = format!(
        "routes `{}` and `{}` both match, and {settled}",
        recipe.routes[first].name.it, route.name.it
    );
    let mut found = Diagnostic::new(&AMBIGUOUS_OVERLAP, route.name.span, message);
    for pair in pairs.iter().take(NAMED) {
        let other = &recipe.routes[pair.one.min(pair.other)];
        found = found.related(other.name.span, "has the same rank");
    }
    if pairs.len() > NAMED {
        found = found.label(format!("overlaps {} routes of its rank", pairs.len()));
    }
    found
        .help("give one of them the higher `PRIORITY`, or keep them apart with a `NOT`")
        .witness(Some(&pairs[0].witness))
}
