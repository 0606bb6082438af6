//! One pattern as an automaton that is made while it runs: what a text has matched so far, as a number.
//!
//! The states of its NFA are simulated as the proxy does it, and every set that was reached once is remembered, so that
//! walking on from it again is a look-up. Assertions are decided when the next byte is known.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{self, NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use wrp_graph::scan::go_regex;

use super::atom::{Atom, Pattern};

/// How big an NFA may become, in bytes.
const NFA_BYTES: usize = 1 << 20;

/// A set of NFA states behind some text.
pub(super) type Place = u32;

/// What becomes of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The pattern has matched before this byte.
    Matched,
    To(Place),
}

#[derive(Debug)]
pub(super) struct Machine {
    nfa: NFA,
    /// Whether it looks around; where it does not, what lies before makes no difference.
    looks: bool,
    /// Whether it looks at the start and at the end of the text.
    anchors: (bool, bool),
    places: Vec<(Box<[StateID]>, Before)>,
    numbers: HashMap<(Box<[StateID]>, Before), Place>,
    steps: HashMap<(Place, u8, bool), Next>,
    /// Of each state, the last walk that came by; walks are numbered.
    seen: Vec<usize>,
    walks: usize,
    /// NFA states visited so far: what the work is measured in.
    pub(super) visited: usize,
}

/// The byte before, as far as assertions can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Before {
    Nothing,
    Word,
    NewLine,
    Other,
}

impl Machine {
    /// `None` where the pattern is none, or too big.
    pub(super) fn new(atom: &Atom) -> Option<Machine> {
        let pattern = match atom {
            Atom::Pattern(pattern) => pattern.clone(),
            Atom::Literal(literal) => {
                let edge = |is: bool| if is { r"\b" } else { "" };
                let quoted: String =
                    literal.text.chars().map(|c| format!("\\x{{{:X}}}", u32::from(c))).collect();
                let text = format!("{}{quoted}{}", edge(literal.start), edge(literal.end));
                Pattern { text, ignore_case: literal.ignore_case }
            }
            Atom::Always | Atom::Reaches(..) => return None,
        };
        let hir = go_regex::parse(&pattern.text, pattern.ignore_case).ok()?;
        let config =
            thompson::Config::new().which_captures(WhichCaptures::None).nfa_size_limit(Some(NFA_BYTES));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&hir).ok()?;
        let looks = nfa.look_set_any();
        let anchors = (looks.contains(Look::Start), looks.contains(Look::End));
        let looks = !looks.is_empty();
        let mut machine = Machine {
            nfa,
            looks,
            anchors,
            places: Vec::new(),
            numbers: HashMap::new(),
            steps: HashMap::new(),
            seen: Vec::new(),
            walks: 0,
            visited: 0,
        };
        machine.seen = vec![0; machine.nfa.states().len()];
        let start = vec![machine.nfa.start_anchored()];
        machine.number(start, Before::Nothing);
        Some(machine)
    }

    /// Before the first byte.
    pub(super) const START: Place = 0;

    /// Whether it looks at the start and at the end of the text.
    pub(super) fn anchors(&self) -> (bool, bool) {
        self.anchors
    }

    /// Bytes of one class are never told apart.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.nfa.byte_classes().get(byte)
    }

    /// Reads a byte; `parts` says whether a character ends with it, so that a match may begin behind it.
    pub(super) fn step(&mut self, place: Place, byte: u8, parts: bool) -> Next {
        let key = (place, self.class(byte), parts);
        if let Some(known) = self.steps.get(&key) {
            return *known;
        }
        let next = match self.closed(place, Some(byte)) {
            None => Next::Matched,
            Some(alive) => {
                let mut reached: Vec<StateID> =
                    alive.into_iter().filter_map(|state| self.over(state, byte)).collect();
                if parts {
                    reached.push(self.nfa.start_anchored());
                }
                reached.sort_unstable();
                reached.dedup();
                let before = if self.looks { Before::of(byte) } else { Before::Nothing };
                Next::To(self.number(reached, before))
            }
        };
        self.steps.insert(key, next);
        next
    }

    /// Whether the pattern has matched when the text ends here.
    pub(super) fn ends(&mut self, place: Place) -> bool {
        self.closed(place, None).is_none()
    }

    fn number(&mut self, states: Vec<StateID>, before: Before) -> Place {
        let key = (states.into_boxed_slice(), before);
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let number = self.places.len() as Place;
        self.places.push(key.clone());
        self.numbers.insert(key, number);
        number
    }

    /// All states that are reached without reading; `None` where the pattern has matched.
    fn closed(&mut self, place: Place, after: Option<u8>) -> Option<Vec<StateID>> {
        let (states, before) = self.places.get(place as usize)?;
        self.walks += 1;
        let mut stack = states.to_vec();
        let mut alive = Vec::new();
        let mut matched = false;
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut self.seen[state.as_usize()], self.walks) == self.walks {
                continue;
            }
            self.visited += 1;
            match self.nfa.state(state) {
                State::Look { look, next } if holds(*look, *before, after) => stack.push(*next),
                State::Look { .. } | State::Fail => {}
                State::Union { alternates } => stack.extend(alternates.iter()),
                State::BinaryUnion { alt1, alt2 } => stack.extend([*alt1, *alt2]),
                State::Capture { next, .. } => stack.push(*next),
                State::Match { .. } => matched = true,
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => alive.push(state),
            }
        }
        (!matched).then_some(alive)
    }

    fn over(&self, state: StateID, byte: u8) -> Option<StateID> {
        match self.nfa.state(state) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(sparse) => sparse.matches_byte(byte),
            State::Dense(dense) => dense.matches_byte(byte),
            _ => None,
        }
    }
}

impl Before {
    fn of(byte: u8) -> Before {
        match byte {
            b'\n' => Before::NewLine,
            byte if is_word(byte) => Before::Word,
            _ => Before::Other,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn holds(look: Look, before: Before, after: Option<u8>) -> bool {
    let boundary = (before == Before::Word) != after.is_some_and(is_word);
    match look {
        Look::Start => before == Before::Nothing,
        Look::End => after.is_none(),
        Look::StartLF => matches!(before, Before::Nothing | Before::NewLine),
        Look::EndLF => after.is_none_or(|byte| byte == b'\n'),
        Look::WordAscii => boundary,
        Look::WordAsciiNegate => !boundary,
        other => unreachable!("Go's syntax has no assertion {other:?}"),
    }
}
