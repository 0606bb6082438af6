//! A request that shows a finding: replayed through the oracle before anybody sees it.

use wrp_graph::reading::Reading;

use super::space::Space;
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
    let variants =
        std::iter::once(raw.clone()).chain((0..=20).map(|step| surer(&raw, f64::from(step) / 20.0)));
    for raw in variants.chain(ladders(&raw)) {
        let prepared = oracle::prepare(space.policy, space.recipe, &raw).readings;
        if accept(&oracle::decide(space.policy, space.recipe, &prepared)) {
            return Some(Witness { recipe: number, words: words(space, request), readings: prepared, raw });
        }
    }
    None
}

/// What a request makes the signals say.
fn readings(space: &Space<'_>, request: &[u8]) -> Readings {
    let mut readings = Readings::new();
    for (variable, value) in space.variables.iter().zip(request) {
        if !variable.derived {
            let said = &variable.values[usize::from(*value)].readings;
            readings.extend(said.iter().filter(|(_, it)| *it != Reading::MISSED).cloned());
        }
    }
    readings
}

fn words(space: &Space<'_>, request: &[u8]) -> String {
    let said = space.variables.iter().zip(request).filter(|(variable, _)| !variable.derived);
    let said = said.map(|(variable, value)| variable.values[usize::from(*value)].words.as_str());
    let mut said: Vec<&str> = said.filter(|words| !words.is_empty()).collect();
    said.sort_unstable();
    said.dedup();
    match said.is_empty() {
        true => "a request on which no signal fires".to_owned(),
        false => said.join(", "),
    }
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
