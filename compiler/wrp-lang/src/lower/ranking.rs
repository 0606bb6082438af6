//! Which route goes before which, and in which groups the confidence decides.

use std::cmp::Reverse;

use wrp_graph::graph;
use wrp_graph::signal;

use crate::policy::{OnUnknown, Recipe, Route, Semantics, Strategy, Term};

/// Routes from first to last.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) routes: Vec<u16>,
    pub(super) group_ends: Vec<u16>,
}

/// The sections of a recipe: two if a fired tiered route changes how untiered ones are compared.
pub(super) fn order(recipe: &Recipe, semantics: Semantics) -> Vec<Order> {
    let all = || recipe.routes.iter().enumerate().map(|(number, route)| (number as u16, route));
    match semantics {
        Semantics::Strict => {
            let place = |(number, route): &(u16, &Route)| {
                let tier = if route.tier > 0 { route.tier } else { i64::MAX };
                (tier, is_catch_all(route), Reverse(route.priority), *number)
            };
            let group = |route: &Route| match recipe.strategy {
                Strategy::Priority => None,
                Strategy::Confidence => Some((route.tier.max(0), is_catch_all(route))),
            };
            vec![grouped(all().collect(), place, |one, other| {
                group(one).is_some() && group(one) == group(other)
            })]
        }
        Semantics::Vsr2026_08 => {
            let (tiered, untiered): (Vec<_>, Vec<_>) = all().partition(|(_, route)| route.tier > 0);
            let place = |(number, route): &(u16, &Route)| {
                (route.tier.max(0), Reverse(route.priority), route.name.it.clone(), *number)
            };
            let by_strategy = |one: &Route, other: &Route| match recipe.strategy {
                Strategy::Priority => one.priority == other.priority,
                Strategy::Confidence => true,
            };
            let by_tier = |one: &Route, other: &Route| one.tier == other.tier;
            if untiered.is_empty() {
                vec![grouped(tiered, place, by_tier)]
            } else if tiered.is_empty() {
                vec![grouped(untiered, place, by_strategy)]
            } else {
                vec![grouped(untiered, place, by_strategy), grouped(tiered, place, by_tier)]
            }
        }
    }
}

fn grouped<K: Ord>(
    mut routes: Vec<(u16, &Route)>,
    place: impl Fn(&(u16, &Route)) -> K,
    together: impl Fn(&Route, &Route) -> bool,
) -> Order {
    routes.sort_by_cached_key(|route| place(route));
    let mut order = Order::default();
    for group in routes.chunk_by(|(_, one), (_, other)| together(one, other)) {
        let end = order.routes.len() + group.len();
        order.routes.extend(group.iter().map(|(number, _)| *number));
        order.group_ends.resize(end, end as u16);
    }
    order
}

/// A route that says no condition at all.
pub(crate) fn is_catch_all(route: &Route) -> bool {
    matches!(&route.when, crate::policy::Expr::And(items) if items.is_empty())
}

/// What a route does when its condition is unknown: what it says, else `deny` if a safety signal has a say in it.
///
/// A projection counts as a safety signal if one goes into its score. Under `vsr-2026-08` nothing is unknown.
pub fn on_unknown(semantics: Semantics, recipe: &Recipe, route: &Route) -> OnUnknown {
    match (semantics, route.on_unknown) {
        (Semantics::Vsr2026_08, _) => OnUnknown::Skip,
        (Semantics::Strict, Some(written)) => written,
        (Semantics::Strict, None) => {
            let guarded = route.when.leaves().any(|leaf| match leaf.kind.as_str() {
                "projection" => output_is_safety(recipe, &leaf.name, recipe.scores.len()),
                kind => is_safety(kind),
            });
            if guarded { OnUnknown::Deny } else { OnUnknown::Skip }
        }
    }
}

fn is_safety(kind: &str) -> bool {
    signal::find(kind).is_some_and(|kind| kind.safety)
}

/// Whether a safety signal goes into an output; `depth` ends the walk where scores go round in a circle.
fn output_is_safety(recipe: &Recipe, output: &str, depth: usize) -> bool {
    let mappings = recipe.mappings.iter().filter(|it| it.outputs.iter().any(|band| band.name.it == output));
    mappings.into_iter().any(|mapping| score_is_safety(recipe, &mapping.source.it, depth))
}

fn score_is_safety(recipe: &Recipe, score: &str, depth: usize) -> bool {
    let Some(deeper) = depth.checked_sub(1) else { return false };
    let inputs = recipe.scores.iter().filter(|it| it.name.it == score).flat_map(|it| &it.inputs);
    inputs.into_iter().any(|input| match &input.term {
        Term::Binary { kind, .. } | Term::Confidence { kind, .. } | Term::Raw { kind, .. } => is_safety(kind),
        Term::Score { name } => score_is_safety(recipe, name, deeper),
        Term::Output { name } => output_is_safety(recipe, name, deeper),
        Term::KbMetric { .. } => false,
    })
}

pub(crate) fn lower_on_unknown(on_unknown: OnUnknown) -> graph::OnUnknown {
    match on_unknown {
        OnUnknown::Skip => graph::OnUnknown::Skip,
        OnUnknown::Match => graph::OnUnknown::Match,
        OnUnknown::Deny => graph::OnUnknown::Deny,
    }
}
