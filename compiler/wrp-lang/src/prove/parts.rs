//! Parts of conditions: which of them clash, which say nothing new, which never hold.

use std::collections::BTreeSet;

use wrp_graph::schema::Span;

use super::analysis::{Analysis, Prover};
use super::region::{Region, Wanted, meet};
use super::solver::{Answer, Questions};
use super::space::Space;
use crate::policy::Expr;

/// The fewest parts of a contradictory condition that no request meets together.
pub(super) fn clash(prover: &Prover<'_>, questions: &mut Questions, route: usize) -> Vec<Span> {
    let Expr::And(items) = &prover.recipe.routes[route].when else { return Vec::new() };
    let mut parts: Vec<&Expr> = items.iter().collect();
    let mut at = parts.len();
    while at > 0 {
        at -= 1;
        let mut fewer = parts.clone();
        fewer.remove(at);
        let joined = Expr::And(fewer.iter().map(|part| (*part).clone()).collect());
        if !fewer.is_empty() && !is_met(&prover.space, questions, &joined) {
            parts = fewer;
        }
    }
    parts.into_iter().filter_map(Expr::span).collect()
}

/// Tests and alternatives of all routes that do decide.
pub(super) fn look(prover: &Prover<'_>, analysis: &mut Analysis) {
    let tied: BTreeSet<u32> = prover.space.clauses.iter().flatten().map(|atom| atom.variable).collect();
    let mut questions = Questions::about(&prover.space);
    for (number, route) in prover.recipe.routes.iter().enumerate() {
        if analysis.contradictory.iter().any(|it| it.route == number) {
            continue;
        }
        // A tree's branch repeats the conditions before it, which are not its own.
        let own = |span: &Span| route.span.start <= span.start && span.end <= route.span.end;
        if let Expr::And(items) = &route.when
            && route.tree.is_none()
        {
            redundant(prover, &mut questions, &tied, items, &mut |span| {
                analysis.redundant_tests.push((number, span))
            });
        }
        dead(&prover.space, &mut questions, &route.when, &mut |span| {
            if own(&span) {
                analysis.dead_branches.push((number, span));
            }
        });
    }
}

/// Members of an AND that the others imply. Those that share no variable with anything cannot be.
fn redundant(
    prover: &Prover<'_>,
    questions: &mut Questions,
    tied: &BTreeSet<u32>,
    items: &[Expr],
    report: &mut dyn FnMut(Span),
) {
    let variables = |item: &Expr| -> BTreeSet<u32> {
        let tests = item.leaves().map(|leaf| prover.space.test(leaf));
        tests.flat_map(|test| test.yes.into_iter().map(|atom| atom.variable)).collect()
    };
    let all: Vec<BTreeSet<u32>> = items.iter().map(variables).collect();
    for (at, item) in items.iter().enumerate() {
        let shared = |other: &BTreeSet<u32>| !other.is_disjoint(&all[at]);
        let beside = all.iter().enumerate().any(|(other, it)| other != at && shared(it));
        if items.len() < 2 || !(beside || shared(tied)) {
            continue;
        }
        let others = items.iter().enumerate().filter(|(other, _)| *other != at);
        let others = Expr::And(others.map(|(_, other)| other.clone()).collect());
        let rest = Region::of(&prover.space, &others, Wanted::True).parts(questions);
        let without = Region::outside(&prover.space, item, Wanted::True).parts(questions);
        let implied = rest.iter().all(|(cube, literals)| {
            without.iter().all(|(other, more)| {
                let Some(both) = meet(cube, other) else { return true };
                let all: Vec<batsat::Lit> = literals.iter().chain(more).copied().collect();
                questions.ask(&both, &all) == Answer::No
            })
        });
        if implied {
            item.span().into_iter().for_each(&mut *report);
            // Two that imply each other: one must stay.
            return;
        }
    }
}

/// Alternatives of two and more tests that no request meets.
fn dead(space: &Space<'_>, questions: &mut Questions, when: &Expr, report: &mut dyn FnMut(Span)) {
    match when {
        Expr::Leaf(_) | Expr::Not(_) => {}
        Expr::And(items) => items.iter().for_each(|item| dead(space, questions, item, report)),
        Expr::Or(items) => {
            for item in items {
                if item.leaves().count() > 1 && !is_met(space, questions, item) {
                    item.span().into_iter().for_each(&mut *report);
                } else {
                    dead(space, questions, item, report);
                }
            }
        }
    }
}

fn is_met(space: &Space<'_>, questions: &mut Questions, when: &Expr) -> bool {
    let parts = Region::of(space, when, Wanted::True).parts(questions);
    parts.iter().any(|(cube, literals)| questions.ask(cube, literals) != Answer::No)
}
