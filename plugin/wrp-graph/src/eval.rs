//! Deciding on signals that are given: what `wrpc eval` asks of every engine.
//!
//! The signals of a [`Given`] are final: no partition, composer, limit or projection is run over them, and they may say
//! what no request could. The host is asked all the same: what hangs on a query is revealed when the query is asked,
//! so a [`Verdict`] tells what a real request would have cost.

#[cfg(feature = "build")]
mod case;

use serde::Serialize;

#[cfg(feature = "build")]
pub use case::Case;

use crate::graph::Graph;
use crate::reading::Reading;
use crate::session::{Outcome, Session, Step};
use crate::state::State;
use crate::wire::{self, wire};

/// The readings of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The recipe, by name; without one the default recipe.
    pub recipe: Option<String>,
    /// By key, each once.
    pub readings: Vec<(String, Reading)>,
}

wire!(Given { recipe, readings });

/// What became of a case.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// The route that won.
    pub decision: Option<String>,
    /// The route that refused because it could not be decided.
    pub denied: Option<String>,
    pub confidence: f64,
    /// Every route that fired, in source order.
    pub matched: Vec<Fired>,
    /// The queries that were asked, in order, as `family:name`.
    pub asked: Vec<String>,
}

wire!(Verdict { decision, denied, confidence, matched, asked });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fired {
    pub route: String,
    pub confidence: f64,
}

wire!(Fired { route, confidence });

/// Decides cases that came as bytes, as bytes; `None` where those are no list of [`Given`].
pub fn evaluate_bytes(graph: &Graph, cases: &[u8]) -> Option<Vec<u8>> {
    let cases: Vec<Given> = wire::from_bytes(cases)?;
    let verdicts: Vec<Verdict> = cases.iter().map(|case| evaluate(graph, case)).collect();
    Some(wire::to_bytes(&verdicts))
}

/// Decides a case. A recipe that the graph does not have takes nothing.
pub fn evaluate(graph: &Graph, given: &Given) -> Verdict {
    let recipe = match &given.recipe {
        None => Some(0),
        Some(name) => graph.recipes.iter().position(|recipe| recipe.name == *name),
    };
    let Some(recipe) = recipe else { return Verdict::default() };
    let mut verdict = Verdict { asked: ask(graph, recipe, &given.readings), ..Verdict::default() };
    let route = |session: &Session<'_>, number: u16| {
        session.recipe().routes.get(usize::from(number)).map(|route| route.name.clone()).unwrap_or_default()
    };
    let mut session =
        Session::settled(graph, recipe, given.readings.iter().map(|(key, reading)| (key.as_str(), *reading)));
    if let Step::Decide(decision) = session.step() {
        verdict.confidence = decision.confidence;
        match decision.outcome {
            Outcome::Route(number) => verdict.decision = Some(route(&session, number)),
            Outcome::Deny(number) => verdict.denied = Some(route(&session, number)),
            Outcome::Default => {}
        }
    }
    for (number, confidence) in session.fired() {
        verdict.matched.push(Fired { route: route(&session, number), confidence });
    }
    verdict
}

/// The queries that a request would have asked, where answers come only when they are asked for.
fn ask(graph: &Graph, recipe: usize, readings: &[(String, Reading)]) -> Vec<String> {
    let mut asked = Vec::new();
    let mut lazy = Session::new(graph, recipe);
    lazy.take_as_final(true);
    let mut hidden: Vec<(u16, Reading)> = Vec::new();
    for (key, reading) in readings {
        let Some(slot) = lazy.slot(key) else { continue };
        if lazy.is_answered(slot) {
            lazy.set(slot, State::known(*reading));
        } else {
            hidden.push((slot, *reading));
        }
    }
    while let Step::Ask(queries) = lazy.step() {
        for query in &queries {
            if let Some(query) = lazy.recipe().queries.get(usize::from(*query)) {
                asked.push([query.family.as_str(), ":", &query.name].concat());
            }
            lazy.note_answered(*query);
        }
        lazy.reveal(&hidden);
    }
    asked
}
