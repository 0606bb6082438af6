//! A line of slots in which every request keeps its slot for a time that is known when it arrives.
//!
//! This is the model behind the formulas, without their approximations: general service, any number of slots, order of
//! arrival.

use super::draw::Draw;
use super::soonest::Slots;
use crate::hardware::Profile;
use crate::random::{Random, Xoshiro};
use crate::sizing::{Demand, Population};

#[derive(Clone, Debug)]
pub struct Station<'p> {
    pub profile: &'p Profile,
    pub context: u32,
    pub instances: u32,
    pub population: &'p Population,
    /// Requests of this population a second.
    pub rate: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    pub ttft_p50_s: f64,
    pub ttft_p99_s: f64,
    pub wait_mean_s: f64,
    /// The share of arrivals that waited.
    pub waited: f64,
    /// Slot time used over slot time there was.
    pub utilisation: f64,
}

impl Station<'_> {
    /// Simulates `requests` after a fifth as many to warm up; `None` where not one request fits or none come.
    pub fn run(&self, requests: u32, seed: u64, run: u64) -> Option<Measured> {
        let demand = Demand::new(self.population, self.profile, self.context)?;
        if self.rate <= 0.0 || requests == 0 {
            return None;
        }
        let draw = Draw::new(self.population);
        let mut random = Xoshiro::of_run(seed, run);
        let count = self.instances as usize * demand.slots as usize;
        let mut slots = Slots::new(count);
        let mut ttft = Vec::with_capacity(requests as usize);
        let (mut now, mut start_of_count) = (0.0, 0.0);
        let (mut waits, mut waited, mut served) = (0.0, 0_u32, 0.0);
        let warm = requests / 5;
        for nth in 0..warm + requests {
            now += random.exponential(self.rate);
            let (prompt, answer) = draw.request(&mut random);
            let service = self.profile.service_s(prompt, answer, demand.slots);
            let start = slots.first().max(now);
            slots.take_until(start + service);
            if nth == warm {
                start_of_count = now;
            }
            if nth >= warm {
                let wait = start - now;
                waits += wait;
                waited += u32::from(wait > 0.0);
                served += service;
                ttft.push(wait + self.profile.own_prefill_s(prompt, demand.slots, demand.tokens));
            }
        }
        let n = f64::from(requests);
        let measured = |ttft: &mut Vec<f64>, share: f64| {
            let nth = ((share * n).ceil() as usize).clamp(1, ttft.len()) - 1;
            *ttft.select_nth_unstable_by(nth, f64::total_cmp).1
        };
        Some(Measured {
            ttft_p50_s: measured(&mut ttft, 0.5),
            ttft_p99_s: measured(&mut ttft, 0.99),
            wait_mean_s: waits / n,
            waited: f64::from(waited) / n,
            utilisation: served / ((now - start_of_count) * count as f64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::{SlotCap, manual};
    use crate::queueing::Queue;
    use crate::simulate::{Interval, replicate};
    use crate::workload::Cdf;

    /// A slot's time is a millisecond for each token of the answer.
    fn clockwork(slots: u32) -> Profile {
        Profile {
            weights_s: 0.001,
            sequence_s: 0.0,
            kv_blocks: u64::from(u32::MAX),
            cap: SlotCap::Sequences(slots),
            ..manual::a100()
        }
    }

    /// Mean wait over some runs, and how busy the slots were.
    fn measured(cdf: &Cdf, slots: u32, utilisation: f64) -> (Interval, f64, f64) {
        let population = Population::whole(cdf, 0.0);
        let profile = clockwork(slots);
        let demand = Demand::new(&population, &profile, 1000).unwrap();
        let rate = utilisation * f64::from(slots) / demand.service_s;
        let station =
            Station { profile: &profile, context: 1000, instances: 1, population: &population, rate };
        let runs = replicate(12, 2, |run| station.run(60_000, 3, run).unwrap());
        let busy = runs.iter().map(|run| run.utilisation).sum::<f64>() / runs.len() as f64;
        let waits: Vec<f64> = runs.iter().map(|run| run.wait_mean_s).collect();
        let formula = Queue::new(slots, rate, 1.0 / demand.service_s, demand.scv).mean_s();
        (Interval::of(&waits), formula, busy)
    }

    /// M/D/1: the mean wait is ρ/(2μ(1 − ρ)), which Kimura's formula gives exactly.
    #[test]
    fn even_service_waits_as_in_the_textbook() {
        let even = Cdf::new([(499, 0.0), (500, 1.0)]).unwrap();
        for utilisation in [0.5, 0.8] {
            let (wait, formula, busy) = measured(&even, 1, utilisation);
            let service_s = 0.5;
            let textbook = utilisation * service_s / (2.0 * (1.0 - utilisation));
            assert!((formula / textbook - 1.0).abs() < 1e-3, "{formula} {textbook}");
            assert!((wait.mean - textbook).abs() < wait.half_width * 1.5, "{wait:?} {textbook}");
            assert!((busy - utilisation).abs() < 0.01, "{busy}");
        }
    }

    /// M/M/c: the mean wait is C/(cμ − λ).
    #[test]
    fn exponential_service_waits_as_in_the_textbook() {
        let tokens = (1..200).map(|nth| nth * 50);
        let mut points: Vec<(u32, f64)> =
            tokens.map(|at| (at, 1.0 - (-f64::from(at) / 1000.0).exp())).collect();
        points.push((20_000, 1.0));
        let exponential = Cdf::new(points).unwrap();
        for (slots, utilisation) in [(1, 0.7), (4, 0.8), (20, 0.9)] {
            let (wait, formula, busy) = measured(&exponential, slots, utilisation);
            assert!((wait.mean - formula).abs() < wait.half_width * 1.5, "{slots}: {wait:?} {formula}");
            assert!((busy - utilisation).abs() < 0.02, "{slots}: {busy}");
        }
    }

    #[test]
    fn a_seed_is_one_result() {
        let cdf = Cdf::new([(100, 1.0)]).unwrap();
        let population = Population::whole(&cdf, 0.5);
        let profile = clockwork(3);
        let station =
            Station { profile: &profile, context: 100, instances: 2, population: &population, rate: 50.0 };
        assert_eq!(station.run(1000, 1, 0), station.run(1000, 1, 0));
        assert_ne!(station.run(1000, 1, 0), station.run(1000, 1, 1));
        assert!(Station { rate: 0.0, ..station }.run(1000, 1, 0).is_none());
    }
}
