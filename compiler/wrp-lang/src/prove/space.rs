//! The requests of a recipe as a proof sees them: finitely many variables, each with finitely many values.
//!
//! A value stands for all requests that the policy cannot tell apart there, and is said as the readings that it gives.
//! What a test makes of a value is asked of the [`oracle`] itself, so the two cannot disagree. What ties variables
//! together (partitions, limits, scores, sets of subjects) is a list of clauses.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::reading::Reading;

use crate::lower::keys_of;
use crate::oracle::{self, Truth};
use crate::policy::{Bounds, Leaf, Policy, Recipe, Semantics};
use crate::prove::promise::{Promise, promises};

/// A set of values of one variable.
pub(crate) type Mask = u128;

/// How many values a variable may have.
pub(crate) const MOST_VALUES: usize = Mask::BITS as usize;

/// The variable has one of these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    pub(crate) variable: u32,
    pub(crate) mask: Mask,
}

#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The first is the quiet one: what most requests are.
    pub(crate) values: Vec<Value>,
    /// Computed from others by a stage, so a request cannot set it.
    pub(crate) derived: bool,
}

impl Variable {
    pub(crate) fn all(&self) -> Mask {
        Mask::MAX >> (MOST_VALUES - self.values.len())
    }
}

/// One value: what it makes signals say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    pub(crate) readings: Vec<(String, Reading)>,
    /// In policy words; empty where there is nothing to say.
    pub(crate) words: String,
    /// The raw numbers that it stands for, where it stands for numbers.
    pub(crate) range: Option<(f64, f64)>,
}

/// What follows the name of a signal, a score or a mapping that two policies in one space do not share.
pub(crate) const SIDES: [&str; 2] = [" (old)", " (new)"];

/// Whose a name or a key is, where it is not both policies'.
pub(crate) fn side_of(name: &str) -> Option<usize> {
    SIDES.iter().position(|side| name.contains(side))
}

/// All variables of a recipe and what ties them.
#[derive(Clone, Debug)]
pub(crate) struct Space<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) recipe: &'p Recipe,
    pub(crate) variables: Vec<Variable>,
    /// At least one atom of each holds in every request.
    pub(crate) clauses: Vec<Vec<Atom>>,
    /// What its paths must keep.
    pub(crate) promises: Vec<Promise<'p>>,
    /// The variables of numbers that signals read.
    pub(crate) numbers: BTreeMap<String, u32>,
    /// Who sets a key.
    owners: BTreeMap<String, u32>,
    /// Keys that several variables set, all alike.
    pub(crate) noted: BTreeSet<String>,
    /// What tests came to that have been asked before.
    tested: RefCell<BTreeMap<String, Tested>>,
    /// Of two policies the one whose own signals are never unknown, where the other's can be.
    pub(crate) lenient: Option<usize>,
    /// What was too large to be said; then a request may be allowed that cannot come.
    pub(crate) vague: bool,
    /// What was too large to be there at all; then nothing can be concluded.
    pub(crate) torn: bool,
}

/// What a test makes of the variables it looks at: it is true if one of `yes` holds, false if all of `no` hold, and
/// unknown otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tested {
    pub(crate) yes: Vec<Atom>,
    pub(crate) no: Vec<Atom>,
}

