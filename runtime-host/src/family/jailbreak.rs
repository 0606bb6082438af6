#![doc = include_str!("jailbreak.md")]

use std::sync::Arc;

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Pause, Said, all};
use super::question::Question;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Spec {
    method: String,
    threshold: Option<f64>,
    include_history: bool,
    jailbreak_patterns: Vec<String>,
    benign_patterns: Vec<String>,
}

/// One voice of the vote.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// A model's name in the manifest.
    pub model: String,
    pub weight: f64,
    /// The probability at which it is as likely right as wrong; it counts as one half.
    pub threshold: f64,
}

/// What a contrastive detector fires at, and the classifier of a hybrid one.
const CONTRASTIVE: f64 = 0.10;
const CLASSIFIER: f64 = 0.7;

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let texts = it.texts(spec.include_history);
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    match spec.method.as_str() {
        "contrastive" => {
            let (margin, coverage) = contrast(it, board, &spec)?;
            let bound = spec.threshold.filter(|bound| *bound > 0.0).unwrap_or(CONTRASTIVE);
            let reading = if margin >= bound { Reading::confident(true, margin) } else { Reading::MISSED };
            it.only(it.as_seen(reading, coverage))
        }
        "hybrid" => {
            let risk = vote(it, board, &texts);
            let margin = contrast(it, board, &spec);
            let ((risk, seen), (margin, near)) = (risk?, margin?);
            if risk >= spec.threshold.unwrap_or(CLASSIFIER) {
                return it.only(Reading::confident(true, risk.max(margin)));
            }
            let fires = margin >= CONTRASTIVE;
            let reading = if fires { Reading::confident(true, risk.max(margin)) } else { Reading::MISSED };
            it.only(it.as_seen(reading, seen.min(near)))
        }
        _ => {
            let (risk, coverage) = vote(it, board, &texts)?;
            it.reaches(risk, spec.threshold.unwrap_or_default(), coverage)
        }
    }
}

/// The greatest margin over the user's turns: the best likeness to an attack less the best to a harmless text.
fn contrast(it: &Question<'_>, board: &mut Board<'_>, spec: &Spec) -> Said<(f64, f64)> {
    if spec.jailbreak_patterns.is_empty() {
        return Ok((0.0, 1.0));
    }
    let earlier = it.facts.user_turns.iter().map(|turn| &**turn).filter(|_| spec.include_history);
    let turns: Vec<&str> = it.text().into_iter().chain(earlier).collect();
    let attacks = board.prototypes(&spec.jailbreak_patterns, it.settings.scoring);
    let harmless = board.prototypes(&spec.benign_patterns, it.settings.scoring);
    let turns: Vec<_> = turns.into_iter().map(|turn| board.vector(turn)).collect();
    let (attacks, harmless) = (attacks?, harmless?);
    let turns = all(turns)?;
    let margin = |vector: &[f32]| attacks.best(vector) - harmless.best(vector);
    let greatest = turns.iter().map(|turn| margin(&turn.vector)).fold(0.0, f64::max);
    Ok((greatest, turns.iter().map(|turn| turn.coverage).fold(1.0, f64::min)))
}

/// The greatest risk over the texts, by a weighted vote of the models for the part `injection`.
fn vote(it: &Question<'_>, board: &mut Board<'_>, texts: &[&str]) -> Said<(f64, f64)> {
    let models = board.serving("injection");
    if models.is_empty() {
        return Err(Pause::unsuited("no model here detects injections"));
    }
    let risks: Vec<_> = texts.iter().map(|text| risk(it, board, &models, text)).collect();
    let risks = all(risks)?;
    let greatest = risks.iter().map(|(risk, _)| *risk).fold(0.0, f64::max);
    Ok((greatest, risks.iter().map(|(_, coverage)| *coverage).fold(1.0, f64::min)))
}

fn risk(it: &Question<'_>, board: &mut Board<'_>, models: &[Arc<str>], text: &str) -> Said<(f64, f64)> {
    let voices = all(models.iter().map(|model| board.labels(model, text)).collect())?;
    let (mut sum, mut weights, mut coverage) = (0.0, 0.0, 1.0_f64);
    for (model, said) in models.iter().zip(voices) {
        let detector = it.settings.detectors.iter().find(|detector| detector.model == **model);
        let (weight, threshold) = detector.map_or((1.0, 0.5), |it| (it.weight, it.threshold));
        sum += weight * centred(attack(&said.labels), threshold);
        weights += weight;
        coverage = coverage.min(said.coverage);
    }
    Ok((if weights > 0.0 { sum / weights } else { 0.0 }, coverage))
}

/// Labels that speak of an attack on the model. Others (profanity, personal data) are other signals' business.
const ATTACKS: &[&str] = &[
    "injection",
    "prompt_injection",
    "jailbreak",
    "model_attack",
    "data_exfiltration",
    "malicious",
    "attack",
    "unsafe",
];
const HARMLESS: &[&str] = &["benign", "safe", "legitimate", "normal", "label_0"];

/// The probability of an attack: that of the labels that name one, else what the harmless ones leave.
fn attack(labels: &[(Arc<str>, f32)]) -> f64 {
    let of = |names: &[&str]| {
        let named = labels.iter().filter(|(label, _)| names.contains(&label.to_lowercase().as_str()));
        named.map(|(_, share)| f64::from(*share)).reduce(|sum, share| sum + share)
    };
    of(ATTACKS).or_else(|| of(HARMLESS).map(|harmless| 1.0 - harmless)).unwrap_or(0.0).clamp(0.0, 1.0)
}

/// A probability with its threshold moved to one half, so that voices with different thresholds can be weighed.
fn centred(probability: f64, threshold: f64) -> f64 {
    let threshold = threshold.clamp(0.01, 0.99);
    if probability <= threshold {
        0.5 * probability / threshold
    } else {
        0.5 + 0.5 * (probability - threshold) / (1.0 - threshold)
    }
}
