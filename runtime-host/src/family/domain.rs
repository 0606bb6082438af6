#![doc = include_str!("domain.md")]

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::{self, Shares, softmax};
use super::question::Question;
use crate::exemplars;

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    mmlu_categories: Vec<String>,
}

/// Below this share of the greatest possible entropy only the likeliest label counts.
const SURE: f64 = 0.4;

/// What a unit of cosine to a label's exemplars is worth beside the head's log-probability.
const PROTOTYPE_WEIGHT: f64 = 20.0;

/// No head is so sure that exemplars could not speak against it.
const LEAST_SHARE: f64 = 1e-4;

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let (shares, coverage) = shares(board, text)?;
    let own = [it.query.name.clone()];
    let stands_for = if spec.mmlu_categories.is_empty() { &own[..] } else { &spec.mmlu_categories };
    let found = detected(&shares, it.settings.domain_threshold);
    let best = found.iter().filter(|(label, _)| stands_for.contains(label)).map(|(_, share)| *share);
    let reading = match best.reduce(f64::max) {
        Some(share) => Reading::confident(true, share),
        None => Reading::MISSED,
    };
    it.only(it.as_seen(reading, coverage))
}

pub(super) fn shares(board: &mut Board<'_>, text: &str) -> Said<(Shares, f64)> {
    let knowledge = exemplars::domains();
    let head = board.serving("domain").into_iter().next().map(|model| board.labels(&model, text));
    let near = choice::scores(board, knowledge, text);
    let (head, (near, coverage)) = (head.transpose()?, near?);
    let Some(head) = head else { return Ok((softmax(near, knowledge.temperature), coverage)) };
    let scores = near.into_iter().map(|(label, cosine)| {
        let said = head.labels.iter().find(|(name, _)| **name == *label);
        let said = said.map_or(LEAST_SHARE, |(_, share)| f64::from(*share).max(LEAST_SHARE));
        (label, said.ln() + PROTOTYPE_WEIGHT * cosine)
    });
    Ok((softmax(scores.collect(), 1.0), head.coverage.min(coverage)))
}

/// The labels that count: of a sure answer the likeliest, else all that reach the threshold.
fn detected(shares: &[(String, f64)], threshold: f64) -> Shares {
    let entropy: f64 =
        shares.iter().map(|(_, share)| if *share > 0.0 { -share * share.ln() } else { 0.0 }).sum();
    let most = (shares.len().max(2) as f64).ln();
    let reaches = shares.iter().filter(|(_, share)| *share >= threshold).cloned();
    if entropy / most < SURE {
        reaches.reduce(|best, next| if next.1 > best.1 { next } else { best }).into_iter().collect()
    } else {
        reaches.collect()
    }
}
