//! Two versions of a policy: proved to serve every request alike, or the decisions that changed, each with a request.
//!
//! [`apart`] says which signals both mean alike, and [`joint`] names the others apart, so that both policies are about
//! the requests of one space. A [`side`] is what one policy makes of them, [`twins`] what both have in common, and
//! [`search`] asks for the rest. Nothing is reported that [`replay`] has not seen both policies decide.

mod action;
mod apart;
mod joint;
mod replay;
mod search;
mod side;
mod surface;
#[cfg(test)]
mod tests;
mod twins;

use std::collections::BTreeMap;

use wrp_graph::graph::Graph;

use crate::oracle::{Outcome, Readings};
use crate::policy::Policy;
use crate::prove::solver::Questions;
use apart::Scope;
use joint::Joint;
use replay::Stage;
use search::Search;
use side::Side;
use twins::Twins;

pub use action::{By, Served};
pub use surface::Setting;

/// A policy and what it compiled to.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    pub policy: &'s Policy,
    pub graph: &'s Graph,
}

/// What is not the same in two policies.
#[derive(Debug)]
pub struct Diff {
    pub settings: Vec<Setting>,
    /// Recipes that both have.
    pub recipes: Vec<RecipeDiff>,
}

#[derive(Debug)]
pub struct RecipeDiff {
    /// Its index and its name, in the old policy and in the new one.
    pub number: [usize; 2],
    pub name: [String; 2],
    pub verdict: Verdict,
    /// Each pair of outcomes once.
    pub changes: Vec<Change>,
    /// Pairs of outcomes that could not be ruled out, and that no request was found for.
    pub open: Vec<(Served, Served)>,
    /// Routes that have a new name and do the same for the same requests.
    pub renamed: Vec<(String, String)>,
    /// Signals that both declare, and otherwise, as `family name`: two different signals.
    pub redefined: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Proved: every request is served alike.
    Equal,
    /// Some are not, and those changes are all there are.
    Different,
    /// The proof was given up somewhere; so many requests were played instead.
    Unproved { played: usize },
}

/// Requests that were served so, and now are otherwise.
#[derive(Clone, Debug)]
pub struct Change {
    pub old: Served,
    pub new: Served,
    pub witness: Shown,
}

/// A request that shows a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// In policy words; what is not mentioned does not fire.
    pub words: String,
    /// What the signals of each policy say of it, before partitions, limits and projections.
    pub raw: [Readings; 2],
}

/// Compares two policies that have compiled.
pub fn diff(old: Subject<'_>, new: Subject<'_>) -> Diff {
    let pairs = surface::pairs(old.policy, new.policy);
    let settings = surface::settings(old.policy, new.policy, &pairs);
    let recipes = pairs.into_iter().map(|(one, other)| recipes([old, new], [one, other])).collect();
    Diff { settings, recipes }
}

impl Diff {
    /// Whether every request is proved to be served alike.
    pub fn is_equal(&self) -> bool {
        self.recipes.iter().all(|recipe| recipe.verdict == Verdict::Equal)
            && !self.settings.iter().any(|setting| setting.is_change)
    }
}

impl Served {
    /// What a recipe does by the name of the route that decided.
    pub fn named(policy: &Policy, recipe: usize, route: Option<&str>, denied: bool) -> Served {
        let recipe = &policy.recipes[recipe];
        let at = route.and_then(|route| recipe.routes.iter().position(|it| it.name.it == route));
        let outcome = match at {
            Some(route) if denied => Outcome::Deny(route),
            Some(route) => Outcome::Route(route),
            None => Outcome::Default,
        };
        Served::of(policy, recipe, outcome)
    }

    /// Whether a request fares otherwise by another decision.
    pub fn is_changed_by(&self, other: &Served) -> bool {
        !self.does_as(other)
    }
}

fn recipes(subjects: [Subject<'_>; 2], numbers: [usize; 2]) -> RecipeDiff {
    let scope = |side: usize| {
        let policy = subjects[side].policy;
        Scope { policy, recipe: &policy.recipes[numbers[side]] }
    };
    let joint = Joint::of([scope(0), scope(1)]);
    let stage = Stage { joint: &joint, subjects, recipes: numbers };
    let mut found = RecipeDiff {
        number: numbers,
        name: [0, 1].map(|side| scope(side).recipe.name.clone()),
        verdict: Verdict::Equal,
        changes: Vec::new(),
        open: Vec::new(),
        renamed: Vec::new(),
        redefined: joint.apart.said.iter().map(|(kind, name)| format!("{kind} {name}")).collect(),
    };
    let space = joint.space();
    let proved = !space.torn && prove(&joint, &stage, &space, &mut found);
    found.verdict = match (proved, found.changes.is_empty()) {
        (true, true) => Verdict::Equal,
        (true, false) => Verdict::Different,
        (false, _) => Verdict::Unproved { played: stage.sample(&space, &mut found.changes) },
    };
    found.changes.sort_by(|one, other| (&one.old, &one.new).cmp(&(&other.old, &other.new)));
    found
}

/// Looks for every pair of outcomes that some request has; whether nothing was left open.
fn prove(
    joint: &Joint,
    stage: &Stage<'_>,
    space: &crate::prove::space::Space<'_>,
    found: &mut RecipeDiff,
) -> bool {
    let mut questions = Questions::about(space);
    let old = Side::of(&joint.sides[0], space, &mut questions);
    let new = Side::of(&joint.sides[1], space, &mut questions);
    let twins = Twins::of(&old, &new);
    for (one, other) in twins.new_of.iter().enumerate() {
        let Some(other) = other else { continue };
        let names = (&old.recipe.routes[one].name.it, &new.recipe.routes[*other].name.it);
        if names.0 != names.1 {
            found.renamed.push((names.0.clone(), names.1.clone()));
        }
    }
    let mut search = Search::new(space, [&old, &new], &twins, questions);
    let outcome = search.run();
    // Routes of one name are one outcome for people.
    let mut changes = BTreeMap::<(Served, Served), Shown>::new();
    for candidate in &outcome.candidates {
        let (one, other) = (&old.takers[candidate.old], &new.takers[candidate.new]);
        let wanted = [one.outcome, other.outcome];
        let shown = candidate.requests.iter().find_map(|request| stage.realise(space, request, wanted));
        let Some(shown) = shown else {
            found.open.push((one.served.clone(), other.served.clone()));
            continue;
        };
        let place =
            changes.entry((one.served.clone(), other.served.clone())).or_insert_with(|| shown.clone());
        if shown.words.len() < place.words.len() {
            *place = shown;
        }
    }
    found.changes = changes.into_iter().map(|((old, new), witness)| Change { old, new, witness }).collect();
    !outcome.gave_up && found.open.is_empty()
}
