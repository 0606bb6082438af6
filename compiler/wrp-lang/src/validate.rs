//! Holding a graph against the oracle before it leaves the compiler.
//!
//! Every compilation replays requests through both: all there are, as far as the tests can tell them apart, where
//! those are few; else requests made up to reach every route. A graph that decides one of them differently is not
//! emitted.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::graph::{Checked, Graph};
use wrp_graph::reading::Reading;
use wrp_graph::session::{self, Session, Step};

use crate::oracle::{self, Decided, Outcome, Readings};
use crate::policy::{Bounds, Expr, Leaf, Policy, Recipe, Semantics};

/// Up to this many requests are all tried.
const EXHAUSTIVE: usize = 512;
/// How many leaves are looked at in all where requests are sampled.
const EFFORT: usize = 150_000;

/// A request that the graph decides otherwise than the policy means it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    pub recipe: String,
    /// In policy words.
    pub request: String,
    pub meant: Option<String>,
    pub decided: Option<String>,
}

/// Replays requests of every recipe through graph and oracle.
pub fn validate(policy: &Policy, graph: &Graph) -> Result<Checked, Mismatch> {
    let mut checked = Checked { requests: 0, exhaustive: true };
    for (number, recipe) in policy.recipes.iter().enumerate() {
        let questions = Questions::of(recipe, policy.semantics);
        match questions.all() {
            Some(requests) => {
                for readings in requests {
                    replay(policy, graph, number, &readings)?;
                    checked.requests += 1;
                }
            }
            None => {
                checked.exhaustive = false;
                // The last aim is at no route, so that a recipe without any is looked at too.
                let anything = Expr::And(Vec::new());
                let aims: Vec<&Expr> =
                    recipe.routes.iter().map(|route| &route.when).chain([&anything]).collect();
                let leaves: usize = aims.iter().map(|aim| aim.leaves().count() + 1).sum();
                let requests = (2 * aims.len()).max(32).min(EFFORT / leaves).max(16);
                let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
                for request in 0..requests {
                    let readings = questions.reaching(aims[request * aims.len() / requests], &mut dice);
                    replay(policy, graph, number, &readings)?;
                    checked.requests += 1;
                }
            }
        }
    }
    Ok(checked)
}

/// The readings as final ones, and as what the stages begin with.
fn replay(policy: &Policy, graph: &Graph, number: usize, readings: &Readings) -> Result<(), Mismatch> {
    let recipe = &policy.recipes[number];
    let given = readings.iter().map(|(key, reading)| (key.as_str(), *reading));
    let meant = oracle::decide(policy, recipe, readings);
    compare(recipe, readings, &meant, &mut Session::settled(graph, number, given))?;
    let mut session = Session::new(graph, number);
    if session.recipe().stages.is_empty() {
        return Ok(());
    }
    // What a projection says is computed, never given.
    let raw = readings.iter().filter(|(key, _)| !key.starts_with("projection:"));
    let raw: Readings = raw.map(|(key, reading)| (key.clone(), *reading)).collect();
    for (slot, place) in session.recipe().slots.iter().enumerate() {
        if !place.key.starts_with("projection:") {
            session.tell(slot as u16, raw.get(&place.key).copied().unwrap_or_default());
        }
    }
    let prepared = oracle::prepare(policy, recipe, &raw);
    let meant = oracle::decide(policy, recipe, &prepared.readings);
    compare(recipe, &raw, &meant, &mut session)
}

fn compare(
    recipe: &Recipe,
    readings: &Readings,
    meant: &Decided,
    session: &mut Session<'_>,
) -> Result<(), Mismatch> {
    let decided = match session.step() {
        Step::Decide(decision) => {
            let outcome = match decision.outcome {
                session::Outcome::Route(route) => Outcome::Route(route.into()),
                session::Outcome::Default => Outcome::Default,
                session::Outcome::Deny(route) => Outcome::Deny(route.into()),
            };
            Some((outcome, decision.confidence))
        }
        Step::Ask(_) => None,
    };
    if decided == Some((meant.outcome, meant.confidence)) {
        return Ok(());
    }
    let name = |outcome: Outcome| match outcome {
        Outcome::Route(route) | Outcome::Deny(route) => Some(recipe.routes[route].name.it.clone()),
        Outcome::Default => None,
    };
    let shown = readings.iter().filter(|(_, reading)| **reading != Reading::MISSED);
    Err(Mismatch {
        recipe: recipe.name.clone(),
        request: shown.map(|(key, reading)| show(key, reading)).collect::<Vec<_>>().join(", "),
        meant: name(meant.outcome),
        decided: decided.and_then(|(outcome, _)| name(outcome)),
    })
}

fn show(key: &str, reading: &Reading) -> String {
    let number =
        reading.value.or(reading.confidence).map(|number| format!(" = {number}")).unwrap_or_default();
    match (reading.failed, reading.matched) {
        (true, _) => format!("`{key}` failed"),
        (false, true) => format!("`{key}`{number}"),
        (false, false) => format!("not `{key}`{number}"),
    }
}

