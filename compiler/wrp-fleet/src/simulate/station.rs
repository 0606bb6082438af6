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
