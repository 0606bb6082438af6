//! What a route costs before it can win: the questions that may have to be put to a model.

use std::collections::BTreeSet;

use wrp_graph::graph::Graph;
use wrp_graph::signal::{self, Reach};
use wrp_lang::policy::{Expr, Policy, Recipe, Term};

/// The cost of one route.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    pub recipe: String,
    pub route: String,
    /// Queries that its own condition can need.
    pub own: Vec<String>,
    /// Queries that can be needed until it has won: its own, and those of every route that goes before it.
    pub worst: usize,
}

/// Each recipe's routes in the order in which they go before each other.
pub fn costs(policy: &Policy, graph: &Graph) -> Vec<Cost> {
    let mut costs = Vec::new();
    for (recipe, lowered) in policy.recipes.iter().zip(&graph.recipes) {
        let mut before = BTreeSet::new();
        for number in lowered.sections.iter().flat_map(|section| &section.order) {
            let Some(route) = recipe.routes.get(usize::from(*number)) else { continue };
            let mut own = BTreeSet::new();
            queries_of(recipe, &route.when, &mut own);
            before.extend(own.iter().cloned());
            costs.push(Cost {
                recipe: recipe.name.clone(),
                route: route.name.it.clone(),
                own: own.into_iter().collect(),
                worst: before.len(),
            });
        }
    }
    costs
}

fn queries_of(recipe: &Recipe, when: &Expr, queries: &mut BTreeSet<String>) {
    match when {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| queries_of(recipe, part, queries)),
        Expr::Not(inner) => queries_of(recipe, inner, queries),
        Expr::Leaf(leaf) => add(recipe, &leaf.kind, &leaf.name, queries),
    }
}

/// A signal asked of the host, or everything that a projection is made of.
fn add(recipe: &Recipe, kind: &str, name: &str, queries: &mut BTreeSet<String>) {
    if kind == "projection" {
        let mapping =
            recipe.mappings.iter().find(|it| it.outputs.iter().any(|output| output.name.it == name));
        if let Some(mapping) = mapping {
            add_score(recipe, &mapping.source.it, queries, &mut BTreeSet::new());
        }
        return;
    }
    if signal::find(kind).is_some_and(|kind| kind.reach == Reach::Host) {
        // A level of a rule is settled by the rule's query; rivals in a partition are asked with it.
        let rule = name.split(':').next().unwrap_or(name);
        queries.insert(format!("{kind}:{rule}"));
        for partition in recipe.partitions.iter().filter(|it| it.family == kind) {
            if partition.members.iter().any(|member| member.it == rule) {
                queries.extend(partition.members.iter().map(|member| format!("{kind}:{}", member.it)));
            }
        }
    }
}

fn add_score(recipe: &Recipe, name: &str, queries: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    for input in recipe.scores.iter().filter(|score| score.name.it == name).flat_map(|score| &score.inputs) {
        match &input.term {
            Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } => {
                add(recipe, kind, name, queries);
            }
            Term::Score { name } => add_score(recipe, name, queries, seen),
            Term::Output { name } => add(recipe, "projection", name, queries),
            Term::KbMetric { kb, metric } => {
                queries.insert(format!("kb_metric:{kb}.{metric}"));
            }
        }
    }
}
