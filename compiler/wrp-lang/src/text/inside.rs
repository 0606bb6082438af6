//! Which clauses follow from a literal because it contains other ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Limits;
use super::atom::Atom;
use super::fold::Folds;
use super::literal::{Literal, Spelling, Terms};
use super::theory::Theory;

/// The literals of a theory, by the characters that they fold to.
#[derive(Default)]
struct Index {
    /// Those that need a boundary at both ends; most do, and few places of a literal can be boundaries.
    apart: HashMap<String, Vec<usize>>,
    others: HashMap<String, Vec<usize>>,
    /// In characters.
    lengths_of_others: BTreeSet<usize>,
}

/// Adds to every literal what follows from it.
pub(super) fn apply(theory: &mut Theory, limits: Limits, plain: bool) {
    let mut folds = Folds::default();
    let mut index = Index::default();
    let literals: Vec<(usize, Literal)> = theory
        .atoms
        .iter()
        .enumerate()
        .filter_map(|(number, atom)| match atom {
            Atom::Literal(literal) => Some((number, literal.clone())),
            _ => None,
        })
        .collect();
    for (number, literal) in &literals {
        index.insert(*number, literal, &mut folds);
    }
    for (number, literal) in &literals {
        let spelling = Spelling::new(literal, &mut folds, plain);
        let mut conditions: BTreeMap<usize, Vec<Terms>> = BTreeMap::new();
        for (inner, from) in index.inside(&spelling) {
            let Some(Atom::Literal(literal)) = theory.atoms.get(inner).filter(|_| inner != *number) else {
                continue;
            };
            let terms = spelling.conditions(literal, from);
            if !terms.is_empty() {
                for clause in &theory.owners[inner] {
                    conditions.entry(*clause).or_default().extend(terms.iter().cloned());
                }
            }
        }
        for (clause, conditions) in conditions {
            match spelling.always(&conditions, limits.spellings) {
                Some(true) => theory.implied[*number].insert(clause),
                Some(false) => {}
                None => theory.open[*number].insert(clause),
            }
        }
    }
}

impl Index {
    fn insert(&mut self, number: usize, literal: &Literal, folds: &mut Folds) {
        let folded: String = literal.text.chars().map(|c| folds.folded(c)).collect();
        if literal.start && literal.end {
            self.apart.entry(folded).or_default().push(number);
        } else {
            self.lengths_of_others.insert(folded.chars().count());
            self.others.entry(folded).or_default().push(number);
        }
    }

    /// Literals that may lie inside, each with the place of its first character.
    fn inside(&self, spelling: &Spelling) -> Vec<(usize, usize)> {
        let length = spelling.folded.len();
        let text: String = spelling.folded.iter().collect();
        let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        starts.push(text.len());
        let mut found = Vec::new();
        let mut look_up = |map: &HashMap<String, Vec<usize>>, from: usize, to: usize| {
            if let Some(numbers) = map.get(&text[starts[from]..starts[to]]) {
                found.extend(numbers.iter().map(|number| (*number, from)));
            }
        };
        let parts: Vec<usize> = (0..=length).filter(|at| spelling.can_part(*at)).collect();
        for (number, from) in parts.iter().enumerate() {
            for to in &parts[number + 1..] {
                look_up(&self.apart, *from, *to);
            }
        }
        for size in &self.lengths_of_others {
            for from in 0..(length + 1).saturating_sub(*size) {
                look_up(&self.others, from, from + size);
            }
        }
        found
    }
}
