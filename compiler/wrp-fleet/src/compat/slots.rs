//! The reference's check of a sizing: slots that take requests in order, drawn with the seed 42.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::calibrate::{interval, prefill_s, prompt_and_answer};
use super::sweep::{Row, Setting};
use crate::hardware::Profile;
use crate::random::{Mersenne, Random};
use crate::time::Time;
use crate::workload::Cdf;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified {
    pub short_p99_ms: f64,
    pub long_p99_ms: f64,
}

/// Simulates both pools of a row one after the other, from one generator.
pub fn verify(cdf: &Cdf, rate: f64, setting: &Setting<'_>, row: &Row, requests: u32) -> Verified {
    let (compressed_to, short_share) = setting.shares(cdf, row.gamma);
    let (short_rate, long_rate) = (short_share * rate, (1.0 - short_share) * rate);
    let mut random = Mersenne::new(42);
    let short_cdf = setting.short_cdf(cdf);
    let short_slots = setting.short.slots(setting.boundary);
    let short = Station { profile: setting.short, instances: row.short, slots: short_slots };
    let short_p99_ms = short.p99_ms(&mut random, short_rate, requests, |random| {
        let u = random.unit();
        let (above, knot) = interval(&short_cdf, u);
        random.between(above.max(1), knot.tokens)
    });
    let long_p99_ms = if long_rate > 0.1 && row.long > 0 {
        let long_cdf = setting.long_cdf(cdf, compressed_to);
        let long_slots = setting.long.slots(setting.long_context);
        let long = Station { profile: setting.long, instances: row.long, slots: long_slots };
        long.p99_ms(&mut random, long_rate, requests, |random| {
            let u = random.unit();
            let Some(cdf) = &long_cdf else {
                return random.between(compressed_to + 1, setting.long_context.max(compressed_to + 1));
            };
            let (above, knot) = interval(cdf, u);
            let low = if above == 0 { compressed_to } else { above } + 1;
            random.between(low, knot.tokens.max(low))
        })
    } else {
        0.0
    };
    Verified { short_p99_ms, long_p99_ms }
}

struct Station<'p> {
    profile: &'p Profile,
    instances: u32,
    slots: u32,
}

impl Station<'_> {
    /// A fifth as many requests as are counted come before, to warm up.
    fn p99_ms(
        &self,
        random: &mut Mersenne,
        rate: f64,
        requests: u32,
        mut draw: impl FnMut(&mut Mersenne) -> u32,
    ) -> f64 {
        let slots = (self.instances * self.slots).max(1);
        let mut free: BinaryHeap<Reverse<Time>> = (0..slots).map(|_| Reverse(Time(0.0))).collect();
        let warm = requests / 5;
        let mut waits = Vec::with_capacity(requests as usize);
        let mut now = 0.0;
        for nth in 0..requests + warm {
            now += random.exponential(rate.max(1e-9));
            let (prompt, answer) = prompt_and_answer(draw(random));
            let service = self.profile.service_s(prompt, answer, self.slots);
            if let Some(mut first) = free.peek_mut() {
                let start = first.0.0.max(now);
                first.0 = Time(start + service);
                if nth >= warm {
                    waits.push(start - now + prefill_s(self.profile, prompt));
                }
            }
        }
        waits.sort_by(f64::total_cmp);
        let nth = ((waits.len() as f64 * 0.99) as usize).saturating_sub(1);
        waits.get(nth).map_or(0.0, |wait| wait * 1000.0)
    }
}
