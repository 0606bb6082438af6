#![doc = include_str!("embedding.md")]

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Pause, Said};
use super::question::Question;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Spec {
    threshold: f64,
    candidates: Vec<String>,
    aggregation_method: String,
    query_modality: String,
}

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    if spec.query_modality == "image" {
        return match it.facts.image {
            Some(_) => Err(Pause::unsuited("no model here looks at images")),
            None => Ok(Vec::new()),
        };
    }
    let Some(text) = it.text().filter(|_| !spec.candidates.is_empty()) else { return Ok(Vec::new()) };
    let prototypes = board.prototypes(&spec.candidates, it.settings.scoring);
    let seen = board.vector(text);
    let (prototypes, seen) = (prototypes?, seen?);
    let score = match spec.aggregation_method.as_str() {
        "mean" => prototypes.mean(&seen.vector),
        "any" => prototypes.best(&seen.vector),
        _ => prototypes.score(&seen.vector),
    };
    let reading = if score >= spec.threshold { Reading::confident(true, score) } else { Reading::MISSED };
    it.only(it.as_seen(reading, seen.coverage))
}
