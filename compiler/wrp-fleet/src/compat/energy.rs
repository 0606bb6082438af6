//! Tokens per watt of pools and fleets, and how far power can be turned down, as the reference computes them.

use super::calibrate::{Calibration, calibrate, min_instances};
use crate::hardware::{Power, Profile};
use crate::queueing::p99_wait_s;
use crate::workload::{Cdf, Knot};

/// One pool's part in a fleet.
#[derive(Clone, Debug)]
pub struct Share<'p> {
    pub cdf: Cdf,
    pub rate: f64,
    pub profile: &'p Profile,
    pub context: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokensPerWatt {
    pub instances: u32,
    pub utilisation: f64,
    pub active: f64,
    pub instance_w: f64,
    pub tokens_per_watt: f64,
    /// Dollars per million output tokens.
    pub price_per_million: f64,
    pub p99_ms: f64,
    /// Sized for the bound, rather than for a utilisation that was asked for.
    pub sized: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FleetTokens {
    pub pools: Vec<TokensPerWatt>,
    pub tokens_per_watt: f64,
    pub price_per_million: f64,
    pub power_kw: f64,
    pub instances: u32,
    pub worst_p99_ms: f64,
}

/// Sized for the bound, or for the given utilisation.
pub fn tokens_per_watt(share: &Share<'_>, bound_ms: f64, utilisation: Option<f64>) -> TokensPerWatt {
    let pool = calibrate(&share.cdf, share.context, share.profile, 1);
    let answer = f64::from(mean_answer(&share.cdf));
    let instances = match utilisation {
        None => min_instances(share.rate, bound_ms / 1000.0, &pool),
        Some(wanted) => ((share.rate / (pool.rate * wanted.clamp(0.05, 0.95))).ceil() as u32).max(1),
    };
    let reached = share.rate / (f64::from(instances) * pool.rate);
    let active = reached * f64::from(pool.slots);
    let instance_w = share.profile.power.watts((active as u32).max(1), None);
    let price = f64::from(instances) * share.profile.price_per_hour / 3600.0;
    TokensPerWatt {
        instances,
        utilisation: reached,
        active,
        instance_w,
        tokens_per_watt: pool.rate * reached * answer / instance_w,
        price_per_million: price / (share.rate * answer) * 1e6,
        p99_ms: p99_ms(instances, share.rate, &pool, pool.slots),
        sized: utilisation.is_none(),
    }
}

pub fn fleet_tokens(shares: &[Share<'_>], bound_ms: f64) -> FleetTokens {
    let pools: Vec<TokensPerWatt> =
        shares.iter().map(|share| tokens_per_watt(share, bound_ms, None)).collect();
    let sum = |of: &dyn Fn(&Share<'_>, &TokensPerWatt) -> f64| -> f64 {
        shares.iter().zip(&pools).map(|(share, pool)| of(share, pool)).sum()
    };
    let tokens = sum(&|share, _| share.rate * f64::from(mean_answer(&share.cdf)));
    let power_w = sum(&|_, pool| f64::from(pool.instances) * pool.instance_w);
    let price = sum(&|share, pool| f64::from(pool.instances) * share.profile.price_per_hour / 3600.0);
    FleetTokens {
        tokens_per_watt: tokens / power_w,
        price_per_million: price / tokens * 1e6,
        power_kw: power_w / 1000.0,
        instances: pools.iter().map(|pool| pool.instances).sum(),
        worst_p99_ms: pools.iter().map(|pool| pool.p99_ms).fold(0.0, f64::max),
        pools,
    }
}

/// A fifth of the mean length, in whole tokens.
pub fn mean_answer(cdf: &Cdf) -> u32 {
    let (mut mean, mut total, mut before) = (0.0, 0.0, (0, 0.0));
    for knot in cdf.knots() {
        let mass = knot.share - before.1;
        mean += (f64::from(before.0) + f64::from(knot.tokens - before.0) / 2.0) * mass;
        total += mass;
        before = (knot.tokens, knot.share);
    }
    ((0.2 * mean / total) as u32).max(1)
}

/// The requests up to the boundary, those above, and the share of the first.
pub fn split(cdf: &Cdf, boundary: u32) -> (Cdf, Cdf, f64) {
    let share = cdf.share(boundary).clamp(1e-6, 1.0 - 1e-6);
    let ending_in_one = |mut points: Vec<(u32, f64)>| {
        if let Some(last) = points.last_mut() {
            last.1 = 1.0;
        }
        Cdf::new(points.into_iter().map(|(tokens, share)| (tokens, share.min(1.0))))
            .expect("parts of a distribution, scaled, ascend to 1")
    };
    let (below, above): (Vec<&Knot>, Vec<&Knot>) =
        cdf.knots().iter().partition(|knot| knot.tokens <= boundary);
    let mut short: Vec<(u32, f64)> = below.iter().map(|knot| (knot.tokens, knot.share / share)).collect();
    if short.last().is_none_or(|(tokens, _)| *tokens < boundary) {
        short.push((boundary, 1.0));
    }
    let mut long: Vec<(u32, f64)> =
        above.iter().map(|knot| (knot.tokens, ((knot.share - share) / (1.0 - share)).max(0.0))).collect();
    if long.is_empty() {
        long.push((boundary + 1, 1.0));
    }
    (ending_in_one(short), ending_in_one(long), share)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridPoint {
    pub flex_percent: f64,
    pub slots: u32,
    pub instance_w: f64,
    pub power_kw: f64,
    pub p99_ms: f64,
    pub meets: bool,
}

/// Turns power down step by step, by admitting fewer sequences.
pub fn grid_flex(share: &Share<'_>, instances: u32, bound_ms: f64, steps: &[f64]) -> Vec<GridPoint> {
    let profile = share.profile;
    let full = profile.slots(share.context);
    let at = |flex_percent: f64| {
        let target = (profile.power.nominal_w() * (1.0 - flex_percent / 100.0)).max(profile.power.idle_w());
        let slots = full.min(profile.power.most_within_compat(target, most_slots(profile)));
        let throttled = profile.throttled(slots, share.context);
        let pool = calibrate(&share.cdf, share.context, &throttled, 1);
        let instance_w = profile.power.watts(slots, None);
        let p99_ms = p99_ms(instances, share.rate, &pool, slots);
        let power_kw = f64::from(instances) * instance_w / 1000.0;
        GridPoint { flex_percent, slots, instance_w, power_kw, p99_ms, meets: p99_ms <= bound_ms }
    };
    steps.iter().map(|&step| at(step)).collect()
}

/// Slots at the calibration length, which bound the search by power.
fn most_slots(profile: &Profile) -> u32 {
    match (profile.cap, profile.power) {
        (crate::hardware::SlotCap::AtCalibration(most), Power::Logistic { .. }) => most,
        _ => profile.slots(profile.calibration_tokens),
    }
}

fn p99_ms(instances: u32, rate: f64, pool: &Calibration, slots: u32) -> f64 {
    let slot_rate = pool.rate / f64::from(slots);
    (p99_wait_s(instances.saturating_mul(slots), rate, slot_rate, pool.scv) + pool.prefill_s) * 1000.0
}
