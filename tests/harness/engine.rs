//! The engines that must agree, behind one trait.

use wrp_graph::eval::{self, Case, Verdict};
use wrp_graph::graph::Graph;
use wrp_lang::oracle;
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
        cases.iter().map(|case| oracle::verdict(subject.policy, case)).collect()
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
