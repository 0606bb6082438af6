//! Probabilities of labels, out of logits and over windows.

use std::sync::Arc;

use crate::backend::Tensor;
use crate::encoder::Windowed;
use crate::job::Output;
use crate::models::manifest::{Activation, Labelling, Windows};

/// The labels of a text, out of the logits of its windows.
pub(crate) fn read(labelling: &Labelling, text: &Windowed, tensors: &[Tensor]) -> Result<Output, String> {
    let each = tensors
        .iter()
        .map(|tensor| probabilities(labelling, tensor.labels(labelling.labels.len())?))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(together(labelling, each, &text.weights()))
}

/// One probability a label.
pub(crate) fn probabilities(labelling: &Labelling, logits: &[f32]) -> Result<Vec<f32>, String> {
    if !logits.iter().all(|logit| logit.is_finite()) {
        return Err("the model's output is not finite".into());
    }
    let logits = logits.iter().map(|logit| f64::from(*logit));
    Ok(match labelling.activation {
        Activation::Sigmoid => {
            let temperature = f64::from(labelling.temperature);
            logits.map(|logit| (1.0 / (1.0 + (-logit / temperature).exp())) as f32).collect()
        }
        Activation::Softmax => softmax(logits.collect(), f64::from(labelling.temperature)),
    })
}

/// With a temperature, a label counts as having one in ten million at least before it: networks are surer than that
/// of nothing.
pub(crate) fn softmax(logits: Vec<f64>, temperature: f64) -> Vec<f32> {
    const LEAST: f64 = 1e-7;
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    let logs = logits.iter().map(|logit| (logit - highest - sum.ln()).max(LEAST.ln()) / temperature);
    let cooled: Vec<f64> = logs.map(f64::exp).collect();
    let sum: f64 = cooled.iter().sum();
    cooled.iter().map(|part| (part / sum) as f32).collect()
}

/// What the windows of one text come to.
pub(crate) fn together(labelling: &Labelling, each: Vec<Vec<f32>>, weights: &[f32]) -> Output {
    let mut windows = each.into_iter().zip(weights);
    let Some((mut all, first_weight)) = windows.next() else { return Output::Labels(Vec::new()) };
    match labelling.windows {
        Windows::Max => {
            let benign = labelling.benign.as_ref();
            let benign = benign.and_then(|benign| labelling.labels.iter().position(|label| label == benign));
            for (window, _) in windows {
                match benign {
                    Some(benign) if window[benign] < all[benign] => all = window,
                    Some(_) => {}
                    None => all.iter_mut().zip(window).for_each(|(all, one)| *all = all.max(one)),
                }
            }
        }
        Windows::Mean | Windows::Whole => {
            let mut total = *first_weight;
            all.iter_mut().for_each(|sum| *sum *= first_weight);
            for (window, weight) in windows {
                all.iter_mut().zip(window).for_each(|(sum, one)| *sum += one * weight);
                total += weight;
            }
            all.iter_mut().for_each(|sum| *sum /= total);
        }
    }
    Output::Labels(named(&labelling.labels, all))
}

pub(crate) fn named(labels: &[Arc<str>], values: Vec<f32>) -> Vec<(Arc<str>, f32)> {
    labels.iter().cloned().zip(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelling(activation: Activation, windows: Windows, benign: Option<&str>) -> Labelling {
        let labels = vec!["fine".into(), "bad".into()];
        Labelling { labels, activation, temperature: 2.0, benign: benign.map(Arc::from), windows }
    }

    #[test]
    fn probabilities_follow_the_activation_and_the_temperature() {
        for (activation, logits, expected) in [
            (Activation::Softmax, [0.0, 0.0], [0.5, 0.5]),
            (Activation::Softmax, [2.0, 0.0], [0.7310586, 0.26894143]),
            (Activation::Softmax, [100.0, 0.0], [0.9996839, 0.00031612]),
            (Activation::Sigmoid, [2.0, -2.0], [0.7310586, 0.26894143]),
        ] {
            let found = probabilities(&labelling(activation, Windows::Mean, None), &logits).unwrap();
            let close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
            assert!(close, "{activation:?} of {logits:?} is {found:?}");
        }
        let refused = probabilities(&labelling(Activation::Sigmoid, Windows::Mean, None), &[f32::NAN, 0.0]);
        assert_eq!(refused.unwrap_err(), "the model's output is not finite");
    }

    #[test]
    fn windows_are_joined_as_the_model_says() {
        let each = || vec![vec![0.9, 0.1], vec![0.2, 0.8], vec![0.7, 0.6]];
        for (windows, benign, expected) in [
            (Windows::Max, None, [0.9, 0.8]),
            (Windows::Max, Some("fine"), [0.2, 0.8]),
            (Windows::Mean, None, [0.625, 0.525]),
        ] {
            let labelling = labelling(Activation::Sigmoid, windows, benign);
            let Output::Labels(found) = together(&labelling, each(), &[2.0, 2.0, 4.0]) else {
                panic!("labels become labels")
            };
            for ((_, found), expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{windows:?} {benign:?}: {found} is not {expected}");
            }
        }
    }
}
