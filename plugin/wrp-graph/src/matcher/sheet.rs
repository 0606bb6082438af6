//! Up to 64 cubes at once: a few words of bits a test say which of them it keeps alive.

use crate::graph::{Cube, Literal};

/// A cube that has two positive literals needs both; the two that are mentioned least are looked at here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sheet {
    /// For each of the two: the cubes that have no such literal.
    free: [u64; 2],
    /// For each test: the cubes whose first, and whose second, it is.
    rows: Vec<[u64; 2]>,
    /// The tests whose rows are not empty, as bits.
    keys: Vec<u64>,
}

impl Sheet {
    /// Of at most 64 cubes, over so many tests.
    pub(super) fn new(cubes: &[Cube], tests: usize, rarity: &impl Fn(&Literal) -> u32) -> Sheet {
        let mut sheet = Sheet { free: [0; 2], rows: vec![[0; 2]; tests], keys: vec![0; tests.div_ceil(64)] };
        for (place, cube) in cubes.iter().enumerate() {
            let mut after = None;
            for column in 0..2 {
                let positive = cube.literals.iter().filter(|literal| !literal.negated());
                let next =
                    positive.map(|literal| (rarity(literal), *literal)).filter(|it| Some(*it) > after).min();
                let test = next.map(|(_, literal)| literal.test());
                let word = match test.and_then(|test| sheet.rows.get_mut(test)) {
                    Some(row) => &mut row[column],
                    None => &mut sheet.free[column],
                };
                *word |= 1 << place;
                if let Some(keys) = test.and_then(|test| sheet.keys.get_mut(test / 64)) {
                    *keys |= 1 << (test.unwrap_or_default() % 64);
                }
                after = next.or(after);
            }
        }
        sheet
    }

    /// The cubes that may hold as far as their two literals go.
    pub(super) fn alive(&self, may_hold: &[u64]) -> u64 {
        let [mut first, mut second] = self.free;
        for (word, (may_hold, keys)) in may_hold.iter().zip(&self.keys).enumerate() {
            let mut bits = may_hold & keys;
            while bits != 0 {
                let test = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if let Some(row) = self.rows.get(test) {
                    first |= row[0];
                    second |= row[1];
                }
            }
        }
        first & second
    }
}
