//! Only the surest few of a family stay matched.

use serde::Serialize;

use crate::graph::Semantics;
use crate::reading::Reading;
use crate::state::State;
use crate::wire::wire;

/// Of the members that fired, the `limit` greatest confidences stay; the earlier member of equals. One that says
/// nothing of its confidence goes last.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Top {
    /// By name.
    pub members: Vec<u16>,
    pub limit: u32,
}

wire!(Top { members, limit });

impl Top {
    /// `room` is room to work in.
    pub(crate) fn run(&self, states: &mut [State], semantics: Semantics, room: &mut Vec<(u16, f64)>) {
        let limit = self.limit as usize;
        let (mut vague, mut open) = (0, false);
        room.clear();
        for &slot in &self.members {
            let Some(state) = states.get(usize::from(slot)) else { continue };
            if state.is_vague(semantics) {
                vague += 1;
                open |= state.is_open();
            } else if state.reading.matched {
                room.push((slot, state.reading.confidence.unwrap_or(0.0)));
            }
        }
        if room.len() + vague <= limit {
            return;
        }
        for (place, &(slot, confidence)) in room.iter().enumerate() {
            let goes_before =
                |other: usize, rival: f64| rival > confidence || (rival == confidence && other < place);
            let ahead =
                room.iter().enumerate().filter(|(other, (_, rival))| goes_before(*other, *rival)).count();
            let Some(state) = states.get_mut(usize::from(slot)) else { continue };
            if ahead >= limit {
                state.reading = Reading { matched: false, confidence: None, ..state.reading };
            } else if ahead + vague >= limit {
                *state = State::vague(open);
            }
        }
    }
}
