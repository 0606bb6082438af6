//! What is done to the readings before routes look at them.

use std::collections::BTreeMap;

use wrp_graph::reading::Reading;
use wrp_graph::signal::complexity::{self, Condition};

use super::condition::{Truth, above, below};
use super::{Readings, World};
use crate::policy::{Bounds, Mapping, Partition, Policy, Recipe, Score, ScoreInput, Semantics, Term};

/// The final readings, and the scores that were computed: from the least to the greatest value each may have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prepared {
    pub readings: Readings,
    pub scores: BTreeMap<String, (f64, f64)>,
}

/// Partitions, then composers, then the embedding limit, then projections. Authz takes no part in any of it.
pub fn prepare(policy: &Policy, recipe: &Recipe, raw: &Readings) -> Prepared {
    let mut stage = Prepared { readings: raw.clone(), scores: BTreeMap::new() };
    for partition in &recipe.partitions {
        exclude(policy, recipe, partition, &mut stage.readings);
    }
    let before = stage.readings.clone();
    for signal in recipe.signals.iter().filter(|signal| signal.kind.name == "complexity") {
        if let Some(composer) = complexity::composer(&signal.fields) {
            let holds = composed(&World::new(policy, recipe, &before), &composer);
            veto(policy.semantics, &signal.name.it, holds, &mut stage.readings);
        }
    }
    limit(policy, recipe, &mut stage.readings);
    if !recipe.scores.is_empty() && !recipe.mappings.is_empty() {
        project(policy, recipe, &mut stage);
    }
    stage
}

fn get(readings: &Readings, key: &str) -> Reading {
    readings.get(key).copied().unwrap_or(Reading::MISSED)
}

fn gone(reading: Reading) -> Reading {
    Reading { matched: false, confidence: None, ..reading }
}

fn exclude(policy: &Policy, recipe: &Recipe, partition: &Partition, readings: &mut Readings) {
    let declared = |name: &str| {
        recipe.signals.iter().any(|signal| signal.kind.name == partition.family && signal.name.it == name)
    };
    let mut members: Vec<String> = Vec::new();
    for member in &partition.members {
        let key = format!("{}:{}", partition.family, member.it);
        if declared(&member.it) && !members.contains(&key) {
            members.push(key);
        }
    }
    if members.len() < 2 {
        return;
    }
    let strict = policy.semantics == Semantics::Strict;
    let failed: Vec<String> =
        readings.iter().filter(|(_, it)| strict && it.failed).map(|(key, _)| key.clone()).collect();
    let unknown = |key: &String| failed.contains(key);
    let contenders: Vec<(String, f64)> = members
        .iter()
        .filter(|key| !unknown(key) && get(readings, key).matched)
        .filter_map(|key| Some((key.clone(), get(readings, key).confidence?)))
        .collect();
    let default = partition.default.as_ref().map(|default| format!("{}:{}", partition.family, default.it));
    let greatest = contenders.iter().map(|(_, confidence)| *confidence).fold(f64::NEG_INFINITY, f64::max);
    let winner =
        contenders.iter().find(|(_, confidence)| *confidence == greatest).map(|(key, _)| key.clone());
    let unknowns = members.iter().filter(|key| unknown(key)).count();
    let others = members
        .iter()
        .filter(|key| Some(*key) != winner.as_ref() && !unknown(key) && get(readings, key).matched);
    let others: Vec<String> = others.cloned().collect();
    if contenders.len() > 1 {
        for key in &others {
            readings.insert(key.clone(), gone(get(readings, key)));
        }
    } else if contenders.len() + unknowns > 1 {
        // There may be two, and then these are gone.
        for key in &others {
            readings.insert(key.clone(), Reading::FAILED);
        }
    }
    match (winner, default) {
        // It may lose to one of which nothing is known.
        (Some(winner), _) if unknowns > 0 => {
            readings.insert(winner, Reading::FAILED);
        }
        (Some(winner), _) => {
            if let Some(temperature) = partition.softmax.filter(|_| contenders.len() > 1) {
                let temperature = if temperature > 0.0 { temperature } else { 1.0 };
                let weights = contenders.iter().map(|(_, it)| libm::exp((it - greatest) / temperature));
                let share = 1.0 / weights.fold(0.0, |sum, weight| sum + weight);
                readings.entry(winner).or_default().confidence = Some(share);
            }
        }
        (None, Some(default)) if unknowns == 0 => readings.entry(default).or_default().matched = true,
        (None, Some(default)) if !unknown(&default) && !get(readings, &default).matched => {
            readings.insert(default, Reading::FAILED);
        }
        (None, _) => {}
    }
}

