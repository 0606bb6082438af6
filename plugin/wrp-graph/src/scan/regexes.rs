//! Patterns that are no fixed strings: sparse DFAs, or a simulated NFA where a DFA would be too big.

use regex_automata::Input;
use regex_automata::dfa::Automaton as _;
use regex_automata::dfa::sparse::DFA;
use regex_automata::util::primitives::StateID;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::nfa::Nfa;
use super::{CounterId, Hits, PatternId};

/// Several patterns, of each of which only matters whether it occurs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Set {
    pub(super) engine: Engine,
    /// The pattern of each of the engine's.
    pub(super) patterns: Vec<PatternId>,
}

/// One pattern whose occurrences are counted, leftmost first, without overlaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    pub(super) engine: Engine,
    pub(super) counter: CounterId,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Engine {
    Dfa(Box<Dfa>),
    Nfa(Nfa),
}

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
            Engine::Dfa(dfa) => dfa.0.pattern_len(),
            Engine::Nfa(nfa) => nfa.patterns(),
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Engine::Dfa(_) => true,
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

/// A DFA, verified when read.
#[derive(Clone, Debug)]
pub(super) struct Dfa(pub(super) DFA<Vec<u8>>);

impl Dfa {
    /// Names every pattern that occurs. The search is written out, since the one of the crate takes a match's
    /// number for granted, and verification does not cover it.
    fn which(&self, text: &str, mark: &mut dyn FnMut(usize)) {
        let dfa = &self.0;
        let mut missing = dfa.pattern_len();
        let mut found = vec![false; missing];
        let mut report = |state: StateID, at: usize| {
            // An empty match inside a character is none.
            if dfa.is_match_state(state) && text.is_char_boundary(at) {
                for index in 0..dfa.match_len(state) {
                    let pattern = dfa.match_pattern(state, index).as_usize();
                    if let Some(found) = found.get_mut(pattern).filter(|found| !**found) {
                        *found = true;
                        missing -= 1;
                        mark(pattern);
                    }
                }
            }
            missing == 0
        };
        let Ok(mut state) = dfa.start_state_forward(&Input::new(text)) else { return };
        // A state says that there was a match before the byte that led to it.
        for (at, byte) in text.bytes().enumerate() {
            state = dfa.next_state(state, byte);
            if dfa.is_special_state(state) && (report(state, at) || dfa.is_dead_state(state)) {
                return;
            }
        }
        report(dfa.next_eoi_state(state), text.len());
    }

    fn find_end(&self, text: &str, from: usize) -> Option<usize> {
        if from > text.len() {
            return None;
        }
        let found = self.0.try_search_fwd(&Input::new(text).range(from..)).ok()??;
        Some(found.offset())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.0.write_to_len()];
        // The buffer has the length asked for; a DFA that could not be written is written as no bytes,
        // which no decoder takes.
        match self.0.write_to_little_endian(&mut bytes) {
            Ok(written) => bytes.truncate(written),
            Err(_) => bytes.clear(),
        }
        bytes
    }
}

impl PartialEq for Dfa {
    fn eq(&self, other: &Dfa) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Serialize for Dfa {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes = self.bytes();
        if bytes.is_empty() {
            return Err(ser::Error::custom("a DFA that cannot be written"));
        }
        bytes.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Dfa {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Dfa, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        match DFA::from_bytes(&bytes) {
            Ok((dfa, _)) => Ok(Dfa(dfa.to_owned())),
            Err(_) => Err(de::Error::custom("not a DFA")),
        }
    }
}
