//! Who goes before whom, whatever a request brings; where that is open, the routes form a group.
//!
//! A request that two routes of different groups match is the earlier group's. Inside a group the confidence has a
//! say, so a route goes before another only if the least it can be sure of is more than the most of the other.

use crate::lower::{self, is_catch_all};
use crate::policy::{Expr, Leaf, OnUnknown, Policy, Recipe, Route, Semantics, Strategy};

/// The routes of a recipe by rank.
#[derive(Debug)]
pub(crate) struct Order {
    /// Indices into [`Recipe::routes`], the first group first.
    pub(crate) groups: Vec<Vec<usize>>,
    /// How sure each route can be when it fires, from least to most.
    confidences: Vec<(f64, f64)>,
    /// What an unknown condition makes a route do.
    on_unknown: Vec<OnUnknown>,
    pub(crate) rule: Rule,
}

/// What orders the routes of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Written order.
    Strict { by_confidence: bool },
    /// Priority, confidence, name.
    Priority,
    /// Confidence, priority, name: a strategy's, or because a tiered route always fires with the others.
    Confidence,
    /// Either of the two, since a tiered route may fire beside them.
    Either { by_confidence: bool },
}

impl Order {
    pub(crate) fn of(policy: &Policy, recipe: &Recipe) -> Order {
        let routes = &recipe.routes;
        let tiers = routes.iter().any(|route| route.tier > 0);
        let all_tiered = routes.iter().all(|route| route.tier > 0);
        let by_confidence = recipe.strategy == Strategy::Confidence;
        let rule = match policy.semantics {
            Semantics::Strict => Rule::Strict { by_confidence },
            Semantics::Vsr2026_08 if all_tiered => Rule::Confidence,
            Semantics::Vsr2026_08 if tiers => Rule::Either { by_confidence },
            Semantics::Vsr2026_08 if by_confidence => Rule::Confidence,
            Semantics::Vsr2026_08 => Rule::Priority,
        };
        let rank = |route: &Route| match rule {
            Rule::Strict { by_confidence } => {
                let tier = if route.tier > 0 { route.tier } else { i64::MAX };
                let priority = if by_confidence { 0 } else { route.priority };
                (tier, is_catch_all(route), std::cmp::Reverse(priority))
            }
            Rule::Priority => (0, false, std::cmp::Reverse(route.priority)),
            Rule::Confidence | Rule::Either { .. } => (route.tier.max(0), false, std::cmp::Reverse(0)),
        };
        let mut numbers: Vec<usize> = (0..routes.len()).collect();
        numbers.sort_by_key(|number| (rank(&routes[*number]), *number));
        let groups = numbers.chunk_by(|one, other| rank(&routes[*one]) == rank(&routes[*other]));
        let on_unknown: Vec<OnUnknown> =
            routes.iter().map(|route| lower::on_unknown(policy.semantics, recipe, route)).collect();
        // What is unknown vouches for nothing.
        let confidences = routes.iter().zip(&on_unknown).map(|(route, unknown)| match unknown {
            OnUnknown::Skip => confidence(&route.when),
            OnUnknown::Match | OnUnknown::Deny => (0.0, confidence(&route.when).1),
        });
        Order {
            groups: groups.map(<[usize]>::to_vec).collect(),
            confidences: confidences.collect(),
            on_unknown,
            rule,
        }
    }

    /// All routes that go before one whenever both fire, by rank.
    pub(crate) fn before(&self, recipe: &Recipe, route: usize) -> Vec<usize> {
        let mut before = Vec::new();
        for group in &self.groups {
            if group.contains(&route) {
                let beats = |other: &&usize| **other != route && self.beats(recipe, **other, route);
                before.extend(group.iter().filter(beats));
                break;
            }
            before.extend(group);
        }
        before
    }

    /// Whether the one wins whenever both of a group fire.
    pub(crate) fn beats(&self, recipe: &Recipe, one: usize, other: usize) -> bool {
        let (first, second) = (&recipe.routes[one], &recipe.routes[other]);
        let (sure, unsure) = (self.confidences[one].0, self.confidences[other].1);
        let named = (&first.name.it, one) < (&second.name.it, other);
        let by_confidence = |next: bool| sure > unsure || (sure == unsure && next);
        let confidence_first =
            by_confidence(first.priority > second.priority || (first.priority == second.priority && named));
        let priority_first =
            first.priority > second.priority || (first.priority == second.priority && by_confidence(named));
        match self.rule {
            Rule::Strict { by_confidence: false } => one < other,
            // A route that denies goes before all that serve.
            Rule::Strict { by_confidence: true } if self.on_unknown[other] == OnUnknown::Deny => false,
            Rule::Strict { by_confidence: true } => by_confidence(
                (std::cmp::Reverse(first.priority), one) < (std::cmp::Reverse(second.priority), other),
            ),
            Rule::Priority => priority_first,
            Rule::Confidence => confidence_first,
            // Both are untiered, or both of one tier, in which the second rule always holds.
            Rule::Either { .. } if first.tier > 0 => confidence_first,
            Rule::Either { by_confidence: true } => confidence_first,
            Rule::Either { by_confidence: false } => confidence_first && priority_first,
        }
    }

    /// Whether nothing that was written puts one of two routes of a group before the other.
    pub(crate) fn is_unsettled(&self, recipe: &Recipe, one: usize, other: usize) -> bool {
        let (first, second) = (&recipe.routes[one], &recipe.routes[other]);
        let equal = self.confidences[one] == self.confidences[other]
            && self.confidences[one].0 == self.confidences[one].1;
        first.priority == second.priority && (self.rule != Rule::Strict { by_confidence: true } || equal)
    }

    /// Whether the written priority can be turned round by confidence, in a group whose routes differ in priority.
    pub(crate) fn can_flip(&self, recipe: &Recipe, one: usize, other: usize) -> bool {
        let (first, second) = (&recipe.routes[one], &recipe.routes[other]);
        let by_strategy = recipe.strategy == Strategy::Confidence;
        first.priority > second.priority
            && !by_strategy
            && matches!(self.rule, Rule::Confidence | Rule::Either { .. })
            && !self.beats(recipe, one, other)
    }
}

/// From least to most sure, over all requests for which the condition holds.
fn confidence(when: &Expr) -> (f64, f64) {
    match when {
        Expr::Leaf(leaf) => {
            if is_certain(leaf) {
                (1.0, 1.0)
            } else {
                (0.0, 1.0)
            }
        }
        Expr::Not(_) => (1.0, 1.0),
        Expr::And(items) if items.is_empty() => (0.0, 0.0),
        Expr::And(items) => {
            let (mut least, mut most) = (0.0, 0.0);
            for (low, high) in items.iter().map(confidence) {
                (least, most) = (least + low, most + high);
            }
            (least / items.len() as f64, most / items.len() as f64)
        }
        // The surest child that holds, and it is open which do.
        Expr::Or(items) => {
            let ends = items.iter().map(confidence);
            ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or((0.0, 0.0))
        }
    }
}

/// Whether a test that holds has the confidence 1: its family stores none, or it compares a number.
fn is_certain(leaf: &Leaf) -> bool {
    let bare = ["keyword", "context", "authz", "metadata", "conversation", "fact_check", "user_feedback"];
    leaf.predicate.is_some() || bare.contains(&leaf.kind.as_str())
}
