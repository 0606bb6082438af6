//! A machine over bytes that is in one state at a time: the compiler has made it, reading has checked it, and here it
//! is only followed.

use serde::Serialize;

use crate::wire::wire;

/// Several patterns as one machine. State 0 is dead: nothing leads out of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Dfa {
    pub starts: Starts,
    pub states: Vec<State>,
    pub patterns: u32,
}

/// Where a search begins, by what stands before its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Starts {
    /// Nothing.
    pub text: u32,
    /// The end of a line.
    pub line: u32,
    /// An ASCII letter, digit or underscore.
    pub word: u32,
    pub other: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct State {
    /// Where a byte in one of the closed ranges leads; any other byte leads to the dead state.
    pub bytes: Vec<(u8, u8, u32)>,
    /// Where the end of the text leads.
    pub end: u32,
    /// The patterns of which a match ended before the byte that led here.
    pub matched: Vec<u32>,
}

wire!(Dfa { starts, states, patterns });
wire!(Starts { text, line, word, other });
wire!(State { bytes, end, matched });

pub(super) const DEAD: u32 = 0;

impl Dfa {
    pub(super) fn is_sound(&self) -> bool {
        let state = |at: u32| (at as usize) < self.states.len();
        let Starts { text, line, word, other } = self.starts;
        [text, line, word, other].into_iter().all(state)
            && self.states.iter().all(|it| {
                state(it.end)
                    && it.bytes.iter().all(|(.., to)| state(*to))
                    && it.matched.iter().all(|pattern| *pattern < self.patterns)
            })
    }

    /// Names every pattern that occurs.
    pub(super) fn which(&self, text: &str, mark: &mut dyn FnMut(usize)) {
        let mut missing = self.patterns as usize;
        let mut found = vec![false; missing];
        let mut report = |state: u32, at: usize| {
            let Some(state) = self.states.get(state as usize) else { return };
            // An empty match inside a character is none.
            for pattern in state.matched.iter().filter(|_| text.is_char_boundary(at)) {
                if let Some(found) = found.get_mut(*pattern as usize).filter(|found| !**found) {
                    *found = true;
                    missing -= 1;
                    mark(*pattern as usize);
                }
            }
        };
        let mut state = self.starts.text;
        for (at, byte) in text.bytes().enumerate() {
            state = self.over(state, byte);
            if state == DEAD {
                return;
            }
            report(state, at);
        }
        report(self.at_end(state), text.len());
    }

    /// Where the leftmost match from here ends.
    pub(super) fn find_end(&self, text: &str, mut from: usize) -> Option<usize> {
        loop {
            let end = self.find(text.as_bytes(), from)?;
            if text.is_char_boundary(end) {
                return Some(end);
            }
            // An empty match inside a character is none: search on behind it.
            from += 1;
        }
    }

    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let matches = |state: u32| self.states.get(state as usize).is_some_and(|it| !it.matched.is_empty());
        let mut state = match from.checked_sub(1).and_then(|before| text.get(before)) {
            None => self.starts.text,
            Some(b'\n') => self.starts.line,
            Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'_' => self.starts.word,
            Some(_) => self.starts.other,
        };
        let mut end = None;
        for (passed, byte) in text.get(from..)?.iter().enumerate() {
            state = self.over(state, *byte);
            if state == DEAD {
                return end;
            }
            if matches(state) {
                end = Some(from + passed);
            }
        }
        if matches(self.at_end(state)) { Some(text.len()) } else { end }
    }

    fn over(&self, state: u32, byte: u8) -> u32 {
        let bytes = self.states.get(state as usize).map_or(&[][..], |state| &state.bytes);
        let range = bytes.iter().find(|(low, high, _)| (*low..=*high).contains(&byte));
        range.map_or(DEAD, |(.., to)| *to)
    }

    fn at_end(&self, state: u32) -> u32 {
        self.states.get(state as usize).map_or(DEAD, |state| state.end)
    }
}