/// What the conditions of a recipe ask, by key: each with the numbers that its bounds tell apart.
struct Questions {
    keys: BTreeMap<String, BTreeSet<u64>>,
    semantics: Semantics,
}

impl Questions {
    fn of(recipe: &Recipe, semantics: Semantics) -> Questions {
        let mut keys: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for leaf in recipe.routes.iter().flat_map(|route| route.when.leaves()) {
            let numbers = keys.entry(key(leaf)).or_default();
            numbers.extend(leaf.predicate.iter().flat_map(around).map(f64::to_bits));
        }
        for signal in &recipe.signals {
            keys.entry(format!("{}:{}", signal.kind.name, signal.name.it)).or_default();
        }
        Questions { keys, semantics }
    }

    /// Every reading of a key that some test can tell from the others.
    fn readings(&self, numbers: &BTreeSet<u64>) -> Vec<Reading> {
        let mut readings = vec![Reading::MISSED, Reading::confident(true, 0.75)];
        readings.extend(numbers.iter().map(|bits| Reading::flag(true).with_value(f64::from_bits(*bits))));
        if self.semantics == Semantics::Strict || !numbers.is_empty() {
            readings.push(Reading::FAILED);
        }
        readings
    }

    /// Every request, unless there are too many.
    fn all(&self) -> Option<Vec<Readings>> {
        let mut all = vec![Readings::new()];
        for (key, numbers) in &self.keys {
            let readings = self.readings(numbers);
            if all.len() * readings.len() > EXHAUSTIVE {
                return None;
            }
            let with = |request: &Readings| {
                readings
                    .iter()
                    .map(|reading| {
                        let mut request = request.clone();
                        request.insert(key.clone(), *reading);
                        request
                    })
                    .collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        Some(all)
    }

    /// A request that probably takes a route: its condition holds as far as a walk down the tree can see to it, and
    /// the other signals say what they like.
    fn reaching(&self, when: &Expr, dice: &mut Dice) -> Readings {
        let mut request = Readings::new();
        for (key, numbers) in &self.keys {
            if dice.one_in(6) {
                let readings = self.readings(numbers);
                let mut reading = readings[dice.below(readings.len())];
                if reading.matched && reading.value.is_none() && dice.one_in(2) {
                    reading.confidence = [None, Some(0.25), Some(0.5), Some(1.0)][dice.below(4)];
                }
                request.insert(key.clone(), reading);
            }
        }
        want(when, true, &mut request, dice);
        request
    }
}

fn key(leaf: &Leaf) -> String {
    match (&leaf.predicate, &leaf.label) {
        (Some(_), Some(label)) => format!("{}:{}:{label}", leaf.kind, leaf.name),
        _ => format!("{}:{}", leaf.kind, leaf.name),
    }
}

/// Numbers on each bound and on both sides of it.
fn around(bounds: &Bounds) -> impl Iterator<Item = f64> + use<> {
    let bounds = [bounds.gt, bounds.gte, bounds.lt, bounds.lte];
    bounds.into_iter().flatten().flat_map(|bound| [bound - 0.5, bound, bound + 0.5])
}

fn want(when: &Expr, truth: bool, request: &mut Readings, dice: &mut Dice) {
    match when {
        Expr::Leaf(leaf) => {
            let reading = match &leaf.predicate {
                None => Reading { confidence: Some(0.5).filter(|_| dice.one_in(2)), ..Reading::flag(truth) },
                Some(bounds) => {
                    let fits = |number: &f64| oracle::holds(bounds, *number) == truth;
                    let number = around(bounds).chain([0.0]).find(fits);
                    number.map_or(Reading::MISSED, |number| Reading::flag(truth).with_value(number))
                }
            };
            request.insert(key(leaf), reading);
        }
        Expr::Not(inner) => want(inner, !truth, request, dice),
        Expr::And(items) | Expr::Or(items) => {
            if matches!(when, Expr::And(_)) == truth {
                items.iter().for_each(|item| want(item, truth, request, dice));
            } else if !items.is_empty() {
                want(&items[dice.below(items.len())], truth, request, dice);
            }
        }
    }
}

/// Numbers that look random, the same in every compilation: xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;

    /// Twenty signals have more readings than can all be tried.
    #[test]
    fn a_recipe_without_routes_is_looked_at_too() {
        let text: String = (0..20).map(|it| format!("SIGNAL domain d{it} {{}}\n")).collect();
        let compiled = crate::compile(&[Source::new("test.wrp", text)]);
        let checked = compiled.graph.map(|graph| graph.checked);
        assert!(checked.is_some_and(|checked| checked.requests > 0 && !checked.exhaustive), "{checked:?}");
    }
}
