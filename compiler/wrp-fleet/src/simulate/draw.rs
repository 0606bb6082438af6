//! Drawing requests from a population, in constant time.

use crate::random::Random;
use crate::sizing::{Part, Population};

/// A population with a table that finds the part a number falls into.
#[derive(Clone, Debug)]
pub struct Draw {
    parts: Vec<Part>,
    /// Where each part ends, in shares of the population.
    ends: Vec<f64>,
    /// The first part that each of equal shares can fall into.
    guide: Vec<u32>,
}

impl Draw {
    pub fn new(population: &Population) -> Draw {
        const SHARES: usize = 256;
        let whole = population.mass();
        let mut sum = 0.0;
        let ends: Vec<f64> = population
            .parts
            .iter()
            .map(|part| {
                sum += part.span.mass / whole;
                sum
            })
            .collect();
        let first = |share: usize| ends.partition_point(|end| *end < share as f64 / SHARES as f64);
        let guide = (0..SHARES).map(|share| first(share) as u32).collect();
        Draw { parts: population.parts.clone(), ends, guide }
    }

    /// Tokens of a prompt and its answer; one each where the population is empty.
    pub fn request(&self, random: &mut impl Random) -> (u32, u32) {
        let u = random.unit();
        let mut nth = self.guide[(u * self.guide.len() as f64) as usize] as usize;
        while nth + 1 < self.ends.len() && self.ends[nth] < u {
            nth += 1;
        }
        match self.parts.get(nth) {
            Some(part) => part.served(random.between(part.span.first, part.span.last)),
            None => (1, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Xoshiro;
    use crate::workload::Cdf;

    #[test]
    fn draws_follow_the_distribution() {
        let cdf = Cdf::new([(100, 0.25), (101, 0.25), (1000, 0.9), (5000, 1.0)]).unwrap();
        let draw = Draw::new(&Population::whole(&cdf, 0.8));
        let mut random = Xoshiro::new(3);
        let n = 100_000;
        let lengths: Vec<u32> = (0..n).map(|_| draw.request(&mut random)).map(|(p, a)| p + a).collect();
        for tokens in [50, 100, 500, 1000, 3000, 5000] {
            let share = lengths.iter().filter(|length| **length <= tokens).count() as f64 / f64::from(n);
            assert!((share - cdf.share(tokens)).abs() < 0.006, "{tokens}: {share}");
        }
    }
}
