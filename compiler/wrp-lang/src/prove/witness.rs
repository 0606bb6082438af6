//! A request that shows a finding: replayed through the oracle before anybody sees it.

use wrp_graph::reading::Reading;

use super::region::meet;
use super::solver::{Answer, Questions, Request};
use super::space::{Atom, Space, Variable};
use crate::oracle::{self, Decided, Readings};

/// A request in policy words, and as what the signals say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// Index into the policy's recipes.
    pub recipe: usize,
    /// What the signals say, before partitions, limits and projections.
    pub raw: Readings,
    /// The same after them: what routes look at.
    pub readings: Readings,
    /// As short as it can be said; what is not mentioned does not fire.
    pub words: String,
}

/// Plays a request, and returns it if the oracle decides it as it should. Where a band depends on how sure a detector
/// is, some degrees of that are tried.
pub(super) fn realise(
    space: &Space<'_>,
    number: usize,
    request: &[u8],
    accept: &dyn Fn(&Decided) -> bool,
) -> Option<Witness> {
    let raw = readings(space, request);
    for raw in variants(&raw) {
        let prepared = oracle::prepare(space.policy, space.recipe, &raw).readings;
        if accept(&oracle::decide(space.policy, space.recipe, &prepared)) {
            return Some(Witness { recipe: number, words: words(space, request), readings: prepared, raw });
        }
    }
    None
}

/// The same answer with as many variables quiet as can be.
pub(crate) fn quieten(
    space: &Space<'_>,
    questions: &mut Questions,
    cube: &[Atom],
    also: &[batsat::Lit],
    request: Request,
) -> Request {
    let mut request = request;
    let mut cube = cube.to_vec();
    for variable in 0..space.variables.len() {
        let derived = space.variables[variable].derived;
        let quiet = Atom { variable: variable as u32, mask: 1 };
        if derived || request[variable] == 0 {
            continue;
        }
        // What is quiet by now stays so.
        let settled = request[..variable]
            .iter()
            .enumerate()
            .filter(|(at, value)| **value == 0 && !space.variables[*at].derived);
        let settled: Vec<Atom> = settled.map(|(at, _)| Atom { variable: at as u32, mask: 1 }).collect();
        let Some(wanted) = meet(&cube, &[quiet]).and_then(|wanted| meet(&wanted, &settled)) else {
            continue;
        };
        if let Answer::Yes(quieter) = questions.ask(&wanted, also) {
            request = quieter;
            cube = meet(&cube, &[quiet]).unwrap_or(cube);
        }
    }
    request
}

/// What a request makes the signals say.
pub(crate) fn readings(space: &Space<'_>, request: &[u8]) -> Readings {
    let mut readings = Readings::new();
    for (variable, value) in space.variables.iter().zip(request) {
        if !variable.derived {
            let said = &variable.values[usize::from(*value)].readings;
            readings.extend(said.iter().filter(|(_, it)| *it != Reading::MISSED).cloned());
        }
    }
    readings
}

/// What a request says, in policy words; nothing of variables that are not wanted.
pub(crate) fn said<'s>(
    space: &'s Space<'_>,
    request: &[u8],
    wanted: &dyn Fn(&Variable) -> bool,
) -> Vec<&'s str> {
    let said = space.variables.iter().zip(request);
    let said = said.filter(|(variable, _)| !variable.derived && wanted(variable));
    let said = said.map(|(variable, value)| variable.values[usize::from(*value)].words.as_str());
    said.filter(|words| !words.is_empty()).collect()
}

fn words(space: &Space<'_>, request: &[u8]) -> String {
    sentence(said(space, request, &|_| true).into_iter().map(str::to_owned).collect())
}

pub(crate) fn sentence(mut said: Vec<String>) -> String {
    said.sort_unstable();
    said.dedup();
    match said.is_empty() {
        true => "a request on which no signal fires".to_owned(),
        false => said.join(", "),
    }
}

/// The same request, its detectors surer and less sure, where a decision may hang on that.
pub(crate) fn variants(raw: &Readings) -> impl Iterator<Item = Readings> + '_ {
    let steps = (0..=20).map(|step| surer(raw, f64::from(step) / 20.0));
    std::iter::once(raw.clone()).chain(steps).chain(ladders(raw))
}

/// The same request, its detectors all this sure.
fn surer(raw: &Readings, confidence: f64) -> Readings {
    let change = |reading: &Reading| match reading.confidence {
        Some(_) if reading.matched => Reading { confidence: Some(confidence), ..*reading },
        _ => *reading,
    };
    raw.iter().map(|(key, reading)| (key.clone(), change(reading))).collect()
}

/// The same request, one detector after the other sure and all others unsure, or the other way round.
fn ladders(raw: &Readings) -> impl Iterator<Item = Readings> + '_ {
    let sure = |reading: &Reading| reading.matched && reading.confidence.is_some();
    let keys: Vec<&String> =
        raw.iter().filter(|(_, reading)| sure(reading)).map(|(key, _)| key).take(16).collect();
    let one = move |key: &String, own: f64, others: f64| {
        let mut changed = surer(raw, others);
        if let Some(reading) = changed.get_mut(key) {
            reading.confidence = Some(own);
        }
        changed
    };
    keys.into_iter().flat_map(move |key| [one(key, 0.95, 0.05), one(key, 0.05, 0.95)])
}
