//! Letters that a policy's patterns take as the same: exactly those, so that no Unicode table is needed here.
//!
//! Two equalities exist. Keywords ignore case as RE2's `(?i)` does, by simple folding: `K` (Kelvin) is `k`, `ſ`
//! is `s`. Structure markers and fuzzy words are compared after lower-casing, where `ſ` stays itself and `İ`
//! is `i`. The automaton runs over [`Fold::common`], which is coarser than both; a candidate is then compared
//! the way its pattern wants.

use serde::Serialize;

use crate::wire::wire;

/// The non-ASCII characters that some pattern may take for another one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fold {
    /// By `from`.
    pub(super) entries: Vec<Entry>,
}

wire!(Fold { entries });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    pub from: char,
    /// What stands for all characters that fold together: ASCII where one of them is.
    pub folded: char,
    pub lower: char,
}

wire!(Entry { from, folded, lower });

impl Fold {
    pub(super) fn is_sound(&self) -> bool {
        self.entries.iter().all(|entry| !entry.from.is_ascii())
            && self.entries.windows(2).all(|pair| matches!(pair, [a, b] if a.from < b.from))
    }

    fn entry(&self, from: char) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&from, |entry| entry.from).ok()?;
        self.entries.get(at)
    }

    /// Simple case folding.
    pub fn folded(&self, from: char) -> char {
        if from.is_ascii() {
            return from.to_ascii_lowercase();
        }
        self.entry(from).map_or(from, |entry| entry.folded)
    }

    /// Simple lower-casing.
    pub fn lower(&self, from: char) -> char {
        if from.is_ascii() {
            return from.to_ascii_lowercase();
        }
        self.entry(from).map_or(from, |entry| entry.lower)
    }

    /// Equal for all that fold or lower-case to the same.
    pub fn common(&self, from: char) -> char {
        if from.is_ascii() {
            return from.to_ascii_lowercase();
        }
        match self.entry(from) {
            Some(entry) if entry.lower.is_ascii() => entry.lower,
            Some(entry) => entry.folded,
            None => from,
        }
    }

    /// Which bytes begin a character of the table.
    pub(super) fn leads(&self) -> [bool; 256] {
        let mut leads = [false; 256];
        for entry in &self.entries {
            let mut bytes = [0; 4];
            if let Some(lead) = entry.from.encode_utf8(&mut bytes).bytes().next() {
                leads[usize::from(lead)] = true;
            }
        }
        leads
    }
}
