//! The atoms and clauses of some signals, numbered, and which clauses follow from an atom.
//!
//! A clause is a set of atoms of which one is so. What follows from a literal is found by looking up what lies inside
//! it ([`inside`]); what a pattern is part of is decided by automata ([`patterns`]).

use std::collections::BTreeMap;

use super::Limits;
use super::atom::{Atom, Bound, Quantity};
use super::inside;
use super::meaning::Meaning;
use super::patterns;
use super::set::Set;

/// When a signal fires, in numbers of clauses: all of `all` hold, and `none` does not.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    pub all: Vec<usize>,
    pub none: usize,
}

/// The clause without an atom, which never holds.
pub(super) const FALSE: usize = 0;

#[derive(Debug, Default)]
pub(super) struct Theory {
    pub atoms: Vec<Atom>,
    /// Atoms in order, each once.
    pub clauses: Vec<Vec<usize>>,
    /// The clauses that have the atom.
    pub owners: Vec<Vec<usize>>,
    /// The clauses that hold whenever the atom does.
    pub implied: Vec<Set>,
    /// Clauses that may follow from the atom: deciding it was too much work.
    pub open: Vec<Set>,
    /// Clauses that hold on every text.
    pub always: Set,
    atom_numbers: BTreeMap<Atom, usize>,
    clause_numbers: BTreeMap<Vec<usize>, usize>,
}

impl Theory {
    /// Numbers what the signals are made of, and finds what follows from what.
    pub(super) fn new(
        meanings: &[Meaning],
        limits: Limits,
        plain: bool,
    ) -> (Theory, patterns::Patterns, Vec<Formula>) {
        let mut theory = Theory::default();
        for atom in meanings.iter().flat_map(Meaning::atoms) {
            theory.atom(atom);
            theory.atom_behind(atom);
        }
        let mut patterns = patterns::Patterns::new(&theory.atoms, limits);
        theory.clause(Vec::new());
        let mut formulas: Vec<Formula> =
            meanings.iter().map(|meaning| theory.formula(meaning, &patterns)).collect();
        theory.implied = vec![Set::default(); theory.atoms.len()];
        theory.open = theory.implied.clone();
        theory.owners = vec![Vec::new(); theory.atoms.len()];
        for (number, clause) in theory.clauses.iter().enumerate() {
            for atom in clause {
                theory.implied[*atom].insert(number);
                theory.owners[*atom].push(number);
                if theory.atoms[*atom] == Atom::Always {
                    theory.always.insert(number);
                }
            }
        }
        inside::apply(&mut theory, limits, plain);
        patterns.apply(&mut theory);
        theory.apply_order();
        for formula in &mut formulas {
            formula.all.retain(|clause| !theory.always.has(*clause));
        }
        (theory, patterns, formulas)
    }

    fn atom(&mut self, atom: &Atom) -> usize {
        if let Some(known) = self.atom_numbers.get(atom) {
            return *known;
        }
        self.atoms.push(atom.clone());
        self.atom_numbers.insert(atom.clone(), self.atoms.len() - 1);
        self.atoms.len() - 1
    }

    /// What occurs at all where something occurs often.
    fn atom_behind(&mut self, atom: &Atom) {
        atom.behind().iter().for_each(|atom| {
            self.atom(atom);
        });
    }

    fn clause(&mut self, mut atoms: Vec<usize>) -> usize {
        atoms.sort_unstable();
        atoms.dedup();
        if let Some(known) = self.clause_numbers.get(&atoms) {
            return *known;
        }
        self.clauses.push(atoms.clone());
        self.clause_numbers.insert(atoms, self.clauses.len() - 1);
        self.clauses.len() - 1
    }

    fn formula(&mut self, meaning: &Meaning, patterns: &patterns::Patterns) -> Formula {
        let mut clause = |atoms: &[Atom]| {
            let atoms = atoms.iter().map(|atom| self.atom(atom)).filter(|atom| !patterns.never(*atom));
            let atoms = atoms.collect();
            self.clause(atoms)
        };
        Formula { all: meaning.all.iter().map(|atoms| clause(atoms)).collect(), none: clause(&meaning.none) }
    }

    /// The clauses that hold whenever one does, and with them those that may.
    pub(super) fn follows(&self, clause: usize) -> (Set, Set) {
        let mut atoms = self.clauses[clause].iter();
        let Some(first) = atoms.next() else { return (Set::default(), Set::default()) };
        let both = |atom: usize| {
            let mut sure = self.implied[atom].clone();
            sure.join(&self.always);
            let mut maybe = sure.clone();
            maybe.join(&self.open[atom]);
            (sure, maybe)
        };
        let (mut sure, mut maybe) = both(*first);
        for atom in atoms {
            let (its_sure, its_maybe) = both(*atom);
            sure.meet(&its_sure);
            maybe.meet(&its_maybe);
        }
        (sure, maybe)
    }

    /// What reaches a bound reaches every lower one, and what occurs often occurs.
    fn apply_order(&mut self) {
        let mut scales: BTreeMap<&Quantity, Vec<(Bound, usize)>> = BTreeMap::new();
        for (number, atom) in self.atoms.iter().enumerate() {
            if let Atom::Reaches(quantity, bound) = atom {
                scales.entry(quantity).or_default().push((*bound, number));
            }
        }
        let mut more = Vec::new();
        for scale in scales.values() {
            for (bound, atom) in scale {
                more.extend(
                    scale.iter().filter(|(lower, _)| lower <= bound).map(|(_, lower)| (*atom, *lower)),
                );
            }
        }
        let owned = self.implied.clone();
        for (atom, lower) in more {
            self.implied[atom].join(&owned[lower]);
        }
        for (number, atom) in self.atoms.iter().enumerate() {
            let behind = atom.behind();
            let mut numbers = behind.iter().filter_map(|atom| self.atom_numbers.get(atom));
            let Some(first) = numbers.next() else { continue };
            let mut common = self.implied[*first].clone();
            numbers.for_each(|atom| common.meet(&self.implied[*atom]));
            self.implied[number].join(&common);
        }
    }
}
