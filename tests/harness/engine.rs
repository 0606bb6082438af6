//! The engines that must agree, behind one trait.

use wrp_graph::eval::{self, Case, Fired, Verdict};
use wrp_graph::graph::Graph;
use wrp_lang::oracle::{self, Outcome};
use wrp_lang::policy::Policy;

/// A policy as every engine wants it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    pub policy: &'s Policy,
    pub graph: &'s Graph,
}

/// Something that decides on given signals.
pub trait Engine {
    fn name(&self) -> &'static str;

    /// One verdict for each case. An engine that asks nobody leaves [`Verdict::asked`] empty.
    fn evaluate(&self, subject: Subject<'_>, cases: &[Case]) -> Vec<Verdict>;
}

/// The plain meaning.
#[derive(Debug)]
pub struct Oracle;

impl Engine for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn evaluate(&self, subject: Subject<'_>, cases: &[Case]) -> Vec<Verdict> {
        cases.iter().map(|case| by_oracle(subject.policy, case)).collect()
    }
}

/// The compiled graph, after a journey over the wire.
#[derive(Debug)]
pub struct Decoded;

impl Engine for Decoded {
    fn name(&self) -> &'static str {
        "graph"
    }

    fn evaluate(&self, subject: Subject<'_>, cases: &[Case]) -> Vec<Verdict> {
        let graph = Graph::decode(&subject.graph.encode()).expect("what was written can be read");
        assert!(graph == *subject.graph, "a graph is the same after a journey over the wire");
        cases.iter().map(|case| eval::evaluate(&graph, &case.given())).collect()
    }
}

fn by_oracle(policy: &Policy, case: &Case) -> Verdict {
    let recipe = match &case.recipe {
        None => policy.recipes.first(),
        Some(name) => policy.recipes.iter().find(|recipe| recipe.name == *name),
    };
    let Some(recipe) = recipe else { return Verdict::default() };
    let decided = oracle::decide(policy, recipe, &case.readings());
    let name = |number: usize| recipe.routes[number].name.it.clone();
    let (decision, denied) = match decided.outcome {
        Outcome::Route(number) => (Some(name(number)), None),
        Outcome::Deny(number) => (None, Some(name(number))),
        Outcome::Default => (None, None),
    };
    let fired = decided.fired.into_iter();
    Verdict {
        decision,
        denied,
        confidence: decided.confidence,
        matched: fired.map(|(number, confidence)| Fired { route: name(number), confidence }).collect(),
        asked: Vec::new(),
    }
}
