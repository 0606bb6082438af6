//! How long an arrival waits, with Kimura's correction for how variable service is.

use super::erlang_c;

/// The share of requests whose wait may be longer than what we call P99.
const TAIL: f64 = 0.01;

/// A station of slots that take requests in order of arrival.
///
/// `P(wait > t) = C·e^(−decay·t)`: exact for exponential service, Kimura's and Allen–Cunneen's approximation
/// otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// The probability to wait at all.
    pub waits: f64,
    /// Per second; 0 where the queue grows without end.
    pub decay: f64,
}

impl Queue {
    /// `rate` requests a second to `slots` slots, each of which serves `slot_rate` a second; `scv` is the squared
    /// coefficient of variation of the service time.
    pub fn new(slots: u32, rate: f64, slot_rate: f64, scv: f64) -> Queue {
        let load = rate / slot_rate;
        if slots == 0 || slot_rate <= 0.0 || load >= f64::from(slots) {
            return Queue { waits: 1.0, decay: 0.0 };
        }
        let spare = f64::from(slots) * slot_rate - rate;
        Queue { waits: erlang_c(slots, load), decay: 2.0 * spare / (1.0 + scv).max(1e-9) }
    }

    pub fn is_stable(&self) -> bool {
        self.decay > 0.0
    }

    pub fn mean_s(&self) -> f64 {
        self.waits / self.decay
    }

    /// The wait that 1 % of the requests exceed; `∞` where the queue grows without end.
    pub fn p99_s(&self) -> f64 {
        if !self.is_stable() {
            return f64::INFINITY;
        }
        if self.waits <= TAIL { 0.0 } else { (self.waits / TAIL).ln() / self.decay }
    }

    /// `P(wait + x > bound)` for an `x` of its own distribution, given as values with their masses.
    pub fn exceeds(&self, bound_s: f64, added: impl Iterator<Item = (f64, f64)>) -> f64 {
        added
            .map(|(value_s, mass)| match bound_s - value_s {
                left if left < 0.0 => mass,
                left => mass * self.waits * (-self.decay * left).exp(),
            })
            .sum()
    }
}

/// As [`Queue::p99_s`]; `∞` as well where there are no slots or no requests, as the reference has it.
pub fn p99_wait_s(slots: u32, rate: f64, slot_rate: f64, scv: f64) -> f64 {
    if slots == 0 || rate <= 0.0 || slot_rate <= 0.0 {
        return f64::INFINITY;
    }
    Queue::new(slots, rate, slot_rate, scv).p99_s()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M/M/1: P(W > t) = ρ·e^(−(μ−λ)t), mean ρ/(μ−λ).
    #[test]
    fn one_exponential_server_is_exact() {
        let queue = Queue::new(1, 0.9, 1.0, 1.0);
        assert!((queue.p99_s() - (0.9_f64 / 0.01).ln() / 0.1).abs() < 1e-9);
        assert!((queue.mean_s() - 9.0).abs() < 1e-9);
    }

    /// Pollaczek–Khinchine: an M/D/1 queue waits half as long as M/M/1 on average.
    #[test]
    fn even_service_halves_the_mean_wait() {
        let uneven = Queue::new(1, 0.8, 1.0, 1.0).mean_s();
        let even = Queue::new(1, 0.8, 1.0, 0.0).mean_s();
        assert!((even / uneven - 0.5).abs() < 1e-12);
        assert!((even - 0.8 / (2.0 * 0.2)).abs() < 1e-9);
    }

    #[test]
    fn waits_shrink_with_slots_and_grow_with_load() {
        let p99 = |slots, rate| Queue::new(slots, rate, 0.1, 1.5).p99_s();
        for slots in 10..40 {
            assert!(p99(slots + 1, 0.95) <= p99(slots, 0.95));
        }
        for step in 1..19 {
            let rate = f64::from(step) * 0.1;
            assert!(p99(20, rate) <= p99(20, rate + 0.1));
        }
        assert_eq!(p99(10, 1.0), f64::INFINITY);
    }

    #[test]
    fn what_is_added_shifts_the_tail() {
        let queue = Queue::new(1, 0.9, 1.0, 1.0);
        let alone = queue.exceeds(queue.p99_s(), [(0.0, 1.0)].into_iter());
        assert!((alone - 0.01).abs() < 1e-12);
        let shifted = queue.exceeds(queue.p99_s() + 5.0, [(5.0, 1.0)].into_iter());
        assert!((shifted - 0.01).abs() < 1e-12);
    }
}
