//! Weighted sums over readings.

use serde::Serialize;

use crate::graph::Semantics;
use crate::state::{Open, State, States};
use crate::wire::wire;

/// The sum of weight times term, in the order written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub name: String,
    pub inputs: Vec<Input>,
}

wire!(Score { name, inputs });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Input {
    pub weight: f64,
    pub term: Term,
}

wire!(Input { weight, term });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Term {
    /// `matched` if the slot fired, else `missed`.
    Binary { slot: u16, matched: f64, missed: f64 },
    /// The confidence; 0 if it did not fire.
    Confidence { slot: u16 },
    /// The number; 0 without one.
    Raw { slot: u16 },
    /// An earlier score.
    Score { score: u16 },
    /// What no request changes.
    Constant(f64),
}

wire!(enum Term {
    0 => Binary { slot, matched, missed },
    1 => Confidence { slot },
    2 => Raw { slot },
    3 => Score { score },
    4 => Constant(it),
});

/// Where a number lies. A point when everything is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    pub least: f64,
    pub most: f64,
    /// An answer may narrow it.
    pub open: bool,
}

impl Interval {
    pub fn point(at: f64) -> Interval {
        Interval { least: at, most: at, open: false }
    }

    fn scaled(self, weight: f64) -> Interval {
        // Nothing times anything is nothing, even where anything has no bounds.
        if weight == 0.0 {
            return Interval::point(if self.least == self.most { weight * self.least } else { 0.0 });
        }
        let (one, other) = (weight * self.least, weight * self.most);
        Interval { least: one.min(other), most: one.max(other), ..self }
    }
}

impl Score {
    pub(crate) fn run(&self, states: &[State], semantics: Semantics, scores: &[Interval]) -> Interval {
        let states = States { all: states, semantics };
        self.inputs.iter().fold(Interval::default(), |sum, input| {
            let term = input.term.interval(states, scores).scaled(input.weight);
            Interval { least: sum.least + term.least, most: sum.most + term.most, open: sum.open | term.open }
        })
    }
}

impl Term {
    fn interval(&self, states: States<'_>, scores: &[Interval]) -> Interval {
        match *self {
            Term::Binary { slot, matched, missed } => {
                let state = states.get(slot);
                if state.is_vague(states.semantics) {
                    Interval { least: matched.min(missed), most: matched.max(missed), open: state.is_open() }
                } else {
                    Interval::point(if state.reading.matched { matched } else { missed })
                }
            }
            Term::Confidence { slot } => {
                let state = states.get(slot);
                let (least, most) = state.confidence_span(states.semantics);
                Interval { least, most, open: state.open != Open::Nothing }
            }
            Term::Raw { slot } => {
                let state = states.get(slot);
                if state.is_vague(states.semantics) {
                    Interval { least: f64::NEG_INFINITY, most: f64::INFINITY, open: state.is_open() }
                } else {
                    Interval::point(state.reading.value.unwrap_or(0.0))
                }
            }
            Term::Score { score } => scores.get(usize::from(score)).copied().unwrap_or_default(),
            Term::Constant(number) => Interval::point(number),
        }
    }
}
