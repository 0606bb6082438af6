//! What tests make of readings: each key as a variable of its own, whose values are all readings that some test of the
//! policy or of the graph can tell apart. Nothing ties the keys, so what holds here holds for every request.

use std::collections::BTreeMap;

use wrp_graph::condition::{Op, Test};
use wrp_graph::graph::{self, Graph, Literal, Stretch};
use wrp_graph::reading::Reading;

use crate::lower::keys_of;
use crate::oracle::{self, Readings, Truth};
use crate::policy::{Bounds, Expr, Leaf, Policy, Recipe, Semantics};
use crate::prove::numbers::{Line, cells};
use crate::prove::region::Tree;
use crate::prove::space::{Atom, MOST_VALUES, Mask};

/// Where something is true and where it is false; elsewhere it is unknown.
#[derive(Clone, Debug)]
pub(super) struct Truths {
    pub(super) yes: Tree,
    pub(super) no: Tree,
}

impl Truths {
    const NEVER: fn() -> Truths = || Truths { yes: Tree::Any(Vec::new()), no: Tree::All(Vec::new()) };

    pub(super) fn not(self) -> Truths {
        Truths { yes: self.no, no: self.yes }
    }

    pub(super) fn all(items: Vec<Truths>) -> Truths {
        let (yes, no) = items.into_iter().map(|it| (it.yes, it.no)).unzip();
        Truths { yes: Tree::All(yes), no: Tree::Any(no) }
    }

    pub(super) fn any(items: Vec<Truths>) -> Truths {
        Truths::all(items.into_iter().map(Truths::not).collect()).not()
    }
}

/// What a test makes of readings; `None` is unknown.
type Says<'a> = &'a dyn Fn(&[(String, Reading)]) -> Option<bool>;

/// All keys of a recipe and of its graph.
#[derive(Debug)]
pub(super) struct Keys<'p> {
    policy: &'p Policy,
    recipe: &'p Recipe,
    semantics: graph::Semantics,
    graph: &'p graph::Recipe,
    numbers: BTreeMap<String, u32>,
    pub(super) values: Vec<(String, Vec<Reading>)>,
    tests: BTreeMap<usize, Truths>,
    leaves: BTreeMap<String, Truths>,
}

