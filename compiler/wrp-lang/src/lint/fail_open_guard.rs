#![doc = include_str!("fail_open_guard.md")]

use std::collections::BTreeSet;

use wrp_graph::signal::{Reach, find};

use super::names::Names;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::{Leaf, Recipe, Semantics};
use crate::resolve::findings::Findings;

pub static FAIL_OPEN_GUARD: Lint = Lint {
    code: "WRP0301",
    name: "fail-open-guard",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("fail_open_guard.md"),
};

/// Once for each route and signal. A tree's branch also negates the conditions before it; those are not its own
/// and stand outside its span.
pub(crate) fn check(recipe: &Recipe, names: &Names<'_>, findings: &mut Findings) {
    if findings.semantics == Semantics::Strict {
        return;
    }
    for route in &recipe.routes {
        let mut told = BTreeSet::new();
        for leaf in route.when.negated_leaves() {
            let own = route.span.start <= leaf.span.start && leaf.span.end <= route.span.end;
            let fallible = find(&leaf.kind).is_some_and(|kind| kind.reach == Reach::Host);
            let guarded = leaf.kind == "classifier" && leaf.match_on_error;
            if own
                && fallible
                && !guarded
                && names.knows(&leaf.kind, &leaf.name)
                && told.insert((&leaf.kind, &leaf.name))
            {
                findings.push(fails_open(leaf));
            }
        }
    }
}

fn fails_open(leaf: &Leaf) -> Diagnostic {
    let message =
        format!("when `{}` is down, this counts as not matched and the route takes the request", leaf.kind);
    let found = Diagnostic::new(&FAIL_OPEN_GUARD, leaf.span, message);
    match leaf.kind.as_str() {
        "classifier" => {
            let help = "add `on_error: \"match\"`";
            let inside = leaf.span.end.saturating_sub(1);
            found.help(help).fix(Fix::insert(inside, ", on_error: \"match\"", help).to_choose())
        }
        _ => {
            found.help("use `ROUTING { semantics: \"strict\" }`, or decide on the positive in a route above")
        }
    }
}
