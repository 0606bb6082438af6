//! What predictions are worth: shares with intervals, ranks, calibration.

use serde::Serialize;

use super::draw::Draw;

/// A number and the middle 95 % of what resampled cases make of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

const RESAMPLES: usize = 1000;

/// A measure over cases, with a percentile interval by a bootstrap from the seed. `None` where the measure says nothing
/// of the cases; resamples of which it says nothing are left out.
pub fn estimate<T: Clone>(cases: &[T], seed: u64, measure: impl Fn(&[T]) -> Option<f64>) -> Option<Estimate> {
    let value = measure(cases)?;
    let mut draw = Draw::new(seed);
    let resample = |_| {
        let drawn: Vec<T> = (0..cases.len()).map(|_| cases[draw.below(cases.len())].clone()).collect();
        measure(&drawn)
    };
    let mut values: Vec<f64> = (0..RESAMPLES).filter_map(resample).collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get(((values.len() as f64 - 1.0) * share).round() as usize).copied();
    Some(Estimate { value, low: at(0.025).unwrap_or(value), high: at(0.975).unwrap_or(value) })
}

pub fn accuracy(right: &[bool]) -> f64 {
    right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

/// How often a thing was, was said, and both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub hits: usize,
    pub false_alarms: usize,
    pub misses: usize,
    pub rightly_silent: usize,
}

impl Counts {
    /// Of pairs of what is so and what was said.
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Counts {
        let mut counts = Counts::default();
        for pair in pairs {
            match pair {
                (true, true) => counts.hits += 1,
                (false, true) => counts.false_alarms += 1,
                (true, false) => counts.misses += 1,
                (false, false) => counts.rightly_silent += 1,
            }
        }
        counts
    }

    pub fn precision(self) -> Option<f64> {
        share(self.hits, self.hits + self.false_alarms)
    }

    pub fn recall(self) -> Option<f64> {
        share(self.hits, self.hits + self.misses)
    }

    pub fn false_positive_rate(self) -> Option<f64> {
        share(self.false_alarms, self.false_alarms + self.rightly_silent)
    }

    pub fn f1(self) -> Option<f64> {
        share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The chance that a positive case scores above a negative one; equals count half.
pub fn area_under_curve(scored: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let positives = sorted.iter().filter(|(_, positive)| *positive).count();
    let negatives = sorted.len() - positives;
    let (mut rank, mut sum) = (0, 0.0);
    for equals in sorted.chunk_by(|one, other| one.0 == other.0) {
        // Ranks start at 1; equals share their mean rank.
        let mean = rank as f64 + (equals.len() as f64 + 1.0) / 2.0;
        sum += mean * equals.iter().filter(|(_, positive)| *positive).count() as f64;
        rank += equals.len();
    }
    let least = (positives * (positives + 1)) as f64 / 2.0;
    (positives > 0 && negatives > 0).then(|| (sum - least) / (positives * negatives) as f64)
}

/// The mean distance between what was claimed and what came true, over ten bins of equal width.
pub fn calibration_error(claims: &[(f64, bool)]) -> f64 {
    let gap = |bin: usize| {
        let of_bin = claims.iter().filter(|(claim, _)| ((claim * 10.0) as usize).min(9) == bin);
        let (claimed, true_ones) = of_bin.fold((0.0, 0.0), |(claimed, came), (claim, right)| {
            (claimed + claim, came + f64::from(u8::from(*right)))
        });
        f64::abs(claimed - true_ones)
    };
    (0..10).map(gap).sum::<f64>() / claims.len().max(1) as f64
}

/// The smallest number that at least this share of them does not exceed.
pub fn percentile(numbers: &[f64], share: f64) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_shares() {
        let counts = Counts::of([(true, true), (true, true), (true, false), (false, true), (false, false)]);
        assert_eq!(counts, Counts { hits: 2, false_alarms: 1, misses: 1, rightly_silent: 1 });
        assert_eq!(counts.precision(), Some(2.0 / 3.0));
        assert_eq!(counts.recall(), Some(2.0 / 3.0));
        assert_eq!(counts.f1(), Some(2.0 / 3.0));
        assert_eq!(counts.false_positive_rate(), Some(0.5));
        assert_eq!(Counts::default().precision(), None);
    }

    #[test]
    fn the_area_counts_pairs_in_order() {
        for (scored, expected) in [
            (vec![(0.9, true), (0.1, false)], Some(1.0)),
            (vec![(0.1, true), (0.9, false)], Some(0.0)),
            (vec![(0.5, true), (0.5, false)], Some(0.5)),
            // Of four pairs three are in order.
            (vec![(0.8, true), (0.4, true), (0.6, false), (0.2, false)], Some(0.75)),
            (vec![(0.8, true)], None),
        ] {
            assert_eq!(area_under_curve(&scored), expected, "{scored:?}");
        }
    }

    #[test]
    fn calibration_is_the_gap_between_claim_and_truth() {
        assert_eq!(calibration_error(&[(1.0, true), (0.0, false)]), 0.0);
        assert!((calibration_error(&[(0.75, true), (0.75, false)]) - 0.25).abs() < 1e-12);
        assert!((calibration_error(&[(0.95, false), (0.05, false)]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let numbers = [4.0, 1.0, 3.0, 2.0];
        for (share, expected) in [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (0.99, 4.0), (1.0, 4.0)] {
            assert_eq!(percentile(&numbers, share), Some(expected), "{share}");
        }
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn intervals_hold_the_value_and_repeat() {
        let cases: Vec<bool> = (0..100).map(|number| number % 4 != 0).collect();
        let measure = |cases: &[bool]| Some(accuracy(cases));
        let found = estimate(&cases, 1, measure).expect("an estimate");
        assert_eq!(found.value, 0.75);
        // Two standard errors of a share of ¾ of 100 are 0.087.
        assert!((found.low - 0.663).abs() < 0.02 && (found.high - 0.837).abs() < 0.02, "{found:?}");
        assert_eq!(estimate(&cases, 1, measure), Some(found));
        assert_eq!(estimate(&cases, 1, |_| None), None);
    }
}
