#![doc = include_str!("contradictory_condition.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::prove::{Analysis, Contradiction};
use crate::resolve::findings::Findings;

pub static CONTRADICTORY_CONDITION: Lint = Lint {
    code: "WRP0101",
    name: "contradictory-condition",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("contradictory_condition.md"),
};

pub(crate) fn check(recipe: &Recipe, analysis: &Analysis, findings: &mut Findings) {
    for contradiction in &analysis.contradictory {
        let leaves = recipe.routes[contradiction.route].when.leaves();
        let tests = leaves.filter(|leaf| contradiction.clash.contains(&leaf.span)).count();
        // A single test that never fires is reported where its signal is declared, or is not.
        if contradiction.clash.len() != 1 || tests != 1 {
            findings.push_ignored(never(recipe, contradiction));
        }
    }
}

fn never(recipe: &Recipe, contradiction: &Contradiction) -> Diagnostic {
    let route = &recipe.routes[contradiction.route];
    let message = format!("no request meets the condition of `{}`", route.name.it);
    let mut clash = contradiction.clash.iter();
    let Some(first) = clash.next() else {
        return Diagnostic::new(&CONTRADICTORY_CONDITION, route.name.span, message).help("remove the route");
    };
    let found = Diagnostic::new(&CONTRADICTORY_CONDITION, *first, message);
    match clash.len() {
        0 => found.label("never true").help("correct it, or remove the route"),
        _ => {
            let found =
                found.label("cannot be true together").help("join them with `OR`, or remove the route");
            clash.fold(found, |found, span| found.related(*span, "with this"))
        }
    }
}
