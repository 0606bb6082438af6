//! Multinomial logistic regression, by L-BFGS.

use super::Sample;

/// One row of weights a label, and a bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Label by label; the last of each row is the bias.
    weights: Vec<f64>,
    width: usize,
}

impl Linear {
    pub fn logits(&self, vector: &[f32]) -> Vec<f64> {
        self.weights.chunks_exact(self.width).map(|row| dot(row, vector)).collect()
    }

    pub fn rows(&self) -> (Vec<Vec<f32>>, Vec<f32>) {
        let rows = self.weights.chunks_exact(self.width);
        let weights = rows.clone().map(|row| row[..self.width - 1].iter().map(|it| *it as f32).collect());
        (weights.collect(), rows.map(|row| row[self.width - 1] as f32).collect())
    }
}

fn dot(row: &[f64], vector: &[f32]) -> f64 {
    row.iter().zip(vector).map(|(weight, number)| weight * f64::from(*number)).sum::<f64>()
        + row[vector.len()]
}

/// How many steps the curvature is remembered for.
const MEMORY: usize = 8;
const MOST_STEPS: usize = 200;

/// The head with the least mean log-loss plus `l2 / 2` times the squares of its weights, biases excepted. Samples
/// have vectors of one size and labels below `labels`.
pub fn fit(samples: &[Sample], labels: usize, l2: f64) -> Linear {
    let width = samples.first().map_or(0, |sample| sample.vector.len()) + 1;
    let mut at = vec![0.0; labels * width];
    let (mut loss, mut slope) = loss(samples, &at, width, l2);
    let mut steps: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..MOST_STEPS {
        if slope.iter().map(|it| it * it).sum::<f64>().sqrt() < 1e-6 {
            break;
        }
        let direction = descend(&slope, &steps);
        let descent: f64 = inner(&direction, &slope);
        // Backtracking: the first step is a guess of scale, later ones are near 1.
        let mut length =
            if steps.is_empty() { 1.0 / slope.iter().map(|it| it.abs()).sum::<f64>().max(1.0) } else { 1.0 };
        let moved = loop {
            let there: Vec<f64> = at.iter().zip(&direction).map(|(at, by)| at + length * by).collect();
            let (next_loss, next_slope) = self::loss(samples, &there, width, l2);
            if next_loss <= loss + 1e-4 * length * descent {
                break Some((there, next_loss, next_slope));
            }
            length /= 2.0;
            if length < 1e-10 {
                break None;
            }
        };
        let Some((there, next_loss, next_slope)) = moved else { break };
        let by: Vec<f64> = there.iter().zip(&at).map(|(there, at)| there - at).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(next, slope)| next - slope).collect();
        if inner(&by, &turned) > 1e-12 {
            if steps.len() == MEMORY {
                steps.remove(0);
            }
            steps.push((by, turned));
        }
        let gained = loss - next_loss;
        (at, loss, slope) = (there, next_loss, next_slope);
        if gained < 1e-10 {
            break;
        }
    }
    Linear { weights: at, width }
}

/// The two-loop recursion: the slope, turned by what the last steps have shown of the curvature.
fn descend(slope: &[f64], steps: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut direction: Vec<f64> = slope.iter().map(|it| -it).collect();
    let mut factors = Vec::new();
    for (by, turned) in steps.iter().rev() {
        let factor = inner(by, &direction) / inner(by, turned);
        direction.iter_mut().zip(turned).for_each(|(it, turned)| *it -= factor * turned);
        factors.push(factor);
    }
    if let Some((by, turned)) = steps.last() {
        let scale = inner(by, turned) / inner(turned, turned);
        direction.iter_mut().for_each(|it| *it *= scale);
    }
    for ((by, turned), factor) in steps.iter().zip(factors.iter().rev()) {
        let back = inner(turned, &direction) / inner(by, turned);
        direction.iter_mut().zip(by).for_each(|(it, by)| *it += (factor - back) * by);
    }
    direction
}

fn loss(samples: &[Sample], weights: &[f64], width: usize, l2: f64) -> (f64, Vec<f64>) {
    let share = 1.0 / samples.len().max(1) as f64;
    let mut slope = vec![0.0; weights.len()];
    let mut loss = 0.0;
    for sample in samples {
        let logits: Vec<f64> = weights.chunks_exact(width).map(|row| dot(row, &sample.vector)).collect();
        let logs = log_shares(&logits, 1.0);
        loss -= share * logs[sample.label];
        for (label, row) in slope.chunks_exact_mut(width).enumerate() {
            let excess = share * (logs[label].exp() - if label == sample.label { 1.0 } else { 0.0 });
            row.iter_mut()
                .zip(sample.vector.iter())
                .for_each(|(it, number)| *it += excess * f64::from(*number));
            row[width - 1] += excess;
        }
    }
    for (row, slope) in weights.chunks_exact(width).zip(slope.chunks_exact_mut(width)) {
        for (weight, slope) in row.iter().zip(slope).take(width - 1) {
            loss += 0.5 * l2 * weight * weight;
            *slope += l2 * weight;
        }
    }
    (loss, slope)
}

/// The logarithms of the softmax at a temperature.
pub(super) fn log_shares(logits: &[f64], temperature: f64) -> Vec<f64> {
    let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| ((logit - greatest) / temperature).exp()).sum();
    logits.iter().map(|logit| (logit - greatest) / temperature - sum.ln()).collect()
}

fn inner(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(vector: &[f32], label: usize) -> Sample {
        Sample { vector: vector.into(), label }
    }

    #[test]
    fn the_best_head_is_found_where_it_can_be_computed() {
        // One feature that is ±1, three of four times with its own label. By symmetry the bias is 0 and the weights
        // are ±w, with log-odds 2w = ln 3 without a penalty.
        let samples: Vec<Sample> =
            [(1.0, 0), (1.0, 0), (1.0, 0), (1.0, 1), (-1.0, 1), (-1.0, 1), (-1.0, 1), (-1.0, 0)]
                .map(|(feature, label)| sample(&[feature], label))
                .to_vec();
        let logits = fit(&samples, 2, 0.0).logits(&[1.0]);
        assert!((logits[0] - logits[1] - 3.0_f64.ln()).abs() < 1e-4, "{logits:?}");
        // A penalty makes it less sure.
        let cautious = fit(&samples, 2, 0.1).logits(&[1.0]);
        assert!(
            cautious[0] - cautious[1] < logits[0] - logits[1] && cautious[0] > cautious[1],
            "{cautious:?}"
        );
    }

    #[test]
    fn three_labels_in_three_corners_are_told_apart() {
        let corners = [[1.0, 0.0], [-0.5, 0.87], [-0.5, -0.87]];
        let samples: Vec<Sample> =
            corners.iter().enumerate().map(|(label, corner)| sample(corner, label)).collect();
        let head = fit(&samples, 3, 1e-3);
        for (label, corner) in corners.iter().enumerate() {
            let logits = head.logits(corner);
            assert!((0..3).all(|other| logits[other] <= logits[label]), "{logits:?}");
        }
        assert_eq!(fit(&samples, 3, 1e-3), head, "there is no luck in it");
    }

    #[test]
    fn labels_that_never_occur_and_no_samples_at_all_do_no_harm() {
        let logits = fit(&[sample(&[1.0], 0)], 2, 0.1).logits(&[1.0]);
        assert!(logits[0] > logits[1]);
        assert_eq!(fit(&[], 2, 0.1).logits(&[]), [0.0, 0.0]);
    }
}
