//! What a policy means, said as plainly as possible: it walks the written trees, one route after the other.
//!
//! Nobody runs this in production. It is what the graph is measured against, so it shares no code with it: readings
//! are looked up by name, conditions are walked as they were written, and the order of routes is found by comparing
//! those that fired. [`prepare()`] does to the readings what is done before routes look at them, [`decide()`] the rest.
//!
//! **`vsr-2026-08`** is the reference engine: a failed detector has missed; an AND is as sure as its children on
//! average, an OR as its surest, a NOT is sure; and as soon as a tiered route fires, tier and confidence come before
//! the priority, with untiered routes in front of all tiers.
//!
//! **`strict`** has three truth values. A signal whose detector failed is unknown, even if it says that it matched; a
//! predicate with `on_error: match` over it holds. AND is the least of its children, OR the greatest, NOT turns unknown
//! into unknown. A route whose condition is unknown is skipped, matches, or denies (see [`crate::lower::on_unknown`]).
//! Of a condition that is unknown, an unknown leaf or NOT vouches for nothing (0), an AND is the mean over all its
//! children, an OR the greatest of its unknown ones. Routes rank by tier (untiered last), a route without a condition
//! last within its tier, then by strategy (`priority`, or `confidence` and then priority), then in source order; where
//! the confidence decides, a route that denies goes before all of its tier that serve.
//!
//! What an inline signal says about a request is in [`sense`]. What stages make of unknown members is on the page of [`wrp_graph::stage`].

mod condition;
mod decide;
mod prepare;
pub mod sense;
mod verdict;

use std::collections::BTreeMap;

use wrp_graph::reading::Reading;

use crate::policy::{Leaf, Policy, Recipe, Semantics};

pub(crate) use condition::Truth;
pub use condition::within as holds;
pub(crate) use decide::goes_before;
pub use decide::{Decided, Outcome, decide};
pub(crate) use prepare::band;
pub use prepare::{Prepared, prepare};
pub use verdict::verdict;

/// What every signal says, by key; what is not named has missed.
pub type Readings = BTreeMap<String, Reading>;

/// Readings as a semantics notes them: under `vsr-2026-08` only a classifier's failure is.
pub(crate) fn noted<'r>(
    semantics: Semantics,
    readings: impl IntoIterator<Item = &'r (String, Reading)>,
) -> Readings {
    let note = |(key, reading): &(String, Reading)| {
        let failed = reading.failed && (semantics == Semantics::Strict || key.starts_with("classifier:"));
        (key.clone(), Reading { failed, ..*reading })
    };
    readings.into_iter().map(note).collect()
}

/// What one test comes to.
pub(crate) fn test(policy: &Policy, recipe: &Recipe, leaf: &Leaf, readings: &Readings) -> Truth {
    World::new(policy, recipe, readings).leaf(leaf).0
}

/// A recipe and what its signals say.
#[derive(Clone, Copy, Debug)]
struct World<'w> {
    semantics: Semantics,
    recipe: &'w Recipe,
    readings: &'w Readings,
}

impl<'w> World<'w> {
    fn new(policy: &Policy, recipe: &'w Recipe, readings: &'w Readings) -> World<'w> {
        World { semantics: policy.semantics, recipe, readings }
    }

    fn reading(&self, key: &str) -> Reading {
        self.readings.get(key).copied().unwrap_or(Reading::MISSED)
    }

    /// Whether nothing is known of a key, which only `strict` can say.
    fn is_unknown(&self, key: &str) -> bool {
        self.semantics == Semantics::Strict && self.reading(key).failed
    }
}
