//! How often something happens: what was counted, and what that says about all requests.

use statrs::function::beta::beta_reg;

/// So many of so many, with the interval of Clopper and Pearson: it holds the true rate with at least the confidence
/// that was asked for, if the prompts are drawn as requests come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub hits: usize,
    pub prompts: usize,
    pub low: f64,
    pub high: f64,
}

impl Rate {
    /// `alpha` is shared by both ends. Of no prompts nothing is known.
    pub fn of(hits: usize, prompts: usize, alpha: f64) -> Rate {
        let (low, high) = (low(hits, prompts, alpha / 2.0), high(hits, prompts, alpha / 2.0));
        Rate { hits, prompts, low, high }
    }

    pub fn share(&self) -> f64 {
        if self.prompts == 0 { 0.0 } else { self.hits as f64 / self.prompts as f64 }
    }
}

/// The rate below which so many hits or more have the probability `tail`: Beta(tail; k, n − k + 1).
pub(super) fn low(hits: usize, prompts: usize, tail: f64) -> f64 {
    match hits {
        0 => 0.0,
        _ => 1.0 - high(prompts - hits, prompts, tail),
    }
}

/// The rate above which so few hits or fewer have the probability `tail`: Beta(1 − tail; k + 1, n − k).
pub(super) fn high(hits: usize, prompts: usize, tail: f64) -> f64 {
    match (hits, prompts - hits) {
        (_, 0) => 1.0,
        // tail = (1 − rate)ⁿ
        (0, _) => -libm::expm1(libm::log(tail) / prompts as f64),
        (_, missed) => quantile((hits + 1) as f64, missed as f64, 1.0 - tail),
    }
}

/// Where the beta distribution reaches a probability, from above. The crate's own inverse is off by a part in ten
/// thousand at a million prompts, and on the wrong side; its distribution function is not.
fn quantile(one: f64, other: f64, probability: f64) -> f64 {
    let (mut below, mut above) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            return above;
        }
        *(if beta_reg(one, other, middle) < probability { &mut below } else { &mut above }) = middle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that tables print, to the digits that they print.
    #[test]
    fn intervals_are_those_of_the_tables() {
        for (hits, prompts, low, high) in [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (5, 10, 0.1871, 0.8129),
            (10, 10, 0.6915, 1.0),
            (0, 20, 0.0, 0.1684),
            (1, 20, 0.0013, 0.2487),
            (10, 20, 0.2720, 0.7280),
            (5, 100, 0.0164, 0.1128),
            (0, 1000, 0.0, 0.0037),
            (59, 15_044, 0.0030, 0.0051),
        ] {
            let rate = Rate::of(hits, prompts, 0.05);
            let rounded = |number: f64| (number * 1e4).round() / 1e4;
            assert_eq!((rounded(rate.low), rounded(rate.high)), (low, high), "{hits} of {prompts}");
        }
        assert_eq!(Rate::of(0, 0, 0.05), Rate { hits: 0, prompts: 0, low: 0.0, high: 1.0 });
    }

    /// At the ends of an interval, what was counted has just the probability of the tail.
    #[test]
    fn the_ends_are_where_the_binomial_tails_say() {
        for (hits, prompts) in [(1, 8), (3, 17), (40, 100), (15, 17)] {
            let tail = |rate: f64, wanted: &dyn Fn(usize) -> bool| -> f64 {
                let mut chance = (1.0 - rate).powi(prompts);
                let mut sum = 0.0;
                for count in 0..=prompts as usize {
                    sum += if wanted(count) { chance } else { 0.0 };
                    chance *= (prompts as usize - count) as f64 / (count + 1) as f64 * rate / (1.0 - rate);
                }
                sum
            };
            let rate = Rate::of(hits, prompts as usize, 0.05);
            let (most, least) =
                (tail(rate.high, &|count| count <= hits), tail(rate.low, &|count| count >= hits));
            assert!(
                (most - 0.025).abs() < 1e-9 && (least - 0.025).abs() < 1e-9,
                "{hits} of {prompts}: {most} {least}"
            );
        }
    }
}
