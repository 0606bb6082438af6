//! One pass over a text for all patterns of a recipe.
//!
//! The compiler collects patterns in a `Builder` and ships the [`Scanner`] it yields; the proxy runs it once per
//! request and every text signal reads the [`Hits`]. Literals go into one automaton ([`literals`]), other
//! patterns into DFAs, or into a simulated NFA where a DFA would be too big ([`regexes`], [`nfa`]); words are
//! looked at one by one only where a policy wants them ([`words`]). What Unicode these need is shipped with the
//! patterns ([`fold`]), so that the proxy carries no tables.

mod dfa;
pub mod fold;
pub mod literals;
pub mod nfa;
pub mod regexes;
pub mod words;

#[cfg(feature = "build")]
mod build;
#[cfg(feature = "build")]
mod finite;
#[cfg(feature = "build")]
pub mod go_regex;
#[cfg(all(test, feature = "build"))]
mod tests;

use serde::Serialize;

use crate::signal::language::detector::{Detected, Detector};
use crate::wire::{Source, Wire, wire};
#[cfg(feature = "build")]
pub use build::{Builder, is_simulated};
#[cfg(feature = "build")]
pub(crate) use build::{is_han, is_word};
#[cfg(feature = "build")]
pub use finite::{Spelled, spelled};
use fold::Fold;
use literals::{Automaton, Chain, Literal};
use regexes::{Counted, Set};
use words::Words;

/// Something that a text contains or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PatternId(pub u32);

wire!(PatternId(number));

/// Something whose occurrences are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CounterId(pub u32);

wire!(CounterId(number));

/// What one pass has found in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    seen: Vec<u64>,
    counts: Vec<u32>,
    units: u32,
    language: Option<Detected>,
}

impl Hits {
    fn new(patterns: u32, counters: u32) -> Hits {
        Hits {
            seen: vec![0; patterns.div_ceil(64) as usize],
            counts: vec![0; counters as usize],
            ..Hits::default()
        }
    }

    /// Whether the pattern occurs.
    pub fn seen(&self, pattern: PatternId) -> bool {
        self.seen.get(pattern.0 as usize / 64).is_some_and(|word| word >> (pattern.0 % 64) & 1 == 1)
    }

    /// Every pattern that occurs, in order.
    pub fn patterns(&self) -> impl Iterator<Item = PatternId> + '_ {
        let bits = |word: u64| (0..64u32).filter(move |bit| word >> bit & 1 == 1);
        let words = self.seen.iter().zip((0u32..).step_by(64));
        words.flat_map(move |(word, first)| bits(*word).map(move |bit| PatternId(first + bit)))
    }

    /// How often the pattern occurs, without overlaps.
    pub fn count(&self, counter: CounterId) -> u32 {
        self.counts.get(counter.0 as usize).copied().unwrap_or(0)
    }

    /// The text's length in words, where each CJK character is a word. 0 unless the builder asked for it.
    pub fn units(&self) -> u32 {
        self.units
    }

    /// The language of the text. `None` unless the builder asked for it.
    pub fn language(&self) -> Option<Detected> {
        self.language
    }

    fn mark(&mut self, pattern: PatternId) {
        if let Some(word) = self.seen.get_mut(pattern.0 as usize / 64) {
            *word |= 1 << (pattern.0 % 64);
        }
    }

    fn add(&mut self, counter: CounterId, occurrences: u32) {
        if let Some(count) = self.counts.get_mut(counter.0 as usize) {
            *count = count.saturating_add(occurrences);
        }
    }
}

/// All patterns of a recipe, ready to run. Reading one from bytes verifies it and builds the automaton.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(into = "Parts")]
pub struct Scanner {
    parts: Parts,
    automaton: Automaton,
}

/// What a scanner is made of, as it travels.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Parts {
    patterns: u32,
    counters: u32,
    fold: Fold,
    literals: Vec<Literal>,
    chains: Vec<Chain>,
    sets: Vec<Set>,
    counted: Vec<Counted>,
    words: Option<Words>,
    language: Option<Detector>,
}

wire!(Parts { patterns, counters, fold, literals, chains, sets, counted, words, language });

impl PartialEq for Scanner {
    fn eq(&self, other: &Scanner) -> bool {
        self.parts == other.parts
    }
}

impl Scanner {
    /// `None` where an index points nowhere.
    fn new(parts: Parts) -> Option<Scanner> {
        let pattern = |id: PatternId| id.0 < parts.patterns;
        let counter = |id: CounterId| id.0 < parts.counters;
        // Ids are dense, so a policy of n patterns has at least n places that set them; this bounds what a
        // request allocates by what was shipped.
        let places = parts.literals.len()
            + parts.chains.len()
            + parts.sets.iter().map(Set::len).sum::<usize>()
            + parts.counted.len()
            + parts.words.as_ref().map_or(0, Words::len);
        let sound = parts.patterns as usize + parts.counters as usize <= places
            && parts.literals.iter().all(|literal| literal.is_sound(pattern, counter, &parts.chains))
            && parts.chains.iter().all(|chain| pattern(chain.pattern))
            && parts.sets.iter().all(|set| set.is_sound(pattern))
            && parts.counted.iter().all(|counted| counted.is_sound(counter))
            && parts.words.as_ref().is_none_or(|words| words.is_sound(pattern))
            && parts.fold.is_sound();
        let automaton = sound.then(|| Automaton::new(&parts.literals, &parts.fold))??;
        Some(Scanner { parts, automaton })
    }

    /// Looks for everything at once. Time is linear in the text for literals and for whether a regex occurs.
    pub fn scan(&self, text: &str) -> Hits {
        let parts = &self.parts;
        let mut hits = Hits::new(parts.patterns, parts.counters);
        if !parts.literals.is_empty() || !parts.chains.is_empty() {
            literals::Pass::new(&self.automaton, parts).run(text, &mut hits);
        }
        for set in &parts.sets {
            set.run(text, &mut hits);
        }
        for counted in &parts.counted {
            counted.run(text, &mut hits);
        }
        if let Some(words) = &parts.words {
            words.run(text, &parts.fold, &mut hits);
        }
        hits.language = parts.language.as_ref().map(|detector| detector.detect(text));
        hits
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.parts == Parts::default()
    }

    /// Whether this scanner knows the pattern; a decoder asks it for every signal.
    pub fn has_pattern(&self, pattern: PatternId) -> bool {
        pattern.0 < self.parts.patterns
    }

    pub fn detects_language(&self) -> bool {
        self.parts.language.is_some()
    }

    pub fn has_counter(&self, counter: CounterId) -> bool {
        counter.0 < self.parts.counters
    }
}

impl Wire for Scanner {
    fn write(&self, to: &mut Vec<u8>) {
        self.parts.write(to);
    }

    fn read(from: &mut Source<'_>) -> Scanner {
        Scanner::new(Parts::read(from)).unwrap_or_else(|| {
            from.spoil();
            Scanner::default()
        })
    }
}

impl From<Scanner> for Parts {
    fn from(scanner: Scanner) -> Parts {
        scanner.parts
    }
}
