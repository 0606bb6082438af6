//! Deciding on signals that are given: what `wrpc eval` asks of every engine.
//!
//! The signals of a [`Case`] are final: no partition, composer, limit or projection is run over them, and they may say
//! what no request could. The host is asked all the same: what hangs on a query is revealed when the query is asked,
//! so a [`Verdict`] tells what a real request would have cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::graph::Graph;
use crate::reading::Reading;
use crate::session::{Outcome, Session, Step};
use crate::state::State;

/// The signals of one request, by key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Case {
    /// The recipe, by name; without one the default recipe.
    pub recipe: Option<String>,
    pub matched: Vec<String>,
    pub confidence: BTreeMap<String, f64>,
    pub values: BTreeMap<String, f64>,
    /// Keys whose detector failed. `strict` reads them as unknown, even when they have matched too; under
    /// `vsr-2026-08` only a predicate with `on_error` looks here.
    pub unknown: Vec<String>,
}

/// What became of a case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fired {
    pub route: String,
    pub confidence: f64,
}

impl Case {
    /// Every key that the case names, with its reading.
    pub fn readings(&self) -> BTreeMap<&str, Reading> {
        let mut readings = BTreeMap::<&str, Reading>::new();
        for key in &self.matched {
            readings.entry(key).or_default().matched = true;
        }
        for (key, confidence) in &self.confidence {
            let reading = readings.entry(key).or_default();
            reading.confidence = Some(*confidence).filter(|it| it.is_finite());
        }
        for (key, value) in &self.values {
            let reading = readings.entry(key).or_default();
            *reading = reading.with_value(*value);
        }
        for key in &self.unknown {
            readings.entry(key).or_default().failed = true;
        }
        readings
    }
}

/// Decides a case. A recipe that the graph does not have takes nothing.
pub fn evaluate(graph: &Graph, case: &Case) -> Verdict {
    let recipe = match &case.recipe {
        None => Some(0),
        Some(name) => graph.recipes.iter().position(|recipe| recipe.name == *name),
    };
    let Some(recipe) = recipe else { return Verdict::default() };
    let readings = case.readings();
    let mut verdict = Verdict::default();
    let route = |session: &Session<'_>, number: u16| {
        session.recipe().routes.get(usize::from(number)).map(|route| route.name.clone()).unwrap_or_default()
    };

    let mut lazy = Session::new(graph, recipe);
    lazy.take_as_final(true);
    let mut hidden: Vec<(u16, Reading)> = Vec::new();
    for (key, reading) in &readings {
        let Some(slot) = lazy.slot(key) else { continue };
        if lazy.is_answered(slot) {
            lazy.set(slot, State::known(*reading));
        } else {
            hidden.push((slot, *reading));
        }
    }
    while let Step::Ask(queries) = lazy.step() {
        for query in &queries {
            if let Some(asked) = lazy.recipe().queries.get(usize::from(*query)) {
                verdict.asked.push(format!("{}:{}", asked.family, asked.name));
            }
            lazy.note_answered(*query);
        }
        lazy.reveal(&hidden);
    }

    let mut session = Session::settled(graph, recipe, readings.iter().map(|(key, reading)| (*key, *reading)));
    if let Step::Decide(decision) = session.step() {
        verdict.confidence = decision.confidence;
        match decision.outcome {
            Outcome::Route(number) => verdict.decision = Some(route(&session, number)),
            Outcome::Deny(number) => verdict.denied = Some(route(&session, number)),
            Outcome::Default => {}
        }
    }
    let fired = session.fired();
    verdict.matched = fired
        .into_iter()
        .map(|(number, confidence)| Fired { route: route(&session, number), confidence })
        .collect();
    verdict
}
