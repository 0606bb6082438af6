//! Prefill and decoding on instances of their own: when it pays.
//!
//! Together, every prefill holds up all sequences of its instance, so a bound on the time per token limits the batch. Apart,
//! decoding is undisturbed and prefill instances do nothing else, but each prompt's cache must be moved and two pools
//! must be kept. What is cheaper depends on the prompts' share of the work; both are sized and compared.

use super::{Bounds, Demand, Population, Sized, size};
use crate::hardware::{Prefill, Profile, SlotCap};
use crate::queueing::Queue;

#[derive(Clone, Debug)]
pub struct Disagg<'p> {
    pub prefill: &'p Profile,
    pub decode: &'p Profile,
    /// What serves both phases where they are together.
    pub together: &'p Profile,
    pub context: u32,
    pub bounds: Bounds,
    pub tpot_bound_s: f64,
    /// Bytes of the cache of one token, and bytes a second between instances.
    pub cache_bytes: f64,
    pub link_bytes_per_s: f64,
}

/// One way to serve a workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phases {
    /// 0 where both phases are together.
    pub prefill: u32,
    pub decode: u32,
    pub gpus: u32,
    pub ttft_p99_s: f64,
    pub tpot_s: f64,
    /// Concurrent sequences that an instance is held to.
    pub slots: u32,
    pub price_per_hour: f64,
    pub meets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    pub together: Phases,
    pub apart: Phases,
}

impl Verdict {
    /// Whether the phases should be apart: it meets the bounds and together does not, or it costs less.
    pub fn apart_pays(&self) -> bool {
        match (self.apart.meets, self.together.meets) {
            (apart, together) if apart != together => apart,
            _ => self.apart.price_per_hour < self.together.price_per_hour,
        }
    }
}

impl Disagg<'_> {
    /// `None` where the context fits no instance or nobody asks.
    pub fn decide(&self, population: &Population, rate: f64) -> Option<Verdict> {
        Some(Verdict { together: self.together(population, rate)?, apart: self.apart(population, rate)? })
    }

    /// The largest batch whose steps, prefills among them, keep the time per token.
    fn together(&self, population: &Population, rate: f64) -> Option<Phases> {
        let most = self.together.slots(self.context);
        let at = |slots: u32| {
            let profile = Profile { cap: SlotCap::Sequences(slots), ..self.together.clone() };
            let demand = Demand::new(population, &profile, self.context)?;
            let sized = size(rate, &demand, &profile, &self.bounds);
            Some((mixed_tpot_s(rate, &sized, &demand), sized))
        };
        let (mut low, mut high) = (1, most.max(1));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let keeps = at(middle).is_some_and(|(tpot_s, _)| tpot_s <= self.tpot_bound_s);
            if keeps { low = middle } else { high = middle - 1 }
        }
        let (tpot_s, sized) = at(low)?;
        Some(Phases {
            prefill: 0,
            decode: sized.instances,
            gpus: sized.instances * self.together.gpus,
            ttft_p99_s: sized.ttft_p99_s,
            tpot_s,
            slots: low,
            price_per_hour: f64::from(sized.instances) * self.together.price_per_hour,
            meets: sized.meets && tpot_s <= self.tpot_bound_s,
        })
    }

    fn apart(&self, population: &Population, rate: f64) -> Option<Phases> {
        let prefill = PrefillPool::of(population, self)?;
        let prefills = prefill.instances(rate, &self.bounds);
        let ttft_p99_s = prefill.ttft_p99_s(rate, prefills);
        let slots = self.decode_slots(population)?;
        let decode = Demand::new(population, &self.decode_profile(slots), self.context)?;
        let busy = rate / decode.instance_rate();
        let decodes = ((busy / self.bounds.busiest).ceil() as u32).max(busy.ceil() as u32 + 1);
        let active = busy / f64::from(decodes) * f64::from(slots);
        let tpot_s = self.decode.step_s(active, decode.tokens);
        Some(Phases {
            prefill: prefills,
            decode: decodes,
            gpus: prefills * self.prefill.gpus + decodes * self.decode.gpus,
            ttft_p99_s,
            tpot_s,
            slots,
            price_per_hour: f64::from(prefills) * self.prefill.price_per_hour
                + f64::from(decodes) * self.decode.price_per_hour,
            meets: ttft_p99_s <= self.bounds.ttft_s && tpot_s <= self.tpot_bound_s,
        })
    }

    /// The most sequences whose step, all slots taken, keeps the time per token.
    fn decode_slots(&self, population: &Population) -> Option<u32> {
        let tokens = Demand::new(population, self.decode, self.context)?.tokens;
        let per_sequence = self.decode.step_s(1.0, tokens) - self.decode.weights_s;
        let by_time = ((self.tpot_bound_s - self.decode.weights_s) / per_sequence).max(1.0);
        Some(self.decode.slots(self.context).min(by_time.min(f64::from(u32::MAX)) as u32))
    }

    /// Decoding alone: a prompt costs the one step in which its cache is taken over.
    fn decode_profile(&self, slots: u32) -> Profile {
        let cap = SlotCap::Sequences(slots);
        Profile { cap, prefill: Prefill::AsDecode, chunk_tokens: u32::MAX, ..self.decode.clone() }
    }
}

