//! A corpus as a policy sees it: on which prompts each signal and each route fires.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::reading::Reading;
use wrp_graph::signal::{self, Reach, complexity};

use super::Recorded;
use crate::lower::keys_of;
use crate::oracle::{self, Readings};
use crate::policy::{Policy, Recipe, Signal};

/// A set of prompts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Prompts(Vec<u64>);

impl Prompts {
    fn none(count: usize) -> Prompts {
        Prompts(vec![0; count.div_ceil(64)])
    }

    fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    pub(super) fn and(&self, other: &Prompts) -> Prompts {
        Prompts(self.0.iter().zip(&other.0).map(|(one, other)| one & other).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn first(&self) -> Option<usize> {
        let (at, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
        Some(at * 64 + word.trailing_zeros() as usize)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Fired {
    pub(super) hits: Prompts,
    /// Those of which it is known.
    pub(super) covered: Prompts,
}

#[derive(Debug)]
pub(super) struct Corpus<'c> {
    pub(super) prompts: &'c [Recorded],
    /// What detectors said, before partitions and limits.
    pub(super) raw: Vec<Readings>,
    /// By key.
    pub(super) signals: BTreeMap<String, Fired>,
    /// By number.
    pub(super) routes: Vec<Fired>,
}

impl<'c> Corpus<'c> {
    pub(super) fn of(policy: &Policy, recipe: &Recipe, prompts: &'c [Recorded]) -> Corpus<'c> {
        let none = || Fired { hits: Prompts::none(prompts.len()), covered: Prompts::none(prompts.len()) };
        let mut signals: BTreeMap<String, Fired> =
            recipe.signals.iter().flat_map(keys).map(|key| (key, none())).collect();
        let mut routes: Vec<Fired> = recipe.routes.iter().map(|_| none()).collect();
        let spoken = spoken(prompts);
        let needed: Vec<BTreeSet<String>> = recipe
            .routes
            .iter()
            .map(|route| route.when.leaves().map(|leaf| keys_of(recipe, leaf).swap_remove(0)).collect())
            .collect();
        let mut all = Vec::with_capacity(prompts.len());
        for (number, recorded) in prompts.iter().enumerate() {
            let raw = raw(recipe, recorded);
            let readings = match recorded.settled {
                true => raw.clone(),
                false => oracle::prepare(policy, recipe, &raw).readings,
            };
            let covers = |key: &str| covers(recorded, &spoken, key);
            for (key, fired) in &mut signals {
                if covers(key) {
                    fired.covered.add(number);
                    if readings.get(key).is_some_and(|reading| reading.matched && !reading.failed) {
                        fired.hits.add(number);
                    }
                }
            }
            let decided = oracle::decide(policy, recipe, &readings);
            for (route, fired) in routes.iter_mut().enumerate() {
                if needed[route].iter().all(|key| covers(key)) {
                    fired.covered.add(number);
                    if decided.fired.iter().any(|(fired, _)| *fired == route) {
                        fired.hits.add(number);
                    }
                }
            }
            all.push(raw);
        }
        Corpus { prompts, raw: all, signals, routes }
    }

    /// What a detector scored, also where it did not fire.
    pub(super) fn score(&self, number: usize, key: &str) -> Option<f64> {
        let recorded = self.prompts.get(number)?;
        let said = recorded.readings.get(key).and_then(|reading| reading.confidence.or(reading.value));
        recorded.scores.get(key).copied().or(said)
    }
}

/// The keys under which a signal fires. A classifier's labels are numbers, and fire nowhere.
fn keys(signal: &Signal) -> Vec<String> {
    let name = &signal.name.it;
    match signal.kind.name {
        "complexity" => complexity::LEVELS.map(|level| format!("complexity:{name}:{level}")).to_vec(),
        "classifier" => Vec::new(),
        "authz" => signal.fields.text("role").map(|role| format!("authz:{role}")).into_iter().collect(),
        kind => vec![format!("{kind}:{name}")],
    }
}

/// The signal that fires under a key.
pub(crate) fn declaration<'r>(recipe: &'r Recipe, key: &str) -> Option<&'r Signal> {
    recipe.signals.iter().find(|signal| keys(signal).iter().any(|own| own == key))
}

/// The least score with which a signal fires; what has none fires with any above 0.
pub(super) fn threshold(recipe: &Recipe, key: &str) -> Option<f64> {
    let (kind, name) = key.split_once(':')?;
    let signal = recipe.signals.iter().find(|it| it.kind.name == kind && it.name.it == name)?;
    signal.fields.number("threshold")
}

fn raw(recipe: &Recipe, recorded: &Recorded) -> Readings {
    let mut raw = recorded.readings.clone();
    for (key, score) in &recorded.scores {
        let reading = match (key.starts_with("classifier:"), threshold(recipe, key)) {
            (true, _) => Reading::default().with_value(*score),
            (false, Some(threshold)) if *score < threshold => Reading::MISSED,
            (false, None) if *score <= 0.0 => Reading::MISSED,
            (false, _) => Reading::confident(true, *score),
        };
        raw.insert(key.clone(), reading);
    }
    raw
}

/// Every key that settled lines speak of.
fn spoken(prompts: &[Recorded]) -> BTreeSet<&str> {
    let settled = prompts.iter().filter(|recorded| recorded.settled);
    settled.flat_map(|recorded| recorded.readings.keys()).map(String::as_str).collect()
}

/// Whether a prompt says something about a key, if only that it missed.
fn covers(recorded: &Recorded, spoken: &BTreeSet<&str>, key: &str) -> bool {
    let kind = key.split(':').next().unwrap_or_default();
    let asked = signal::find(kind).is_some_and(|kind| kind.reach == Reach::Host);
    match (recorded.settled, asked) {
        (true, true) => spoken.contains(key),
        (true, false) => true,
        (false, true) => recorded.scores.contains_key(key),
        (false, false) => {
            kind == "projection" || recorded.prompt.is_some() || recorded.readings.contains_key(key)
        }
    }
}