impl<'p> Space<'p> {
    pub(crate) fn empty(policy: &'p Policy, recipe: &'p Recipe) -> Space<'p> {
        Space {
            policy,
            recipe,
            variables: Vec::new(),
            clauses: Vec::new(),
            promises: promises(policy, recipe),
            numbers: BTreeMap::new(),
            owners: BTreeMap::new(),
            noted: BTreeSet::new(),
            tested: RefCell::default(),
            lenient: None,
            vague: false,
            torn: false,
        }
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.policy.semantics == Semantics::Strict
    }

    /// Whether something of this name can be unknown.
    pub(crate) fn can_be_unknown(&self, name: &str) -> bool {
        self.is_strict() && (self.lenient.is_none() || side_of(name) != self.lenient)
    }

    /// The same requests, tested by another policy.
    pub(crate) fn seen_by(&self, policy: &'p Policy) -> Space<'p> {
        Space { policy, recipe: &policy.recipes[0], tested: RefCell::default(), ..self.clone() }
    }

    /// Adds a variable that owns the keys its values set. A key has one owner; two would make it say either's.
    pub(crate) fn add(&mut self, values: Vec<Value>, derived: bool) -> u32 {
        let number = self.variables.len() as u32;
        for (key, _) in values.iter().flat_map(|value| &value.readings) {
            let owner = *self.owners.entry(key.clone()).or_insert(number);
            self.torn |= owner != number && !self.noted.contains(key);
        }
        self.variables.push(Variable { values, derived });
        number
    }

    pub(crate) fn owner(&self, key: &str) -> Option<u32> {
        self.owners.get(key).copied()
    }

    /// The values under which a key's signal fires.
    pub(crate) fn fires(&self, key: &str) -> Option<Atom> {
        self.where_key(key, |reading| reading.matched && !(self.is_strict() && reading.failed))
    }

    /// The values under which nothing is known of a key.
    pub(crate) fn is_unknown(&self, key: &str) -> Option<Atom> {
        self.where_key(key, |reading| self.is_strict() && reading.failed)
    }

    fn where_key(&self, key: &str, holds: impl Fn(Reading) -> bool) -> Option<Atom> {
        let variable = self.owner(key)?;
        let values = &self.variables[variable as usize].values;
        let mut mask = 0;
        for (number, value) in values.iter().enumerate() {
            let reading = value.readings.iter().find(|(other, _)| other == key).map(|(_, it)| *it);
            if holds(reading.unwrap_or_default()) {
                mask |= 1 << number;
            }
        }
        Some(Atom { variable, mask })
    }

    /// The values of a number that lie within bounds at which it has been cut; nothing where no signal reads it.
    pub(crate) fn within(&self, number: &str, bounds: &Bounds) -> Option<Atom> {
        let variable = *self.numbers.get(number)?;
        let mut mask = 0;
        for (at, value) in self.variables[variable as usize].values.iter().enumerate() {
            if value.range.is_some_and(|(least, _)| oracle::holds(bounds, least)) {
                mask |= 1 << at;
            }
        }
        Some(Atom { variable, mask })
    }

    /// The other values.
    pub(crate) fn not(&self, atom: Atom) -> Atom {
        Atom { mask: self.variables[atom.variable as usize].all() & !atom.mask, ..atom }
    }

    /// Whatever one holds for, the other does too.
    pub(crate) fn imply(&mut self, one: Atom, other: Atom) {
        let clause = vec![self.not(one), other];
        self.clauses.push(clause);
    }

    /// What a leaf makes of the variables. All variables must have been added.
    pub(crate) fn test(&self, leaf: &Leaf) -> Tested {
        let Leaf { kind, name, label, predicate, match_on_error, span: _, name_span: _ } = leaf;
        let question = format!("{kind} {name:?} {label:?} {predicate:?} {match_on_error}");
        let known = self.tested.borrow().get(&question).cloned();
        known.unwrap_or_else(|| {
            let tested = self.ask_oracle(leaf);
            self.tested.borrow_mut().insert(question, tested.clone());
            tested
        })
    }

    fn ask_oracle(&self, leaf: &Leaf) -> Tested {
        let keys = keys_of(self.recipe, leaf);
        let looked_at = if leaf.predicate.is_some() { &keys[..1] } else { &keys[..] };
        let mut owners: Vec<u32> = looked_at.iter().filter_map(|key| self.owner(key)).collect();
        owners.sort_unstable();
        owners.dedup();
        let mut tested = Tested::default();
        for owner in owners {
            let (mut yes, mut no) = (0, 0);
            for (number, value) in self.variables[owner as usize].values.iter().enumerate() {
                let readings = oracle::noted(self.policy.semantics, &value.readings);
                match oracle::test(self.policy, self.recipe, leaf, &readings) {
                    Truth::True => yes |= 1 << number,
                    Truth::False => no |= 1 << number,
                    Truth::Unknown => {}
                }
            }
            tested.yes.push(Atom { variable: owner, mask: yes });
            tested.no.push(Atom { variable: owner, mask: no });
        }
        tested
    }
}
