//! Requests made up to tell apart what a policy's tests tell apart.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::reading::Reading;

use crate::oracle::{self, Readings};
use crate::policy::{Bounds, Expr, Leaf, Recipe, Semantics};

/// Up to this many requests are all tried.
const EXHAUSTIVE: usize = 512;

/// What the conditions of a recipe ask, by key: each with the numbers that its bounds tell apart.
#[derive(Debug)]
pub(crate) struct Samples {
    keys: BTreeMap<String, BTreeSet<u64>>,
    semantics: Semantics,
}

impl Samples {
    pub(crate) fn of(recipe: &Recipe, semantics: Semantics) -> Samples {
        let mut keys: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for leaf in recipe.routes.iter().flat_map(|route| route.when.leaves()) {
            let numbers = keys.entry(key(leaf)).or_default();
            numbers.extend(leaf.predicate.iter().flat_map(around).map(f64::to_bits));
        }
        for signal in &recipe.signals {
            keys.entry(format!("{}:{}", signal.kind.name, signal.name.it)).or_default();
        }
        Samples { keys, semantics }
    }

    /// Every reading of a key that some test can tell from the others.
    fn readings(&self, numbers: &BTreeSet<u64>) -> Vec<Reading> {
        let mut readings = vec![Reading::MISSED, Reading::confident(true, 0.75)];
        readings.extend(numbers.iter().map(|bits| Reading::flag(true).with_value(f64::from_bits(*bits))));
        if self.semantics == Semantics::Strict || !numbers.is_empty() {
            readings.push(Reading::FAILED);
        }
        readings
    }

    /// Every request, unless there are too many.
    pub(crate) fn all(&self) -> Option<Vec<Readings>> {
        let mut all = vec![Readings::new()];
        for (key, numbers) in &self.keys {
            let readings = self.readings(numbers);
            if all.len() * readings.len() > EXHAUSTIVE {
                return None;
            }
            let with = |request: &Readings| {
                readings
                    .iter()
                    .map(|reading| {
                        let mut request = request.clone();
                        request.insert(key.clone(), *reading);
                        request
                    })
                    .collect::<Vec<_>>()
            };
            all = all.iter().flat_map(with).collect();
        }
        Some(all)
    }

    /// A request that probably takes a route: its condition holds as far as a walk down the tree can see to it, and
    /// the other signals say what they like.
    pub(crate) fn reaching(&self, when: &Expr, dice: &mut Dice) -> Readings {
        let mut request = Readings::new();
        for (key, numbers) in &self.keys {
            if dice.one_in(6) {
                let readings = self.readings(numbers);
                let mut reading = readings[dice.below(readings.len())];
                if reading.matched && reading.value.is_none() && dice.one_in(2) {
                    reading.confidence = [None, Some(0.25), Some(0.5), Some(1.0)][dice.below(4)];
                }
                request.insert(key.clone(), reading);
            }
        }
        want(when, true, &mut request, dice);
        request
    }
}

fn key(leaf: &Leaf) -> String {
    match (&leaf.predicate, &leaf.label) {
        (Some(_), Some(label)) => format!("{}:{}:{label}", leaf.kind, leaf.name),
        _ => format!("{}:{}", leaf.kind, leaf.name),
    }
}

/// Numbers on each bound and on both sides of it.
fn around(bounds: &Bounds) -> impl Iterator<Item = f64> + use<> {
    let bounds = [bounds.gt, bounds.gte, bounds.lt, bounds.lte];
    bounds.into_iter().flatten().flat_map(|bound| [bound - 0.5, bound, bound + 0.5])
}

fn want(when: &Expr, truth: bool, request: &mut Readings, dice: &mut Dice) {
    match when {
        Expr::Leaf(leaf) => {
            let reading = match &leaf.predicate {
                None => Reading { confidence: Some(0.5).filter(|_| dice.one_in(2)), ..Reading::flag(truth) },
                Some(bounds) => {
                    let fits = |number: &f64| oracle::holds(bounds, *number) == truth;
                    let number = around(bounds).chain([0.0]).find(fits);
                    number.map_or(Reading::MISSED, |number| Reading::flag(truth).with_value(number))
                }
            };
            request.insert(key(leaf), reading);
        }
        Expr::Not(inner) => want(inner, !truth, request, dice),
        Expr::And(items) | Expr::Or(items) => {
            if matches!(when, Expr::And(_)) == truth {
                items.iter().for_each(|item| want(item, truth, request, dice));
            } else if !items.is_empty() {
                want(&items[dice.below(items.len())], truth, request, dice);
            }
        }
    }
}

/// Numbers that look random, the same in every compilation: xorshift64*.
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % sides
    }

    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }
}
