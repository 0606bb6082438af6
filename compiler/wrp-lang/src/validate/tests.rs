//! Graphs that are sound and say something else than the policy.

use wrp_graph::condition::Test;
use wrp_graph::graph::{Graph, Literal, OnUnknown};

use super::{Mismatch, proof, validate};
use crate::Compiled;
use crate::lower::Options;
use crate::source::Source;

const POLICY: &str = r#"
ROUTING { semantics: "strict" default_model: "d" }
SIGNAL keyword a { operator: "OR" keywords: ["alpha"] }
SIGNAL keyword b { operator: "OR" keywords: ["beta"] }
SIGNAL jailbreak j { threshold: 0.7 }
SIGNAL classifier f { type: "llm" model: "f" labels: ["x", "y"] instructions: "which?" }
ROUTE first { PRIORITY 30 WHEN keyword("a") AND NOT keyword("b") MODEL m }
ROUTE second { PRIORITY 20 WHEN classifier("f", label: "x", predicate: { gte: 0.5 }) MODEL n }
ROUTE third { PRIORITY 10 WHEN jailbreak("j") MODEL o }
ROUTE fourth { PRIORITY 5 WHEN keyword("b") MODEL p }
"#;

fn compiled(text: &str) -> Compiled {
    let source = Source::new("test.wrp", text);
    crate::compile_with(&[source], Options { unproved: true, ..Options::default() })
}

fn sound(text: &str) -> (Compiled, Graph) {
    let mut compiled = compiled(text);
    let graph = compiled.graph.take().unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    (compiled, graph)
}

fn damaged(damage: &dyn Fn(&mut Graph)) -> Mismatch {
    let (compiled, mut graph) = sound(POLICY);
    damage(&mut graph);
    let read = Graph::decode(&graph.encode()).expect("the graph is sound");
    proof::prove(&compiled.policy, &read, 0).expect_err("the graph says something else")
}

/// Twenty signals have more readings than can all be tried.
#[test]
fn a_recipe_without_routes_is_looked_at_too() {
    let text: String = (0..20).map(|it| format!("SIGNAL domain d{it} {{}}\n")).collect();
    let checked = compiled(&text).graph.map(|graph| graph.checked);
    assert!(checked.is_some_and(|it| it.proved && it.requests > 0 && !it.exhaustive), "{checked:?}");
}

#[test]
fn what_compiles_is_proved() {
    let contest = "ROUTING { semantics: \"vsr-2026-08\" strategy: \"confidence\" }
        SIGNAL embedding e { threshold: 0.5 candidates: [\"x\"] }
        SIGNAL domain law { mmlu_categories: [\"law\", \"psychology\"] }
        ROUTE r { PRIORITY 2 TIER 1 WHEN embedding(\"e\", predicate: { gte: 0.6 }) OR NOT domain(\"law\") MODEL m }
        ROUTE s { PRIORITY 3 TIER 1 WHEN domain(\"law\") MODEL n }
        ROUTE t { PRIORITY 1 MODEL o }";
    for text in [POLICY, contest] {
        let (_, graph) = sound(text);
        assert!(graph.checked.proved, "{text}\n{}", graph.checked);
    }
}

/// Each damage, and what the request that shows it must speak of.
#[test]
fn a_damaged_graph_is_refuted_by_a_request() {
    type Damage = &'static dyn Fn(&mut Graph);
    let table: &[(&str, Damage)] = &[
        ("`keyword:a`, `keyword:b`", &|graph| {
            let cube = &mut graph.recipes[0].sections[0].cubes[0];
            cube.literals.retain(|literal| !literal.negated());
        }),
        ("keyword:", &|graph| {
            for literal in &mut graph.recipes[0].sections[0].cubes[3].literals {
                *literal = Literal(literal.0 ^ 1);
            }
        }),
        ("classifier:f:x", &|graph| {
            for test in &mut graph.recipes[0].tests {
                if let Test::Bounded { bounds, .. } = test {
                    bounds.gte = Some(0.45);
                }
            }
        }),
        ("classifier:f:x", &|graph| {
            for test in &mut graph.recipes[0].tests {
                if let Test::Bounded { bounds, .. } = test {
                    bounds.gte = Some(0.5000001);
                }
            }
        }),
        ("`jailbreak:j`", &|graph| graph.recipes[0].sections[0].order.swap(1, 2)),
        ("failed", &|graph| graph.recipes[0].routes[2].on_unknown = OnUnknown::Skip),
        ("keyword:b", &|graph| {
            graph.recipes[0].sections[0].cubes.pop();
        }),
    ];
    for (expected, damage) in table {
        let mismatch = damaged(damage);
        assert!(mismatch.request.contains(expected), "{expected}: {mismatch:#?}");
        assert_ne!(mismatch.meant, mismatch.decided, "{mismatch:#?}");
    }
}

/// What the stages make of raw readings is not proved, and shows in a replay.
#[test]
fn a_damaged_stage_is_refuted_too() {
    let text = "SIGNAL embedding e { threshold: 0.5 candidates: [\"x\"] }
        SIGNAL embedding f { threshold: 0.5 candidates: [\"y\"] }
        ROUTE r { PRIORITY 2 WHEN embedding(\"e\") AND embedding(\"f\") MODEL m }";
    let (compiled, mut graph) = sound(text);
    graph.recipes[0].stages.clear();
    assert!(validate(&compiled.policy, &graph).is_err());
}
