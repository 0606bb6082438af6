//! Sources of randomness: always a generator that somebody seeded, never the machine's own.

mod mersenne;
mod xoshiro;

pub use mersenne::Mersenne;
pub use xoshiro::Xoshiro;

/// What the simulators draw from.
pub trait Random {
    /// Uniform in `[0, 1)`.
    fn unit(&mut self) -> f64;

    /// Uniform among the whole numbers `low..=high`; `low` where the interval is empty.
    fn between(&mut self, low: u32, high: u32) -> u32;

    /// The time to the next of events that come at `rate` a second.
    fn exponential(&mut self, rate: f64) -> f64 {
        -(1.0 - self.unit()).ln() / rate
    }

    /// An index, by weights that need not sum to one.
    fn choice(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mark = self.unit() * total;
        let mut sum = 0.0;
        for (index, weight) in weights.iter().enumerate() {
            sum += weight;
            if mark < sum {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }
}