/// Mean time per token when chunks of prompts are among the steps.
fn mixed_tpot_s(rate: f64, sized: &Sized, demand: &Demand) -> f64 {
    if !demand.shared_prefill {
        return sized.tpot_s;
    }
    let busy = rate / f64::from(sized.instances) * demand.mean_prefill_s();
    // In the share of time that prefills take, tokens come by the chunk's step rather than the decoding one.
    sized.tpot_s / (1.0 - busy).max(1e-9)
}

/// Instances that take in one prompt after the other, and send its cache on.
struct PrefillPool {
    /// Mean time of a prompt, and its squared coefficient of variation.
    service_s: f64,
    scv: f64,
    values: Vec<(f64, f64)>,
}

impl PrefillPool {
    fn of(population: &Population, disagg: &Disagg<'_>) -> Option<PrefillPool> {
        let mass = population.mass();
        if mass <= 0.0 {
            return None;
        }
        let mut values: Vec<(f64, f64)> = population
            .points()
            .map(|(part, length, points)| {
                let (prompt, _) = part.served(length);
                let alone_s = disagg.prefill.own_prefill_s(prompt, 1, f64::from(prompt));
                let moved_s = f64::from(prompt) * disagg.cache_bytes / disagg.link_bytes_per_s;
                (alone_s + moved_s, points / mass)
            })
            .collect();
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mean: f64 = values.iter().map(|(value, mass)| value * mass).sum();
        let squares: f64 = values.iter().map(|(value, mass)| value * value * mass).sum();
        Some(PrefillPool { service_s: mean, scv: squares / (mean * mean) - 1.0, values })
    }

    fn exceeds(&self, bound_s: f64, rate: f64, instances: u32) -> f64 {
        let queue = Queue::new(instances, rate, 1.0 / self.service_s, self.scv);
        if queue.is_stable() { queue.exceeds(bound_s, self.values.iter().copied()) } else { 1.0 }
    }

    fn instances(&self, rate: f64, bounds: &Bounds) -> u32 {
        let busy = rate * self.service_s;
        let mut instances = ((busy / bounds.busiest).ceil() as u32).max(busy.ceil() as u32 + 1);
        let late: f64 =
            self.values.iter().filter(|(value, _)| *value > bounds.ttft_s).map(|(_, mass)| mass).sum();
        while late <= 0.01 && self.exceeds(bounds.ttft_s, rate, instances) > 0.01 {
            instances += 1;
        }
        instances
    }

    fn ttft_p99_s(&self, rate: f64, instances: u32) -> f64 {
        let (mut low, mut high) = (0.0, self.values.last().map_or(1.0, |(longest, _)| *longest));
        while self.exceeds(high, rate, instances) > 0.01 {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if self.exceeds(middle, rate, instances) > 0.01 { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::{Gpu, Model, Reading, Serving, build};
    use crate::workload::Cdf;

    fn verdict(prompt_share: f64, tpot_bound_s: f64) -> Verdict {
        let model = Model::named("llama-3.1-70b", Reading::Corrected).unwrap();
        let serving = Serving { gpus: 8, ..Serving::default() };
        let h100 = build(&Gpu::named("h100").unwrap(), &model, &serving, Reading::Corrected);
        let disagg = Disagg {
            prefill: &h100,
            decode: &h100,
            together: &h100,
            context: 16_384,
            bounds: Bounds { ttft_s: 2.0, busiest: 0.85 },
            tpot_bound_s,
            cache_bytes: model.cache_bytes(2.0),
            link_bytes_per_s: 50e9,
        };
        let cdf = Cdf::new([(1024, 0.3), (4096, 0.7), (16_384, 1.0)]).unwrap();
        disagg.decide(&Population::whole(&cdf, prompt_share), 60.0).unwrap()
    }

    #[test]
    fn both_ways_keep_bounds_that_can_be_kept() {
        for share in [0.5, 0.8, 0.95] {
            let verdict = verdict(share, 0.1);
            assert!(verdict.apart.meets && verdict.together.meets, "{share}: {verdict:?}");
            assert!(verdict.apart.prefill > 0 && verdict.apart.decode > 0);
        }
    }

    #[test]
    fn a_tight_time_per_token_speaks_for_apart() {
        let premium = |verdict: &Verdict| verdict.apart.price_per_hour / verdict.together.price_per_hour;
        let (loose, tight) = (verdict(0.8, 0.2), verdict(0.8, 0.012));
        assert!(premium(&tight) < premium(&loose), "{loose:?} {tight:?}");
    }

    /// Physical: one eight-GPU instance cannot take in millions of tokens a second.
    #[test]
    fn prefill_needs_instances_in_proportion_to_its_arithmetic() {
        let verdict = verdict(0.95, 0.1);
        assert!(verdict.apart.prefill >= 4, "{verdict:?}");
    }
}
