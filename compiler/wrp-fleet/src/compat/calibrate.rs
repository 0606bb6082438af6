//! Service times sampled from a slice of the length distribution, and instances for a rate.

use crate::hardware::Profile;
use crate::queueing::p99_wait_s;
use crate::random::{Mersenne, Random};
use crate::workload::{Cdf, Knot};

/// One pool of one population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Requests a second that one instance finishes.
    pub rate: f64,
    /// Squared coefficient of variation of the service time.
    pub scv: f64,
    pub slots: u32,
    /// Mean time of a request's own prefill.
    pub prefill_s: f64,
}

const SAMPLES: u32 = 3000;
const SEED: u32 = 42;

/// Draws 3,000 requests with the seed 42. Lengths beyond `context` count as `context`, those below `shortest` do not occur.
pub fn calibrate(cdf: &Cdf, context: u32, profile: &Profile, shortest: u32) -> Calibration {
    let mut random = Mersenne::new(SEED);
    let slots = profile.slots(context);
    let (mut sum, mut squares, mut prefill) = (0.0, 0.0, 0.0);
    for _ in 0..SAMPLES {
        let u = random.unit();
        let (above, knot) = interval(cdf, u);
        let (low, high) = (shortest.max(above + 1), context.min(knot.tokens));
        let length = if low <= high { random.between(low, high) } else { context };
        let (prompt, answer) = prompt_and_answer(length);
        let service = profile.service_s(prompt, answer, slots);
        sum += service;
        squares += service * service;
        prefill += prefill_s(profile, prompt);
    }
    let n = f64::from(SAMPLES);
    let mean = sum / n;
    Calibration {
        rate: f64::from(slots) / mean,
        scv: (squares / n / (mean * mean) - 1.0).max(0.01),
        slots,
        prefill_s: prefill / n,
    }
}

/// The first knot that `u` does not exceed, and the tokens of the one before.
pub(super) fn interval(cdf: &Cdf, u: f64) -> (u32, Knot) {
    let knots = cdf.knots();
    let nth = knots.iter().position(|knot| u <= knot.share).unwrap_or(knots.len() - 1);
    (nth.checked_sub(1).map_or(0, |before| knots[before].tokens), knots[nth])
}

/// Four fifths are prompt.
pub(super) fn prompt_and_answer(length: u32) -> (u32, u32) {
    let prompt = ((f64::from(length) * 0.8) as u32).max(1);
    (prompt, length.saturating_sub(prompt).max(1))
}

/// Every chunk costs a step of one sequence.
pub(super) fn prefill_s(profile: &Profile, prompt: u32) -> f64 {
    f64::from(profile.chunks(prompt)) * (profile.weights_s + profile.sequence_s)
}

/// The fewest instances that keep P99 of the wait within `bound_s`, with one to spare, at most 85 % busy.
pub fn min_instances(rate: f64, bound_s: f64, pool: &Calibration) -> u32 {
    const BUSIEST: f64 = 0.85;
    const MOST: u32 = 5000;
    if rate <= 0.0 {
        return 1;
    }
    let slot_rate = pool.rate / f64::from(pool.slots);
    let mut instances = ((rate / pool.rate).ceil() as u32).saturating_add(1);
    while p99_wait_s(instances.saturating_mul(pool.slots), rate, slot_rate, pool.scv) > bound_s {
        instances += 1;
        if instances > MOST {
            return instances;
        }
    }
    instances.max((rate / (pool.rate * BUSIEST)).ceil() as u32)
}
