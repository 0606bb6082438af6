//! Patterns that are no fixed strings: DFAs, or a simulated NFA where a DFA would be too big.

use serde::Serialize;

use super::dfa::Dfa;
use super::nfa::Nfa;
use super::{CounterId, Hits, PatternId};
use crate::wire::wire;

/// Several patterns, of each of which only matters whether it occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Set {
    pub(super) engine: Engine,
    /// The pattern of each of the engine's.
    pub(super) patterns: Vec<PatternId>,
}

wire!(Set { engine, patterns });

/// One pattern whose occurrences are counted, leftmost first, without overlaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counted {
    pub(super) engine: Engine,
    pub(super) counter: CounterId,
}

wire!(Counted { engine, counter });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) enum Engine {
    Dfa(Dfa),
    Nfa(Nfa),
}

wire!(enum Engine { 0 => Dfa(it), 1 => Nfa(it) });

impl Set {
    pub(super) fn len(&self) -> usize {
        self.patterns.len()
    }

    pub(super) fn is_sound(&self, pattern: impl Fn(PatternId) -> bool) -> bool {
        self.engine.patterns() == self.patterns.len()
            && self.patterns.iter().all(|id| pattern(*id))
            && self.engine.is_sound()
    }

    pub(super) fn run(&self, text: &str, hits: &mut Hits) {
        let mut mark = |at: usize| {
            if let Some(id) = self.patterns.get(at) {
                hits.mark(*id);
            }
        };
        match &self.engine {
            Engine::Dfa(dfa) => dfa.which(text, &mut mark),
            Engine::Nfa(nfa) => nfa.which(text, &mut mark),
        }
    }
}

impl Counted {
    pub(super) fn is_sound(&self, counter: impl Fn(CounterId) -> bool) -> bool {
        self.engine.patterns() == 1 && counter(self.counter) && self.engine.is_sound()
    }

    /// Counts as Go's `FindAll` does: an empty match right behind a match is none.
    pub(super) fn run(&self, text: &str, hits: &mut Hits) {
        let mut count = 0u32;
        let mut from = 0;
        let mut last_end = None;
        while let Some(end) = self.engine.find_end(text, from) {
            if end == from {
                count = count.saturating_add(u32::from(last_end != Some(end)));
                let step = text.get(from..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                from += step;
            } else {
                count = count.saturating_add(1);
                from = end;
            }
            last_end = Some(end);
            if from > text.len() {
                break;
            }
        }
        hits.add(self.counter, count);
    }
}

impl Engine {
    fn patterns(&self) -> usize {
        match self {
            Engine::Dfa(dfa) => dfa.patterns as usize,
            Engine::Nfa(nfa) => nfa.patterns(),
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Engine::Dfa(dfa) => dfa.is_sound(),
            Engine::Nfa(nfa) => nfa.is_sound(),
        }
    }

    /// Where the leftmost match from here ends.
    fn find_end(&self, text: &str, from: usize) -> Option<usize> {
        match self {
            Engine::Dfa(dfa) => dfa.find_end(text, from),
            Engine::Nfa(nfa) => nfa.find_end(text, from),
        }
    }
}
