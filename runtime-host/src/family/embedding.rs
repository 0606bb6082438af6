#![doc = include_str!("embedding.md")]

use serde::Deserialize;

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
    let passages = board.passages(text);
    let (prototypes, passages) = (prototypes?, passages?);
    let score = passages.best(|vector| match spec.aggregation_method.as_str() {
        "mean" => prototypes.mean(vector),
        "any" => prototypes.best(vector),
        _ => prototypes.score(vector),
    });
    it.reaches(score, spec.threshold, passages.coverage)
}
