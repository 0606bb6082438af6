//! Conditions in postfix, and the tests they share.

use std::collections::BTreeMap;

use wrp_graph::condition::{Op, Test};
use wrp_graph::graph::{Literal, Stretch};
use wrp_graph::signal::complexity::Condition;

use super::TooLarge;
use super::vocabulary::{self, Vocabulary};
use crate::policy::{Bounds, Expr, Leaf, Recipe};

/// The conditions of one recipe as they are written down.
#[derive(Debug)]
pub(super) struct Conditions<'r> {
    recipe: &'r Recipe,
    vocabulary: &'r Vocabulary,
    tests: Vec<Test>,
    code: Vec<Op>,
    known: BTreeMap<Question, u16>,
}

/// What makes two leaves the same test.
type Question = (String, String, Option<String>, Option<[Option<u64>; 4]>, bool);

impl<'r> Conditions<'r> {
    pub(super) fn new(recipe: &'r Recipe, vocabulary: &'r Vocabulary) -> Conditions<'r> {
        Conditions { recipe, vocabulary, tests: Vec::new(), code: Vec::new(), known: BTreeMap::new() }
    }

    pub(super) fn finish(self) -> (Vec<Test>, Vec<Op>) {
        (self.tests, self.code)
    }

    /// The test of a leaf.
    pub(super) fn test(&mut self, leaf: &Leaf) -> Result<u16, TooLarge> {
        let bits =
            |bounds: &Bounds| [bounds.gt, bounds.gte, bounds.lt, bounds.lte].map(|it| it.map(f64::to_bits));
        // Without a predicate, neither label nor `on_error` says anything.
        let label = leaf.label.clone().filter(|_| leaf.predicate.is_some());
        let on_error = leaf.match_on_error && leaf.predicate.is_some();
        let question =
            (leaf.kind.clone(), leaf.name.clone(), label, leaf.predicate.as_ref().map(bits), on_error);
        if let Some(test) = self.known.get(&question) {
            return Ok(*test);
        }
        let keys = vocabulary::keys_of(self.recipe, leaf);
        let slots: Vec<u16> = keys.iter().filter_map(|key| self.vocabulary.slot(key)).collect();
        let test = match (&leaf.predicate, slots.as_slice()) {
            _ if !vocabulary::is_kind(&leaf.kind) => Test::Never,
            (_, []) => Test::Never,
            (Some(predicate), [slot, rest @ ..]) => Test::Bounded {
                slot: *slot,
                bounds: *predicate,
                error: rest.first().copied().unwrap_or(*slot),
                match_on_error: leaf.match_on_error,
            },
            (None, _) => Test::Fired { slots },
        };
        let number = self.add(test)?;
        self.known.insert(question, number);
        Ok(number)
    }

    /// Whether a test never holds, whatever a request brings.
    pub(super) fn is_never(&self, test: u16) -> bool {
        self.tests.get(usize::from(test)) == Some(&Test::Never)
    }

    /// A condition as one literal.
    pub(super) fn derive(&mut self, when: &Expr) -> Result<Literal, TooLarge> {
        let code = self.write(when)?;
        Ok(Literal::new(self.add(Test::Derived { code })?, false))
    }

    fn add(&mut self, test: Test) -> Result<u16, TooLarge> {
        let number = u16::try_from(self.tests.len()).ok().filter(|number| *number < u16::MAX);
        let number =
            number.ok_or_else(|| TooLarge("a recipe makes more than 65,534 different tests".to_owned()))?;
        self.tests.push(test);
        Ok(number)
    }

    /// A condition in postfix, as written.
    pub(super) fn write(&mut self, when: &Expr) -> Result<Stretch, TooLarge> {
        let start = self.code.len() as u32;
        self.push(when)?;
        Ok(Stretch { start, end: self.code.len() as u32 })
    }

    fn push(&mut self, when: &Expr) -> Result<(), TooLarge> {
        let op = match when {
            Expr::Leaf(leaf) => Op::Test(self.test(leaf)?),
            Expr::Not(inner) => {
                self.push(inner)?;
                Op::Not
            }
            Expr::And(items) | Expr::Or(items) => {
                for item in items {
                    self.push(item)?;
                }
                let count = u16::try_from(items.len())
                    .map_err(|_| TooLarge("a condition joins more than 65,535 others".to_owned()))?;
                if matches!(when, Expr::And(_)) { Op::And(count) } else { Op::Or(count) }
            }
        };
        self.code.push(op);
        Ok(())
    }

    /// A composer in postfix. Its leaves look at the names alone: no categories, no labels, no predicates.
    pub(super) fn write_composer(&mut self, condition: &Condition) -> Result<Stretch, TooLarge> {
        let start = self.code.len() as u32;
        self.push_composer(condition)?;
        Ok(Stretch { start, end: self.code.len() as u32 })
    }

    fn push_composer(&mut self, condition: &Condition) -> Result<(), TooLarge> {
        let op = match condition {
            Condition::Matched { kind, name } => {
                let slot = self.vocabulary.slot(&format!("{kind}:{}", name.it));
                let test = match slot.filter(|_| composes(kind)) {
                    Some(slot) => Test::Fired { slots: vec![slot] },
                    None => Test::Never,
                };
                let known = self.tests.iter().position(|other| *other == test);
                Op::Test(match known {
                    Some(number) => number as u16,
                    None => self.add(test)?,
                })
            }
            // Strictly of one; of any other number it never holds.
            Condition::Not(inner) if inner.len() == 1 => {
                self.push_composer(&inner[0])?;
                Op::Not
            }
            Condition::Not(_) => Op::Or(0),
            Condition::All(inner) | Condition::Any(inner) => {
                for item in inner {
                    self.push_composer(item)?;
                }
                let count = u16::try_from(inner.len())
                    .map_err(|_| TooLarge("a composer joins more than 65,535 conditions".to_owned()))?;
                if matches!(condition, Condition::All(_)) { Op::And(count) } else { Op::Or(count) }
            }
        };
        self.code.push(op);
        Ok(())
    }
}

/// What a composer may look at: signals that are there when it runs, before projections and authz.
pub(crate) fn composes(kind: &str) -> bool {
    kind != "authz" && kind != "projection" && vocabulary::is_kind(kind)
}
