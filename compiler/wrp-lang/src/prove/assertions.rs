//! Assertions: for every way a request can go that is not as required, whether a request goes it.

use wrp_graph::schema::Span;

use super::analysis::{Analysis, Prover};
use super::region::{Region, Wanted, meet};
use super::solver::{Answer, Questions};
use super::witness::Witness;
use crate::govern::path::{Atlas, Outcome as Way, Path};
use crate::oracle::{Decided, Outcome};

/// A way that an assertion forbids and that could not be ruled out.
#[derive(Debug)]
pub struct Refuted {
    /// Index into the recipe's assertions.
    pub assertion: usize,
    /// Which way, in words.
    pub path: String,
    /// What about it is not as required.
    pub reason: String,
    /// What in the policy sends it there.
    pub span: Span,
    /// A request that goes it; none where none was found and none could be excluded either.
    pub witness: Option<Witness>,
}

pub(super) fn judge(prover: &Prover<'_>, analysis: &mut Analysis) {
    let recipe = prover.recipe;
    if recipe.assertions.is_empty() {
        return;
    }
    let atlas = Atlas::new(prover.space.policy);
    let paths = atlas.paths(recipe);
    let (mut questions, switches) = prover.switched();
    for (number, assertion) in recipe.assertions.iter().enumerate() {
        for path in &paths {
            let verdict = assertion.require.judge(path);
            if verdict.holds() {
                continue;
            }
            let found = match prover.space.torn {
                true => Found::Unknown,
                false => search(prover, &mut questions, &switches, number, path),
            };
            let witness = match found {
                Found::Nothing => continue,
                Found::Request(witness) => Some(*witness),
                Found::Unknown => None,
            };
            let reason = verdict.reason().unwrap_or_default();
            let refuted =
                Refuted { assertion: number, path: path.describe(), reason, span: path.span, witness };
            analysis.refuted.push(refuted);
        }
    }
}

enum Found {
    Request(Box<Witness>),
    Nothing,
    Unknown,
}

fn search(
    prover: &Prover<'_>,
    questions: &mut Questions,
    switches: &[batsat::Lit],
    assertion: usize,
    path: &Path<'_>,
) -> Found {
    let recipe = prover.recipe;
    let route = path.route.and_then(|route| recipe.routes.iter().position(|it| std::ptr::eq(it, route)));
    // Whom an assertion is about may not be known; then it is about them.
    let wanted = if prover.space.is_strict() { Wanted::Possible } else { Wanted::True };
    let when = Region::of(&prover.space, &recipe.assertions[assertion].when, wanted).parts(questions);
    let (taken, before) = match (route, path.outcome) {
        (Some(route), _) => (prover.acts[route].parts(questions), prover.before(route)),
        (None, Way::Default) => (vec![(Vec::new(), Vec::new())], (0..recipe.routes.len()).collect()),
        (None, _) => (vec![(Vec::new(), Vec::new())], Vec::new()),
    };
    let accept = |decided: &Decided| match (route, path.outcome) {
        (Some(route), Way::Deny) => decided.outcome == Outcome::Deny(route),
        (Some(route), _) => decided.outcome == Outcome::Route(route),
        (None, Way::Default) => decided.outcome == Outcome::Default,
        (None, _) => true,
    };
    let mut found = Found::Nothing;
    for (cube, literals) in &when {
        for (other, more) in &taken {
            let Some(both) = meet(cube, other) else { continue };
            let excluded = before.iter().map(|route| switches[*route]);
            let all: Vec<batsat::Lit> = literals.iter().chain(more).copied().chain(excluded).collect();
            match questions.ask(&both, &all) {
                Answer::No => {}
                Answer::GaveUp => found = Found::Unknown,
                Answer::Yes(request) => {
                    let request = prover.quieten(questions, &both, &all, request);
                    match prover.realise(&request, &accept) {
                        Some(witness) => return Found::Request(Box::new(witness)),
                        None => found = Found::Unknown,
                    }
                }
            }
        }
    }
    found
}
