//! Promises: for every way a request can go that breaks one, whether a request goes it.

use wrp_graph::schema::Span;

use super::analysis::{Analysis, Prover};
use super::promise::{About, Kind, Promise, open_to};
use super::region::{Cube, Region, Wanted, meet};
use super::solver::{Answer, Questions};
use super::witness::Witness;
use crate::govern::path::{Atlas, Outcome as Way, Path};
use crate::oracle::{Decided, Outcome};
use crate::policy::Signal;

/// How many ways that break one promise are shown with a request.
const MOST_WAYS: usize = 8;

/// A way that breaks a promise and that could not be ruled out.
#[derive(Debug)]
pub struct Refuted {
    pub promise: Kind,
    /// Which way, in words.
    pub path: String,
    /// What about it is not as required.
    pub reason: String,
    /// What in the policy sends it there.
    pub span: Span,
    /// A request that goes it; none where none was found and none could be excluded either.
    pub witness: Option<Witness>,
}

/// The requests that a promise is about, for a solver.
type Parts = Vec<(Cube, Vec<batsat::Lit>)>;

pub(super) fn judge(prover: &Prover<'_>, analysis: &mut Analysis) {
    if prover.space.promises.is_empty() {
        return;
    }
    let (policy, recipe) = (prover.space.policy, prover.recipe);
    let paths = Atlas::new(policy).paths(recipe);
    let (mut questions, switches) = prover.switched();
    for promise in &prover.space.promises {
        let Some(about) = about(prover, promise, &mut questions) else { continue };
        let mut ways = 0;
        for path in &paths {
            let verdict = promise.kind.judge(policy, recipe, path);
            if verdict.holds() || ways >= MOST_WAYS {
                continue;
            }
            let witness = match search(prover, &mut questions, &switches, &about, path) {
                Found::Nothing => continue,
                Found::Request(witness) => Some(*witness),
                Found::Unknown => None,
            };
            ways += usize::from(witness.is_some());
            let reason = verdict.reason().unwrap_or_default();
            analysis.refuted.push(Refuted {
                promise: promise.kind,
                path: path.describe(),
                reason,
                span: path.span,
                witness,
            });
        }
        if let Kind::Role(number) = promise.kind {
            let role = &policy.roles[number];
            let gives =
                |it: &Signal| it.kind.name == "authz" && it.fields.text("role") == Some(&role.role.it);
            let mut reaches = |path: &Path<'_>| {
                !matches!(search(prover, &mut questions, &switches, &about, path), Found::Nothing)
            };
            if recipe.signals.iter().any(gives) && !open_to(role, &paths).any(&mut reaches) {
                analysis.stranded.push(number);
            }
        }
    }
}

/// Nothing where the requests that a promise is about are none that the policy can tell from others.
fn about(prover: &Prover<'_>, promise: &Promise<'_>, questions: &mut Questions) -> Option<Parts> {
    match &promise.about {
        About::When(when) => {
            // Whom an assertion is about may not be known; then it is about them.
            let wanted = if prover.space.is_strict() { Wanted::Possible } else { Wanted::True };
            Some(Region::of(&prover.space, when, wanted).parts(questions))
        }
        About::Number(number, bounds) => Some(vec![(vec![prover.space.within(number, bounds)?], Vec::new())]),
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
    about: &Parts,
    path: &Path<'_>,
) -> Found {
    if prover.space.torn {
        return Found::Unknown;
    }
    let recipe = prover.recipe;
    let route = path.route.and_then(|route| recipe.routes.iter().position(|it| std::ptr::eq(it, route)));
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
    for (cube, literals) in about {
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
