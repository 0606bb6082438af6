//! Members that exclude each other: the surest one stays.

use serde::Serialize;

use crate::graph::Semantics;
use crate::reading::Reading;
use crate::state::State;
use crate::wire::wire;

/// Members that fired with a confidence contend: of two or more, the greatest stays, the first of equals, and every
/// other member is gone, those that fired without a confidence too.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Partition {
    pub members: Vec<u16>,
    /// The temperature at which the winner's confidence becomes its share among the contenders.
    pub softmax: Option<f64>,
    /// Fires, without a confidence, when there is no contender.
    pub default: Option<u16>,
}

wire!(Partition { members, softmax, default });

impl Partition {
    pub(crate) fn run(&self, states: &mut [State], semantics: Semantics) {
        let (mut vague, mut open, mut contenders) = (0_usize, false, 0_usize);
        let mut best: Option<(u16, f64)> = None;
        for &slot in &self.members {
            let state = at(states, slot);
            if state.is_vague(semantics) {
                vague += 1;
                open |= state.is_open();
            } else if let Some(confidence) = contends(state) {
                contenders += 1;
                if best.is_none_or(|(_, best)| confidence > best) {
                    best = Some((slot, confidence));
                }
            }
        }
        let share = match (best, self.softmax) {
            (Some((_, confidence)), Some(temperature)) => Some(self.share(states, confidence, temperature)),
            _ => None,
        };
        let fired = |states: &[State], slot: u16| {
            let state = at(states, slot);
            !state.is_vague(semantics) && state.reading.matched
        };
        // As soon as there are two contenders, nobody but the winner stays.
        for &slot in self.members.iter().filter(|slot| Some(**slot) != best.map(|(best, _)| best)) {
            if !fired(states, slot) {
                continue;
            }
            if contenders > 1 {
                let reading = Reading { matched: false, confidence: None, ..at(states, slot).reading };
                set(states, slot, State::known(reading));
            } else if contenders + vague > 1 {
                set(states, slot, State::vague(open));
            }
        }
        match (best, self.default) {
            (Some((winner, _)), _) if vague > 0 => set(states, winner, State::vague(open)),
            (Some((winner, _)), _) if contenders > 1 && share.is_some() => {
                let reading = Reading { confidence: share, ..at(states, winner).reading };
                set(states, winner, State::known(reading));
            }
            (None, Some(default)) if !at(states, default).is_vague(semantics) => {
                let state = at(states, default);
                if vague == 0 {
                    set(states, default, State::known(Reading { matched: true, ..state.reading }));
                } else if !state.reading.matched {
                    set(states, default, State::vague(open));
                }
            }
            _ => {}
        }
    }

    /// The winner's softmax share; the greatest is subtracted first, so nothing overflows.
    fn share(&self, states: &[State], greatest: f64, temperature: f64) -> f64 {
        let temperature = if temperature > 0.0 { temperature } else { 1.0 };
        let contending = self.members.iter().filter_map(|slot| contends(at(states, *slot)));
        let weights = contending.map(|confidence| libm::exp((confidence - greatest) / temperature));
        1.0 / weights.fold(0.0, |sum, weight| sum + weight)
    }
}

/// The confidence of a member that fired with one.
fn contends(state: State) -> Option<f64> {
    state.reading.confidence.filter(|_| state.reading.matched)
}

fn at(states: &[State], slot: u16) -> State {
    states.get(usize::from(slot)).copied().unwrap_or(State::MISSED)
}

fn set(states: &mut [State], slot: u16, state: State) {
    if let Some(place) = states.get_mut(usize::from(slot)) {
        *place = state;
    }
}