fn composed(world: &World<'_>, composer: &Condition) -> Truth {
    match composer {
        Condition::Matched { kind, name } => {
            let key = format!("{kind}:{}", name.it);
            if !crate::lower::composes(kind) {
                Truth::False
            } else if world.is_unknown(&key) {
                Truth::Unknown
            } else if world.reading(&key).matched {
                Truth::True
            } else {
                Truth::False
            }
        }
        Condition::All(inner) => inner.iter().map(|it| composed(world, it)).min().unwrap_or(Truth::True),
        Condition::Any(inner) => inner.iter().map(|it| composed(world, it)).max().unwrap_or(Truth::False),
        Condition::Not(inner) => match inner.as_slice() {
            [only] => match composed(world, only) {
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
                Truth::True => Truth::False,
            },
            _ => Truth::False,
        },
    }
}

fn veto(semantics: Semantics, rule: &str, holds: Truth, readings: &mut Readings) {
    for level in complexity::LEVELS {
        let key = format!("complexity:{rule}:{level}");
        let reading = get(readings, &key);
        match holds {
            Truth::True => {}
            Truth::False => {
                readings.insert(key, Reading { failed: false, ..gone(reading) });
            }
            Truth::Unknown if reading.matched && semantics == Semantics::Strict => {
                readings.insert(key, Reading::FAILED);
            }
            Truth::Unknown => {}
        }
    }
}

