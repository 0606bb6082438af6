//! What is known of one slot while a request is on its way.

use crate::condition::{Prospect, Test, Value};
use crate::graph::Semantics;
use crate::reading::Reading;
use crate::truth::{Known, Truth};

/// A reading, and how far it is final.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) reading: Reading,
    pub(crate) open: Open,
}

/// What an answer of the host may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing.
    Nothing,
    /// It has fired; its confidence may still rise up to 1.
    Confidence,
    /// Everything.
    Everything,
}

impl State {
    pub(crate) const MISSED: State = State { reading: Reading::MISSED, open: Open::Nothing };
    pub(crate) const FAILED: State = State { reading: Reading::FAILED, open: Open::Nothing };
    pub(crate) const OPEN: State = State { reading: Reading::MISSED, open: Open::Everything };

    pub(crate) fn known(reading: Reading) -> State {
        State { reading, open: Open::Nothing }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open == Open::Everything
    }

    /// Whether anything may hide behind it: it is open, or its detector failed and that counts as unknown.
    pub(crate) fn is_vague(&self, semantics: Semantics) -> bool {
        self.is_open() || self.is_unknown(semantics)
    }

    /// Its detector failed, and the semantics has a word for that.
    pub(crate) fn is_unknown(&self, semantics: Semantics) -> bool {
        self.reading.failed && semantics == Semantics::Strict
    }

    /// What becomes of a state that hangs on vague ones: open as long as one of them is, unknown after that.
    pub(crate) fn vague(open: bool) -> State {
        if open { State::OPEN } else { State::FAILED }
    }

    /// The least and the greatest confidence: 0 where it did not fire, 1 where it fired and says nothing.
    pub(crate) fn confidence_span(&self, semantics: Semantics) -> (f64, f64) {
        if self.is_vague(semantics) {
            return (0.0, 1.0);
        }
        let least = if self.reading.matched { self.reading.weight() } else { 0.0 };
        match self.open {
            Open::Confidence => (least, least.max(1.0)),
            Open::Nothing | Open::Everything => (least, least),
        }
    }
}

/// What a test that is not derived says of readings, nothing of which is open; `None` is unknown.
#[cfg(feature = "build")]
pub fn truth(
    test: &Test,
    semantics: Semantics,
    slots: usize,
    readings: impl IntoIterator<Item = (u16, Reading)>,
) -> Option<bool> {
    let mut all = vec![State::MISSED; slots];
    for (slot, reading) in readings {
        if let Some(state) = all.get_mut(usize::from(slot)) {
            *state = State::known(reading);
        }
    }
    match (States { all: &all, semantics }).know(test) {
        Known::True => Some(true),
        Known::False => Some(false),
        Known::Unknown | Known::Open => None,
    }
}

/// All states of a request, under the semantics that reads them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct States<'s> {
    pub(crate) all: &'s [State],
    pub(crate) semantics: Semantics,
}

impl States<'_> {
    pub(crate) fn get(&self, slot: u16) -> State {
        self.all.get(usize::from(slot)).copied().unwrap_or(State::MISSED)
    }

    /// What a plain test says of these states.
    pub(crate) fn know(&self, test: &Test) -> Known {
        match test {
            Test::Fired { slots } => self.fired(slots),
            Test::Bounded { slot, bounds, error, match_on_error } => {
                let (state, error) = (self.get(*slot), self.get(*error));
                let strict = self.semantics == Semantics::Strict;
                if state.open != Open::Nothing || error.is_open() {
                    Known::Open
                } else if strict && (state.reading.failed || error.reading.failed) {
                    if *match_on_error { Known::True } else { Known::Unknown }
                } else {
                    match state.reading.value.or(state.reading.confidence) {
                        Some(number) => Truth::from(bounds.hold(number)).into(),
                        None => Truth::from(*match_on_error && error.reading.failed).into(),
                    }
                }
            }
            Test::Derived { .. } | Test::Never => Known::False,
        }
    }

    fn fired(&self, slots: &[u16]) -> Known {
        let mut known = Known::False;
        for slot in slots {
            let state = self.get(*slot);
            if state.is_open() {
                known = Known::Open;
            } else if state.is_unknown(self.semantics) {
                known = if known == Known::Open { Known::Open } else { Known::Unknown };
            } else if state.reading.matched {
                return Known::True;
            }
        }
        known
    }

    /// The confidence of a test that holds.
    fn confidence(&self, test: &Test) -> f64 {
        match test {
            Test::Fired { slots } => slots.first().map_or(1.0, |slot| self.get(*slot).reading.weight()),
            _ => 1.0,
        }
    }

    /// A leaf of a condition, where what is open counts as unknown.
    pub(crate) fn leaf(&self, test: &Test, known: Known) -> Value {
        let truth = known.settled();
        let confidence = if truth == Truth::True { self.confidence(test) } else { 0.0 };
        Value { truth, confidence }
    }

    /// A leaf of a condition, with everything that may still come of it.
    pub(crate) fn leaf_prospect(&self, test: &Test, known: Known) -> Prospect {
        let (least, most) = match known {
            Known::False | Known::Unknown => (0.0, 0.0),
            Known::Open => (0.0, 1.0),
            Known::True => {
                let least = self.confidence(test);
                let still_open = match test {
                    Test::Fired { slots } => slots.iter().any(|slot| self.get(*slot).open != Open::Nothing),
                    _ => false,
                };
                match test {
                    Test::Fired { slots } if still_open => {
                        // Under one name it fired; the name whose confidence counts may still speak.
                        let own = slots.first().map_or(State::MISSED, |slot| self.get(*slot));
                        if own.is_open() {
                            (0.0, 1.0)
                        } else {
                            (least, if own.open == Open::Confidence { 1.0 } else { least })
                        }
                    }
                    _ => (least, least),
                }
            }
        };
        Prospect { truth: known.span(), least, most }
    }
}
