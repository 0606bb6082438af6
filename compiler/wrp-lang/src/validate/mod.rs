//! Holding a graph against the oracle before it leaves the compiler.
//!
//! Every compilation proves that both decide alike whatever the signals say ([`proof`], over the readings of
//! [`truths`]), and replays requests through both, from the stages on: all there are, as far as the tests can tell them
//! apart, where those are few; else requests made up to reach every route. Where a proof is given up the replay stands
//! in, and the graph says so. A graph that decides one request differently is not emitted.

mod proof;
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod truths;

use wrp_graph::graph::{Checked, Graph};
use wrp_graph::reading::Reading;
use wrp_graph::session::{self, Session, Step};

use crate::oracle::{self, Decided, Outcome, Readings};
use crate::policy::{Expr, Policy, Recipe};
use sample::{Dice, Samples};

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

/// Holds every recipe of a graph against the oracle.
pub fn validate(policy: &Policy, graph: &Graph) -> Result<Checked, Mismatch> {
    let mut checked = Checked { proved: true, requests: 0, exhaustive: true };
    // What counts is what a reader of the bytes has.
    let read = Graph::decode(&graph.encode());
    let graph = read.as_ref().unwrap_or(graph);
    checked.proved &= read.is_ok();
    for (number, recipe) in policy.recipes.iter().enumerate() {
        checked.proved &= proof::prove(policy, graph, number)?;
        let samples = Samples::of(recipe, policy.semantics);
        match samples.all() {
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
                    let readings = samples.reaching(aims[request * aims.len() / requests], &mut dice);
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
    let raw = unprojected(readings);
    let prepared = oracle::prepare(policy, recipe, &raw);
    let stages = graph.recipes.get(number).is_some_and(|recipe| !recipe.stages.is_empty());
    if !stages && prepared.readings == *readings {
        return Ok(());
    }
    let meant = oracle::decide(policy, recipe, &prepared.readings);
    compare(recipe, &raw, &meant, &mut staged(graph, number, &raw))
}

/// What a projection says is computed, never given.
fn unprojected(readings: &Readings) -> Readings {
    let raw = readings.iter().filter(|(key, _)| !key.starts_with("projection:"));
    raw.map(|(key, reading)| (key.clone(), *reading)).collect()
}

/// A session that has been told all that the stages begin with.
fn staged<'g>(graph: &'g Graph, number: usize, raw: &Readings) -> Session<'g> {
    let mut session = Session::new(graph, number);
    for (slot, place) in session.recipe().slots.iter().enumerate() {
        if !place.key.starts_with("projection:") {
            session.tell(slot as u16, raw.get(&place.key).copied().unwrap_or_default());
        }
    }
    session
}

/// What the graph decides on readings that its stages begin with.
pub(crate) fn decided_by_graph(graph: &Graph, number: usize, raw: &Readings) -> Option<Outcome> {
    decision(&mut staged(graph, number, raw)).map(|(outcome, _)| outcome)
}

fn decision(session: &mut Session<'_>) -> Option<(Outcome, f64)> {
    match session.step() {
        Step::Decide(decision) => {
            let outcome = match decision.outcome {
                session::Outcome::Route(route) => Outcome::Route(route.into()),
                session::Outcome::Default => Outcome::Default,
                session::Outcome::Deny(route) => Outcome::Deny(route.into()),
            };
            Some((outcome, decision.confidence))
        }
        Step::Ask(_) => None,
    }
}

fn compare(
    recipe: &Recipe,
    readings: &Readings,
    meant: &Decided,
    session: &mut Session<'_>,
) -> Result<(), Mismatch> {
    let decided = decision(session);
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