fn limit(policy: &Policy, recipe: &Recipe, readings: &mut Readings) {
    let places = recipe.embedding_top_k as usize;
    if places == 0 {
        return;
    }
    let mut names: Vec<&str> = recipe
        .signals
        .iter()
        .filter(|signal| signal.kind.name == "embedding")
        .map(|signal| signal.name.it.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let keys: Vec<String> = names.into_iter().map(|name| format!("embedding:{name}")).collect();
    let strict = policy.semantics == Semantics::Strict;
    let (unknown, known): (Vec<String>, Vec<String>) =
        keys.into_iter().partition(|key| strict && get(readings, key).failed);
    let mut matched: Vec<(String, f64)> = known
        .into_iter()
        .filter(|key| get(readings, key).matched)
        .map(|key| {
            let confidence = get(readings, &key).confidence.unwrap_or(0.0);
            (key, confidence)
        })
        .collect();
    // A stable sort: equals stay in the order of their names.
    matched.sort_by(|one, other| other.1.total_cmp(&one.1));
    for (place, (key, _)) in matched.iter().enumerate() {
        if place >= places {
            readings.insert(key.clone(), gone(get(readings, key)));
        } else if place + unknown.len() >= places {
            readings.insert(key.clone(), Reading::FAILED);
        }
    }
}

/// Scores and mappings, each as soon as all it looks at is there, in the order written.
fn project(policy: &Policy, recipe: &Recipe, stage: &mut Prepared) {
    let mut scored: Vec<&Score> = Vec::new();
    let mut mapped: Vec<&Mapping> = Vec::new();
    let counts = |name: &str| recipe.scores.iter().rfind(|score| score.name.it == name);
    let is_in = |all: &[&Score], score: &Score| all.iter().any(|other| std::ptr::eq(*other, score));
    loop {
        let mut moved = false;
        for score in &recipe.scores {
            let ready = score.inputs.iter().all(|input| match &input.term {
                Term::Score { name } => counts(name).is_none_or(|score| is_in(&scored, score)),
                Term::Output { name } => recipe.mappings.iter().all(|mapping| {
                    mapped.iter().any(|other| std::ptr::eq(*other, mapping))
                        || mapping.outputs.iter().all(|band| band.name.it != *name)
                }),
                _ => true,
            });
            if ready && !is_in(&scored, score) {
                scored.push(score);
                let sum = score.inputs.iter().fold((0.0, 0.0), |sum: (f64, f64), input| {
                    let (least, most) = weighed(policy, recipe, stage, input);
                    (sum.0 + least, sum.1 + most)
                });
                if counts(&score.name.it).is_some_and(|last| std::ptr::eq(last, score)) {
                    stage.scores.insert(score.name.it.clone(), sum);
                }
                moved = true;
            }
        }
        for mapping in &recipe.mappings {
            let source = stage.scores.get(&mapping.source.it).copied();
            if let Some(score) = source.filter(|_| !mapped.iter().any(|other| std::ptr::eq(*other, mapping)))
            {
                mapped.push(mapping);
                band(mapping, score, &mut stage.readings);
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

/// The least and the greatest that an input adds.
fn weighed(policy: &Policy, recipe: &Recipe, stage: &Prepared, input: &ScoreInput) -> (f64, f64) {
    let world = World::new(policy, recipe, &stage.readings);
    // Authz joins after the projections: a score never sees it.
    let look = |kind: &str, name: &str| {
        let key = format!("{kind}:{name}");
        let hidden = kind == "authz";
        (if hidden { Reading::MISSED } else { world.reading(&key) }, !hidden && world.is_unknown(&key))
    };
    let sureness = |(reading, unknown): (Reading, bool)| match (unknown, reading.matched) {
        (true, _) => (0.0, 1.0),
        (false, true) => (reading.weight(), reading.weight()),
        (false, false) => (0.0, 0.0),
    };
    let number = |(reading, unknown): (Reading, bool)| match unknown {
        true => (f64::NEG_INFINITY, f64::INFINITY),
        false => (reading.value.unwrap_or(0.0), reading.value.unwrap_or(0.0)),
    };
    let (least, most) = match &input.term {
        Term::Binary { kind, name, matched, missed } => match look(kind, name) {
            (_, true) => (matched.min(*missed), matched.max(*missed)),
            (reading, false) => {
                let value = if reading.matched { *matched } else { *missed };
                (value, value)
            }
        },
        Term::Confidence { kind, name } => sureness(look(kind, name)),
        Term::Output { name } => sureness(look("projection", name)),
        Term::Raw { kind, name } => number(look(kind, name)),
        Term::KbMetric { kb, metric } => number(look("kb_metric", &format!("{kb}:{metric}"))),
        Term::Score { name } => stage.scores.get(name).copied().unwrap_or((0.0, 0.0)),
    };
    if least == most {
        return (input.weight * least, input.weight * most);
    }
    match input.weight {
        0.0 => (0.0, 0.0),
        weight if weight > 0.0 => (weight * least, weight * most),
        weight => (weight * most, weight * least),
    }
}

/// Which bands fire for a score that lies between two values.
pub(crate) fn band(mapping: &Mapping, (least, most): (f64, f64), readings: &mut Readings) {
    let mut settled = false;
    let mut doubted = false;
    for output in &mapping.outputs {
        let everywhere = above(&output.bounds, least) && below(&output.bounds, most);
        let somewhere = above(&output.bounds, most) && below(&output.bounds, least);
        let key = format!("projection:{}", output.name.it);
        if everywhere && (mapping.multi_emit || !(settled || doubted)) {
            let confidence = [least, most]
                .map(|score| 1.0 / (1.0 + libm::exp(-mapping.slope * distance(&output.bounds, score))))
                .into_iter()
                .fold(f64::INFINITY, f64::min);
            readings.insert(key, Reading::confident(true, confidence));
        } else if somewhere && (mapping.multi_emit || !settled) && !get(readings, &key).matched {
            readings.insert(key, Reading::FAILED);
        }
        settled |= everywhere;
        doubted |= somewhere;
    }
}

fn distance(bounds: &Bounds, score: f64) -> f64 {
    let bounds = [bounds.gt, bounds.gte, bounds.lt, bounds.lte];
    bounds.into_iter().flatten().map(|bound| (score - bound).abs()).fold(f64::INFINITY, f64::min)
}
