//! What a head is worth, on texts that it was not fitted on.

use super::Sample;
use super::fit::{Linear, fit, log_shares};
use crate::evaluate::draw::Draw;
use crate::evaluate::measure::{accuracy, calibration_error};

/// Cross-validated: every sample is judged by a head that has not seen it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub accuracy: f64,
    /// Mean negative logarithm of the right label's probability, in nats, at the temperature.
    pub log_loss: f64,
    /// Expected calibration error in ten bins, at the temperature and without one.
    pub calibration_error: f64,
    pub uncalibrated_error: f64,
    /// What logits are divided by so that the log-loss is least.
    pub temperature: f64,
}

/// Splits the samples into `folds` by the seed, label by label, so that each fold has its share of every label.
pub fn judge(samples: &[Sample], labels: usize, l2: f64, folds: usize, seed: u64) -> Judged {
    let fold_of = deal(samples, labels, folds.max(2), seed);
    let mut logits = vec![Vec::new(); samples.len()];
    for fold in 0..folds.max(2) {
        let others = samples.iter().zip(&fold_of).filter(|(_, of)| **of != fold);
        let head: Linear = fit(&others.map(|(sample, _)| sample.clone()).collect::<Vec<_>>(), labels, l2);
        for (at, sample) in samples.iter().enumerate().filter(|(at, _)| fold_of[*at] == fold) {
            logits[at] = head.logits(&sample.vector);
        }
    }
    let temperature = best_temperature(&logits, samples);
    let outcomes = |temperature: f64| -> Vec<(f64, bool)> {
        let judged = logits.iter().zip(samples).filter(|(logits, _)| !logits.is_empty());
        judged
            .map(|(logits, sample)| {
                let logs = log_shares(logits, temperature);
                let best =
                    (0..logs.len()).fold(0, |best, next| if logs[next] > logs[best] { next } else { best });
                (logs[best].exp(), best == sample.label)
            })
            .collect()
    };
    let cooled = outcomes(temperature);
    Judged {
        accuracy: accuracy(&cooled.iter().map(|(_, right)| *right).collect::<Vec<_>>()),
        log_loss: log_loss(&logits, samples, temperature),
        calibration_error: calibration_error(&cooled),
        uncalibrated_error: calibration_error(&outcomes(1.0)),
        temperature,
    }
}

fn deal(samples: &[Sample], labels: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut draw = Draw::new(seed);
    let mut fold_of = vec![0; samples.len()];
    let mut next = 0;
    for label in 0..labels {
        let mut of_label: Vec<usize> = (0..samples.len()).filter(|at| samples[*at].label == label).collect();
        draw.shuffle(&mut of_label);
        for at in of_label {
            fold_of[at] = next % folds;
            next += 1;
        }
    }
    fold_of
}

fn log_loss(logits: &[Vec<f64>], samples: &[Sample], temperature: f64) -> f64 {
    let losses =
        logits.iter().zip(samples).map(|(logits, sample)| -log_shares(logits, temperature)[sample.label]);
    losses.sum::<f64>() / samples.len().max(1) as f64
}

/// The log-loss has one valley over the logarithm of the temperature: a golden-section search finds it.
fn best_temperature(logits: &[Vec<f64>], samples: &[Sample]) -> f64 {
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (0.05_f64.ln(), 20.0_f64.ln());
    for _ in 0..60 {
        let (one, other) = (high - ratio * (high - low), low + ratio * (high - low));
        if log_loss(logits, samples, one.exp()) <= log_loss(logits, samples, other.exp()) {
            high = other;
        } else {
            low = one;
        }
    }
    f64::midpoint(low, high).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(count: usize) -> Vec<Sample> {
        // Every fifth label is wrong.
        (0..count)
            .map(|number| {
                let side = number % 2;
                let feature = if side == 0 { 1.0 } else { -1.0 };
                let label = if number % 5 == 4 { 1 - side } else { side };
                Sample { vector: [feature].as_slice().into(), label }
            })
            .collect()
    }

    #[test]
    fn a_head_is_judged_on_what_it_has_not_seen() {
        let judged = judge(&noisy(1000), 2, 1e-3, 5, 7);
        assert!((judged.accuracy - 0.8).abs() < 1e-9, "{judged:?}");
        assert!(judged.calibration_error < 0.05, "{judged:?}");
        // The entropy of a coin that falls on one side four times of five.
        assert!((judged.log_loss - 0.5).abs() < 0.02, "{judged:?}");
        assert_eq!(judge(&noisy(1000), 2, 1e-3, 5, 7), judged, "the seed decides all");
    }

    #[test]
    fn a_head_that_was_held_back_is_warmed_up_to_what_is_so() {
        let cautious = judge(&noisy(200), 2, 5.0, 5, 7);
        assert!(cautious.temperature < 1.0, "{cautious:?}");
        assert!(cautious.calibration_error < cautious.uncalibrated_error, "{cautious:?}");
    }

    #[test]
    fn every_fold_has_its_share_of_every_label() {
        let samples = noisy(100);
        let fold_of = deal(&samples, 2, 5, 1);
        for fold in 0..5 {
            let size = fold_of.iter().filter(|of| **of == fold).count();
            let first = (0..100).filter(|at| fold_of[*at] == fold && samples[*at].label == 0).count();
            assert_eq!((size, first), (20, 10));
        }
    }
}
