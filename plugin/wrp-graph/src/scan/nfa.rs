//! A byte NFA that is simulated: slower than a DFA, but small and linear whatever the pattern.

use serde::Serialize;

use crate::wire::wire;

/// Several patterns as one machine over bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nfa {
    pub(super) states: Vec<State>,
    /// Where each pattern begins, the preferred one first.
    pub(super) starts: Vec<u32>,
}

wire!(Nfa { states, starts });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) enum State {
    /// A byte in one of the closed ranges, in order and disjoint, leads on.
    Bytes(Vec<(u8, u8, u32)>),
    /// Any of these, the preferred one first.
    Split(Vec<u32>),
    /// Goes on where the assertion holds.
    Look(Look, u32),
    /// This pattern has matched.
    Match(u32),
}

wire!(enum State { 0 => Bytes(it), 1 => Split(it), 2 => Look(look, to), 3 => Match(it) });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Look {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}

wire!(enum Look {
    0 => TextStart,
    1 => TextEnd,
    2 => LineStart,
    3 => LineEnd,
    4 => WordBoundary,
    5 => NotWordBoundary,
});

impl Look {
    fn holds(self, text: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let after = text.get(at);
        let word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        match self {
            Look::TextStart => before.is_none(),
            Look::TextEnd => after.is_none(),
            Look::LineStart => before.is_none_or(|b| *b == b'\n'),
            Look::LineEnd => after.is_none_or(|b| *b == b'\n'),
            Look::WordBoundary => word(before) != word(after),
            Look::NotWordBoundary => word(before) == word(after),
        }
    }
}

/// The states alive at one place, in order of preference, each once.
#[derive(Debug)]
struct Alive {
    order: Vec<u32>,
    present: Vec<bool>,
}

impl Alive {
    fn new(states: usize) -> Alive {
        Alive { order: Vec::with_capacity(states), present: vec![false; states] }
    }

    /// Whether the state is new here.
    fn admit(&mut self, state: u32) -> bool {
        match self.present.get_mut(state as usize) {
            Some(present) if !*present => {
                *present = true;
                self.order.push(state);
                true
            }
            _ => false,
        }
    }

    fn clear(&mut self) {
        for state in self.order.drain(..) {
            if let Some(present) = self.present.get_mut(state as usize) {
                *present = false;
            }
        }
    }
}

impl Nfa {
    pub(super) fn patterns(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn is_sound(&self) -> bool {
        let state = |at: &u32| (*at as usize) < self.states.len();
        self.starts.iter().all(state)
            && self.states.iter().all(|it| match it {
                State::Bytes(ranges) => ranges.iter().all(|(_, _, to)| state(to)),
                State::Split(to) => to.iter().all(state),
                State::Look(_, to) => state(to),
                State::Match(pattern) => (*pattern as usize) < self.starts.len(),
            })
    }

    /// Names every pattern that occurs.
    pub(super) fn which(&self, whole: &str, mark: &mut dyn FnMut(usize)) {
        let text = whole.as_bytes();
        let mut missing = self.starts.len();
        let mut found = vec![false; missing];
        let mut alive = Alive::new(self.states.len());
        let mut next = Alive::new(self.states.len());
        let mut stack = Vec::new();
        for at in 0..=text.len() {
            // No match begins inside a character.
            if whole.is_char_boundary(at) {
                for start in &self.starts {
                    self.close(*start, text, at, &mut alive, &mut stack);
                }
            }
            for state in &alive.order {
                if let Some(State::Match(pattern)) = self.states.get(*state as usize)
                    && let Some(found) = found.get_mut(*pattern as usize)
                    && !*found
                {
                    *found = true;
                    missing -= 1;
                    mark(*pattern as usize);
                }
            }
            if missing == 0 {
                return;
            }
            let Some(byte) = text.get(at) else { return };
            for state in &alive.order {
                if let Some(to) = self.over(*state, *byte) {
                    self.close(to, text, at + 1, &mut next, &mut stack);
                }
            }
            alive.clear();
            std::mem::swap(&mut alive, &mut next);
        }
    }

    /// Where the leftmost match from here ends; among those that begin there, the preferred one.
    pub(super) fn find_end(&self, text: &str, from: usize) -> Option<usize> {
        let mut alive = Alive::new(self.states.len());
        let mut next = Alive::new(self.states.len());
        let mut stack = Vec::new();
        let mut end = None;
        let bytes = text.as_bytes();
        for at in from..=bytes.len() {
            // Later beginnings rank behind all that is alive, and behind any match. None lies inside a character.
            if end.is_none() && text.is_char_boundary(at) {
                for start in &self.starts {
                    self.close(*start, bytes, at, &mut alive, &mut stack);
                }
            }
            if alive.order.is_empty() && end.is_some() {
                break;
            }
            for state in &alive.order {
                match (self.states.get(*state as usize), bytes.get(at)) {
                    (Some(State::Match(_)), _) => {
                        end = Some(at);
                        // What ranks behind a match is given up.
                        break;
                    }
                    (_, Some(byte)) => {
                        if let Some(to) = self.over(*state, *byte) {
                            self.close(to, bytes, at + 1, &mut next, &mut stack);
                        }
                    }
                    _ => {}
                }
            }
            alive.clear();
            std::mem::swap(&mut alive, &mut next);
        }
        end
    }

    fn over(&self, state: u32, byte: u8) -> Option<u32> {
        let State::Bytes(ranges) = self.states.get(state as usize)? else { return None };
        let (_, _, to) = ranges.iter().find(|(low, high, _)| (*low..=*high).contains(&byte))?;
        Some(*to)
    }

    /// Adds a state and all that it reaches without reading a byte.
    fn close(&self, start: u32, text: &[u8], at: usize, into: &mut Alive, stack: &mut Vec<u32>) {
        stack.push(start);
        while let Some(state) = stack.pop() {
            if !into.admit(state) {
                continue;
            }
            match self.states.get(state as usize) {
                Some(State::Split(to)) => stack.extend(to.iter().rev()),
                Some(State::Look(look, to)) if look.holds(text, at) => stack.push(*to),
                _ => {}
            }
        }
    }
}
