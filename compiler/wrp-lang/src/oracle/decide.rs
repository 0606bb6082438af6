//! Which route wins.

use std::cmp::Ordering;

use super::condition::Truth;
use super::{Readings, World};
use crate::lower::on_unknown;
use crate::policy::{Expr, OnUnknown, Policy, Recipe, Route, Semantics, Strategy};

#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    pub outcome: Outcome,
    /// Of the route that won; 0 for the other outcomes.
    pub confidence: f64,
    /// Every route that fired, in source order, with its confidence.
    pub fired: Vec<(usize, f64)>,
}

/// Indices into [`Recipe::routes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Route(usize),
    Default,
    Deny(usize),
}

/// A route that fired, or that denies.
struct Candidate<'r> {
    number: usize,
    route: &'r Route,
    confidence: f64,
    denies: bool,
}

/// Decides on readings that are final.
pub fn decide(policy: &Policy, recipe: &Recipe, readings: &Readings) -> Decided {
    let world = World::new(policy, recipe, readings);
    let mut candidates = Vec::new();
    for (number, route) in recipe.routes.iter().enumerate() {
        let (truth, confidence) = world.evaluate(&route.when);
        let denies = match (truth, on_unknown(policy.semantics, recipe, route)) {
            (Truth::False, _) | (Truth::Unknown, OnUnknown::Skip) => continue,
            (Truth::True, _) | (Truth::Unknown, OnUnknown::Match) => false,
            (Truth::Unknown, OnUnknown::Deny) => true,
        };
        candidates.push(Candidate { number, route, confidence, denies });
    }
    let serving = candidates.iter().filter(|candidate| !candidate.denies);
    let fired = serving.map(|candidate| (candidate.number, candidate.confidence)).collect();
    let tiered = candidates.iter().any(|candidate| candidate.route.tier > 0);
    let best = candidates.iter().min_by(|one, other| match policy.semantics {
        Semantics::Vsr2026_08 => compatible(recipe.strategy, tiered, one, other),
        Semantics::Strict => strict(recipe.strategy, one, other),
    });
    match best {
        None => Decided { outcome: Outcome::Default, confidence: 0.0, fired },
        Some(best) if best.denies => Decided { outcome: Outcome::Deny(best.number), confidence: 0.0, fired },
        Some(best) => Decided { outcome: Outcome::Route(best.number), confidence: best.confidence, fired },
    }
}

/// Whether one of two routes that fire, or deny, goes before the other, each with its confidence and whether it denies;
/// `tiered` if any route of a tier fires.
pub(crate) fn goes_before(
    policy: &Policy,
    recipe: &Recipe,
    tiered: bool,
    one: (usize, f64, bool),
    other: (usize, f64, bool),
) -> bool {
    let [one, other] = [one, other].map(|(number, confidence, denies)| Candidate {
        number,
        route: &recipe.routes[number],
        confidence,
        denies,
    });
    let order = match policy.semantics {
        Semantics::Vsr2026_08 => compatible(recipe.strategy, tiered, &one, &other),
        Semantics::Strict => strict(recipe.strategy, &one, &other),
    };
    order == Ordering::Less
}

/// The reference's comparison: a fired tier switches it over.
fn compatible(strategy: Strategy, tiered: bool, one: &Candidate<'_>, other: &Candidate<'_>) -> Ordering {
    let confidence = other.confidence.total_cmp(&one.confidence);
    let priority = other.route.priority.cmp(&one.route.priority);
    let name = one.route.name.it.cmp(&other.route.name.it).then(one.number.cmp(&other.number));
    match strategy {
        _ if tiered => {
            one.route.tier.max(0).cmp(&other.route.tier.max(0)).then(confidence).then(priority).then(name)
        }
        Strategy::Confidence => confidence.then(priority).then(name),
        Strategy::Priority => priority.then(confidence).then(name),
    }
}

/// Ours: the same whatever else fires.
fn strict(strategy: Strategy, one: &Candidate<'_>, other: &Candidate<'_>) -> Ordering {
    let tier = |it: &Candidate<'_>| if it.route.tier > 0 { it.route.tier } else { i64::MAX };
    let catch_all = |it: &Candidate<'_>| matches!(&it.route.when, Expr::And(items) if items.is_empty());
    let confidence = match strategy {
        Strategy::Priority => Ordering::Equal,
        // A denial goes first; denials among themselves do not compare what they are unsure of.
        Strategy::Confidence if one.denies || other.denies => other.denies.cmp(&one.denies),
        Strategy::Confidence => other.confidence.total_cmp(&one.confidence),
    };
    tier(one)
        .cmp(&tier(other))
        .then(catch_all(one).cmp(&catch_all(other)))
        .then(confidence)
        .then(other.route.priority.cmp(&one.route.priority))
        .then(one.number.cmp(&other.number))
}
