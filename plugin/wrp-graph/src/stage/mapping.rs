//! Bands over a score.

use serde::Serialize;

use crate::bounds::Bounds;
use crate::reading::Reading;
use crate::stage::Interval;
use crate::state::{Open, State};
use crate::wire::wire;

/// The first band that holds fires, or all that hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mapping {
    /// The number of the score.
    pub score: u16,
    pub multi_emit: bool,
    /// Of the sigmoid over the distance to the nearest bound.
    pub slope: f64,
    pub bands: Vec<Band>,
}

wire!(Mapping { score, multi_emit, slope, bands });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    pub slot: u16,
    pub bounds: Bounds,
}

wire!(Band { slot, bounds });

impl Mapping {
    pub(crate) fn run(&self, states: &mut [State], score: Interval) {
        // Whether a band is reached at all, and whether it is reached wherever the score lies.
        let (mut reached, mut surely) = (true, true);
        for band in &self.bands {
            let everywhere = band.bounds.above(score.least) && band.bounds.below(score.most);
            let somewhere = band.bounds.above(score.most) && band.bounds.below(score.least);
            if everywhere && surely {
                fire(states, band.slot, self.confidence(band, score), score);
            } else if somewhere && reached {
                blur(states, band.slot, score);
            }
            if !self.multi_emit {
                reached &= !everywhere;
                surely &= !somewhere;
            }
        }
    }

    /// The least confidence over the interval: a band is convex, so it lies at one of the ends.
    fn confidence(&self, band: &Band, score: Interval) -> f64 {
        let at = |number: f64| 1.0 / (1.0 + libm::exp(-self.slope * band.bounds.distance(number)));
        at(score.least).min(at(score.most))
    }
}

fn fire(states: &mut [State], slot: u16, confidence: f64, score: Interval) {
    if let Some(state) = states.get_mut(usize::from(slot)) {
        let open = if score.open { Open::Confidence } else { Open::Nothing };
        *state = State { reading: Reading::confident(true, confidence), open };
    }
}

/// The band may fire. Where the same output has fired before, only its confidence is in doubt.
fn blur(states: &mut [State], slot: u16, score: Interval) {
    if let Some(state) = states.get_mut(usize::from(slot)) {
        if !state.reading.matched {
            *state = State::vague(score.open || state.is_open());
        } else if score.open {
            state.open = Open::Confidence;
            state.reading.confidence = Some(0.0);
        }
    }
}
