//! What a population asks of one instance: the mean and spread of its service, and of its prefill.

use super::Population;
use crate::hardware::{Prefill, Profile};

#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The population's share of all requests.
    pub mass: f64,
    pub slots: u32,
    /// Mean time that a request takes of a slot.
    pub service_s: f64,
    /// Squared coefficient of variation of that time.
    pub scv: f64,
    /// Times to the first token once first in line, with their probabilities, shortest first.
    pub prefill: Vec<(f64, f64)>,
    pub answer_tokens: f64,
    pub tokens: f64,
    /// A decoding step with every slot taken by sequences of the mean length.
    pub full_step_s: f64,
    /// Whether prefills of one instance stand in line for each other.
    pub shared_prefill: bool,
}

impl Demand {
    /// `None` where nobody asks, or where not one request of `context` tokens fits.
    pub fn new(population: &Population, profile: &Profile, context: u32) -> Option<Demand> {
        let slots = profile.slots(context);
        let mass = population.mass();
        if slots == 0 || mass <= 0.0 {
            return None;
        }
        let (mut tokens, mut answers) = (0.0, 0.0);
        let (mut sum, mut squares) = (0.0, 0.0);
        for (part, length, mass) in population.points() {
            let (prompt, answer) = part.served(length);
            let service = profile.service_s(prompt, answer, slots);
            sum += mass * service;
            squares += mass * service * service;
            tokens += mass * f64::from(prompt + answer);
            answers += mass * f64::from(answer);
        }
        let (mean, tokens) = (sum / mass, tokens / mass);
        let full_step_s = profile.step_s(f64::from(slots), tokens);
        Some(Demand {
            mass,
            slots,
            service_s: mean,
            scv: (squares / mass / (mean * mean) - 1.0).max(0.0),
            prefill: prefills(population, profile, slots, tokens),
            answer_tokens: answers / mass,
            tokens,
            full_step_s,
            shared_prefill: matches!(profile.prefill, Prefill::Shared(_)),
        })
    }

    /// Requests a second that one instance finishes with every slot taken.
    pub fn instance_rate(&self) -> f64 {
        f64::from(self.slots) / self.service_s
    }

    pub fn mean_prefill_s(&self) -> f64 {
        self.prefill.iter().map(|(value, mass)| value * mass).sum()
    }

    /// Squared coefficient of variation of the prefill.
    pub fn prefill_scv(&self) -> f64 {
        let mean = self.mean_prefill_s();
        let squares: f64 = self.prefill.iter().map(|(value, mass)| value * value * mass).sum();
        if mean > 0.0 { (squares / (mean * mean) - 1.0).max(0.0) } else { 0.0 }
    }
}

/// One entry for each number of chunks, at the mean of what such prompts take.
fn prefills(population: &Population, profile: &Profile, slots: u32, tokens: f64) -> Vec<(f64, f64)> {
    let mut by_chunks: Vec<(f64, f64)> = Vec::new();
    for (part, length, mass) in population.points() {
        let (prompt, _) = part.served(length);
        let nth = profile.chunks(prompt) as usize;
        if nth >= by_chunks.len() {
            by_chunks.resize(nth + 1, (0.0, 0.0));
        }
        by_chunks[nth].0 += mass * profile.own_prefill_s(prompt, slots, tokens);
        by_chunks[nth].1 += mass;
    }
    let whole = population.mass();
    by_chunks
        .into_iter()
        .filter(|(_, mass)| *mass > 0.0)
        .map(|(sum, mass)| (sum / mass, mass / whole))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::workload::Cdf;

    #[test]
    fn representative_lengths_agree_with_all_lengths() {
        let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
        let profile = manual::a100();
        let demand = Demand::new(&Population::whole(&cdf, 0.8), &profile, 8192).unwrap();
        let (mut sum, mut squares) = (0.0, 0.0);
        for span in cdf.spans(0, 8192) {
            for length in span.first..=span.last {
                let prompt = (f64::from(length) * 0.8) as u32;
                let service = profile.service_s(prompt.max(1), (length - prompt).max(1), 128);
                let mass = span.mass / f64::from(span.last - span.first + 1);
                sum += mass * service;
                squares += mass * service * service;
            }
        }
        assert!((demand.service_s / sum - 1.0).abs() < 1e-3, "{} {sum}", demand.service_s);
        assert!((demand.scv / (squares / (sum * sum) - 1.0) - 1.0).abs() < 1e-2);
        let total: f64 = demand.prefill.iter().map(|(_, mass)| mass).sum();
        assert!((total - 1.0).abs() < 1e-12);
        assert!(demand.prefill.is_sorted_by(|one, other| one.0 <= other.0));
    }

    #[test]
    fn nobody_and_nothing_that_fits_are_no_demand() {
        let cdf = Cdf::new([(512, 1.0)]).unwrap();
        let population = Population::whole(&cdf, 0.8);
        assert!(Demand::new(&Population::default(), &manual::a100(), 512).is_none());
        assert!(Demand::new(&population, &manual::a100().throttled(0, 512), 512).is_none());
    }
}
