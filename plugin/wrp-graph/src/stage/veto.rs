//! A complexity rule's composer: it can only take the rule's verdict back.

use serde::Serialize;

use crate::graph::Stretch;
use crate::reading::Reading;
use crate::state::State;
use crate::truth::{Span, Truth};
use crate::wire::wire;

/// The levels of one rule stay only where the condition holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Veto {
    pub levels: Vec<u16>,
    pub condition: Stretch,
}

wire!(Veto { levels, condition });

impl Veto {
    pub(crate) fn run(&self, states: &mut [State], condition: Span) {
        for &slot in &self.levels {
            let Some(state) = states.get_mut(usize::from(slot)) else { continue };
            if condition.most == Truth::False {
                let reading = Reading { matched: false, confidence: None, failed: false, ..state.reading };
                *state = State::known(reading);
            } else if condition.least != Truth::True && state.reading.matched && !state.is_open() {
                *state = State::vague(!condition.is_settled());
            }
        }
    }
}
