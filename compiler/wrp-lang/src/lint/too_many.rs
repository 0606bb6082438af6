#![doc = include_str!("too_many.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Model, Recipe};
use crate::resolve::findings::Findings;
use crate::syntax::ast::Tree;

pub static TOO_MANY: Lint = Lint {
    code: "WRP0239",
    name: "too-many",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("too_many.md"),
};

/// What fits into the graph's sixteen-bit numbers, with room for the marks it keeps for itself.
pub(crate) const MOST: usize = 65_000;

pub(crate) fn check_scope(recipe: &Recipe, findings: &mut Findings) {
    let outputs: Vec<Span> =
        recipe.mappings.iter().flat_map(|mapping| &mapping.outputs).map(|band| band.name.span).collect();
    report("signals", recipe.signals.len(), recipe.signals.get(MOST).map(|it| it.name.span), findings);
    report("routes", recipe.routes.len(), recipe.routes.get(MOST).map(|it| it.name.span), findings);
    report("mapping outputs", outputs.len(), outputs.get(MOST).copied(), findings);
}

pub(crate) fn check_policy(recipes: &[Recipe], models: &[Model], findings: &mut Findings) {
    report("recipes", recipes.len(), recipes.get(MOST).map(|it| it.span), findings);
    report("models", models.len(), models.get(MOST).map(|it| it.name.span), findings);
}

/// A tree before the last one of its scope, whose branches reach into the next tree's priorities.
pub(crate) fn check_tree(tree: &Tree, band: usize, findings: &mut Findings) {
    let branches = tree.branches.len() + usize::from(tree.otherwise.is_some());
    if branches > band {
        let message =
            format!("tree `{}` has {branches} branches and {band} priorities to itself", tree.name.text);
        let found = Diagnostic::new(&TOO_MANY, tree.name.span, message).level(Level::Warning);
        findings.push(found.help("split the tree over several recipes"));
    }
}

fn report(what: &str, count: usize, first_beyond: Option<Span>, findings: &mut Findings) {
    if let Some(span) = first_beyond {
        let message = format!("{count} {what} are more than the {MOST} that a policy can have");
        findings.push(Diagnostic::new(&TOO_MANY, span, message).help("split the policy into recipes"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Semantics;

    /// A scope with as many mapping outputs as that, and how many of them are reported.
    fn reported(outputs: usize) -> usize {
        use crate::policy::{Band, Mapping};
        let band = Band { name: Default::default(), bounds: Default::default() };
        let mapping = Mapping {
            name: Default::default(),
            source: Default::default(),
            multi_emit: false,
            slope: 12.0,
            outputs: vec![band; outputs],
        };
        let mut findings = Findings::new(Semantics::Strict);
        check_scope(&Recipe { mappings: vec![mapping], ..Recipe::default() }, &mut findings);
        findings.in_source_order().len()
    }

    #[test]
    fn a_scope_holds_what_a_graph_can_number_and_no_more() {
        assert_eq!(reported(MOST), 0);
        assert_eq!(reported(MOST + 1), 1);
    }
}