impl<'p> Keys<'p> {
    /// `None` where a key has more readings than are followed.
    pub(super) fn of(policy: &'p Policy, graph: &'p Graph, number: usize) -> Option<Keys<'p>> {
        let (recipe, lowered) = (&policy.recipes[number], graph.recipes.get(number)?);
        let mut asked = BTreeMap::<String, Vec<Bounds>>::new();
        for leaf in recipe.routes.iter().flat_map(|route| route.when.leaves()) {
            let keys = keys_of(recipe, leaf);
            asked.entry(keys[0].clone()).or_default().extend(leaf.predicate);
            keys.into_iter().for_each(|key| note(&mut asked, key));
        }
        let key = |slot: u16| lowered.slots.get(usize::from(slot)).map(|slot| slot.key.clone());
        for test in &lowered.tests {
            match test {
                Test::Fired { slots } => {
                    slots.iter().filter_map(|slot| key(*slot)).for_each(|key| note(&mut asked, key));
                }
                Test::Bounded { slot, bounds, error, .. } => {
                    asked.entry(key(*slot)?).or_default().push(*bounds);
                    note(&mut asked, key(*error)?);
                }
                Test::Derived { .. } | Test::Never => {}
            }
        }
        let mut keys = Keys {
            policy,
            recipe,
            semantics: graph.semantics,
            graph: lowered,
            numbers: BTreeMap::new(),
            values: Vec::new(),
            tests: BTreeMap::new(),
            leaves: BTreeMap::new(),
        };
        for (key, bounds) in asked {
            let values = readings(&bounds, policy.semantics);
            if values.len() > MOST_VALUES {
                return None;
            }
            keys.numbers.insert(key.clone(), keys.values.len() as u32);
            keys.values.push((key, values));
        }
        Some(keys)
    }

    /// What the policy means by a condition.
    pub(super) fn meant(&mut self, when: &Expr) -> Truths {
        match when {
            Expr::Leaf(leaf) => self.leaf(leaf),
            Expr::Not(inner) => self.meant(inner).not(),
            Expr::And(items) => Truths::all(items.iter().map(|item| self.meant(item)).collect()),
            Expr::Or(items) => Truths::any(items.iter().map(|item| self.meant(item)).collect()),
        }
    }

    fn leaf(&mut self, leaf: &Leaf) -> Truths {
        let Leaf { kind, name, label, predicate, match_on_error, span: _, name_span: _ } = leaf;
        let question = format!("{kind} {name:?} {label:?} {predicate:?} {match_on_error}");
        if let Some(known) = self.leaves.get(&question) {
            return known.clone();
        }
        let keys = keys_of(self.recipe, leaf);
        let says = |readings: &[(String, Reading)]| {
            let readings: Readings = readings.iter().cloned().collect();
            match oracle::test(self.policy, self.recipe, leaf, &readings) {
                Truth::True => Some(true),
                Truth::False => Some(false),
                Truth::Unknown => None,
            }
        };
        let truths = self.tabulate(&keys, predicate.is_some(), &says);
        self.leaves.insert(question, truths.clone());
        truths
    }

    /// What the graph makes of a cube.
    pub(super) fn cube(&mut self, literals: &[Literal]) -> Truths {
        let literal = |literal: &Literal| {
            let truths = self.test(literal.test());
            if literal.negated() { truths.not() } else { truths }
        };
        Truths::all(literals.iter().map(literal).collect())
    }

    fn test(&mut self, number: usize) -> Truths {
        if let Some(known) = self.tests.get(&number) {
            return known.clone();
        }
        let truths = match self.graph.tests.get(number) {
            None | Some(Test::Never) => Truths::NEVER(),
            Some(Test::Derived { code }) => self.code(*code),
            Some(test @ Test::Fired { slots }) => self.asked_of(test, slots, false),
            Some(test @ Test::Bounded { slot, error, .. }) => {
                let slots = if slot == error { vec![*slot] } else { vec![*slot, *error] };
                self.asked_of(test, &slots, true)
            }
        };
        self.tests.insert(number, truths.clone());
        truths
    }

    fn asked_of(&self, test: &Test, slots: &[u16], joined: bool) -> Truths {
        let places: Vec<(String, u16)> = slots
            .iter()
            .filter_map(|slot| Some((self.graph.slots.get(usize::from(*slot))?.key.clone(), *slot)))
            .collect();
        let keys: Vec<String> = places.iter().map(|(key, _)| key.clone()).collect();
        let says = |readings: &[(String, Reading)]| {
            let slot = |key: &String| places.iter().find(|(other, _)| other == key).map(|(_, slot)| *slot);
            let readings = readings.iter().filter_map(|(key, reading)| Some((slot(key)?, *reading)));
            wrp_graph::truth_of(test, self.semantics, self.graph.slots.len(), readings)
        };
        self.tabulate(&keys, joined, &says)
    }

    /// A derived test: a condition in postfix.
    fn code(&mut self, code: Stretch) -> Truths {
        let mut stack: Vec<Truths> = Vec::new();
        for op in code.of(&self.graph.code) {
            let truths = match *op {
                Op::Test(test) => self.test(usize::from(test)),
                Op::Not => stack.pop().map_or_else(Truths::NEVER, Truths::not),
                Op::And(count) => Truths::all(stack.split_off(stack.len().saturating_sub(count.into()))),
                Op::Or(count) => Truths::any(stack.split_off(stack.len().saturating_sub(count.into()))),
            };
            stack.push(truths);
        }
        stack.pop().unwrap_or_else(Truths::NEVER)
    }

    /// Asks about every value of every key: each by itself, where one key that says yes is enough, or all of two keys.
    fn tabulate(&self, keys: &[String], joined: bool, says: Says<'_>) -> Truths {
        let variables: Vec<(u32, &(String, Vec<Reading>))> = keys
            .iter()
            .filter_map(|key| self.numbers.get(key))
            .map(|number| (*number, &self.values[*number as usize]))
            .collect();
        let masks = |(key, values): &(String, Vec<Reading>), beside: &[(String, Reading)]| {
            let (mut yes, mut no): (Mask, Mask) = (0, 0);
            for (number, reading) in values.iter().enumerate() {
                let mut readings = beside.to_vec();
                readings.push((key.clone(), *reading));
                match says(&readings) {
                    Some(true) => yes |= 1 << number,
                    Some(false) => no |= 1 << number,
                    None => {}
                }
            }
            (yes, no)
        };
        match variables.as_slice() {
            [(one, first), (other, second)] if joined => {
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (number, reading) in second.1.iter().enumerate() {
                    let (true_for, false_for) = masks(first, &[(second.0.clone(), *reading)]);
                    let here = Atom { variable: *other, mask: 1 << number };
                    let with =
                        |mask| Tree::All(vec![Tree::Atom(here), Tree::Atom(Atom { variable: *one, mask })]);
                    yes.push(with(true_for));
                    no.push(with(false_for));
                }
                Truths { yes: Tree::Any(yes), no: Tree::Any(no) }
            }
            several => {
                let each = several.iter().map(|(number, values)| {
                    let (yes, no) = masks(values, &[]);
                    let atom = |mask| Tree::Atom(Atom { variable: *number, mask });
                    Truths { yes: atom(yes), no: atom(no) }
                });
                Truths::any(each.collect())
            }
        }
    }
}

fn note(asked: &mut BTreeMap<String, Vec<Bounds>>, key: String) {
    asked.entry(key).or_default();
}

/// All readings of a key that bounds and flags tell apart; the first is the quiet one.
fn readings(bounds: &[Bounds], semantics: Semantics) -> Vec<Reading> {
    let mut numbers = vec![None];
    if !bounds.is_empty() {
        let all = cells(Line::Real(f64::NEG_INFINITY, f64::INFINITY), bounds);
        numbers.extend(all.iter().map(|cell| Some(cell.number)));
    }
    let mut readings = Vec::new();
    for failed in [false, true] {
        // Under the reference a failure is noted beside nothing, and only predicates look at it.
        if failed && semantics == Semantics::Vsr2026_08 {
            readings.push(Reading::FAILED);
            continue;
        }
        for matched in [false, true] {
            readings.extend(numbers.iter().map(|value| Reading {
                matched,
                value: *value,
                failed,
                confidence: None,
            }));
        }
    }
    readings
}
