//! What signals that read the same text say about each other, and texts on which they fire.
//!
//! [`text_for`] turns an assignment into a prompt. [`relations`] is exact where it speaks: a pair is listed only if it is so of every text. What it finds:
//!
//! - Keywords without a method, and the words of events: everything, case folding and RE2's ASCII `\b` included. A pair
//!   that is not listed has a text that tells. (Two exceptions that no policy has: more spellings than
//!   [`Limits::spellings`], and three dozen literals that block every neighbour of another one.)
//! - Patterns: everything between single patterns and between alternatives, decided by automata within [`Limits`]; an
//!   AND of several patterns as far as [`Limits`] reach. What was too much work is in [`Relations::gave_up`].
//! - Scores, counts and edits: what follows from equal definitions with ordered bounds, and that what occurs
//!   several times occurs. Nothing relates a score to a literal here.
//!
//! Inside, a signal is a [`meaning`] over [`atom`]s; [`theory`] numbers these and knows what follows from each, by
//! [`literal`]s inside literals and by [`patterns`] put to a [`search`]; [`relate`] lifts that to signals. [`panel`] is the
//! proxy's own scanner, which has the last word on every text that leaves this module.

mod atom;
pub mod backtrack;
mod compose;
mod fold;
mod inside;
mod literal;
mod machine;
mod meaning;
mod panel;
mod patterns;
mod relate;
mod search;
mod set;
#[cfg(test)]
mod tests;
mod theory;

use crate::policy::Signal;
pub use compose::text_for;
use meaning::Meaning;

/// How much work to put in. The same limits give the same answers on every machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// States of automata that one question may visit, and places that it may come to.
    pub work: usize,
    /// The same for all questions of one call together.
    pub total: usize,
    /// In how many ways the characters of a literal may be spelled before nobody looks at all of them.
    pub spellings: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { work: 300_000, total: 6_000_000, spellings: 4_096 }
    }
}

/// What is so of every text. Signals are numbered as they were given; lists are in order.
///
/// Of signals in `never` and `always` nothing else is said, since everything would follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations {
    /// Whenever the first fires, so does the second.
    pub implies: Vec<(usize, usize)>,
    /// Never both, the smaller number first.
    pub excludes: Vec<(usize, usize)>,
    /// Always at least one, the smaller number first.
    pub covers: Vec<(usize, usize)>,
    /// Can fire on no text.
    pub never: Vec<usize>,
    /// Fires on every text.
    pub always: Vec<usize>,
    /// Something about these two was too much work.
    pub gave_up: Vec<(usize, usize)>,
}

/// What keyword, event and structure signals say about each other; all others are passed over.
pub fn relations(signals: &[&Signal], limits: Limits) -> Relations {
    let (names, meanings): (Vec<usize>, Vec<Meaning>) = signals
        .iter()
        .enumerate()
        .filter_map(|(number, signal)| Some((number, Meaning::of(signal)?)))
        .unzip();
    let (theory, mut patterns, formulas) = theory::Theory::new(&meanings, limits, false);
    relate::Relating::new(&theory, &mut patterns, &formulas).relations(&names)
}

/// Of one keyword signal without a method or of patterns, its keywords by number: wherever the first occurs, so does
/// the second. With `plain`, as if no text wrote `ſ` for `s` or the Kelvin sign for `k`.
pub fn keywords_within(signal: &Signal, limits: Limits, plain: bool) -> Vec<(usize, usize)> {
    let Some(keywords) = Meaning::keywords(&signal.fields) else { return Vec::new() };
    let names: Vec<usize> = (0..keywords.len()).collect();
    let meanings: Vec<Meaning> = keywords.into_iter().map(Meaning::any).collect();
    let (theory, mut patterns, formulas) = theory::Theory::new(&meanings, limits, plain);
    relate::Relating::new(&theory, &mut patterns, &formulas).relations(&names).implies
}
