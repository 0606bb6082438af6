//! What the user prefers: the declaration that the text is nearest to, if it is near enough.
//!
//! All preferences of a recipe compete by the same score as `embedding`, over description and examples; the compiler
//! writes the others down as `rivals`. The nearest wins, the first by name of equals, if it is ahead of the second by the
//! host's margin and reaches its own threshold, or the host's where it has none.

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::question::Question;

#[derive(Deserialize)]
struct Spec {
    #[serde(flatten)]
    own: Preference,
    #[serde(default)]
    rivals: Vec<Preference>,
}

#[derive(Deserialize)]
struct Preference {
    #[serde(default)]
    name: String,
    description: Option<String>,
    #[serde(default)]
    examples: Vec<String>,
    threshold: Option<f64>,
}

impl Preference {
    fn exemplars(&self) -> Vec<String> {
        self.description
            .iter()
            .chain(&self.examples)
            .filter(|text| !text.trim().is_empty())
            .cloned()
            .collect()
    }
}

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let seen = board.vector(text);
    let mut score = |preference: &Preference| board.prototypes(&preference.exemplars(), it.settings.scoring);
    let own = score(&spec.own);
    let rivals: Vec<_> = spec.rivals.iter().map(&mut score).collect();
    let (seen, own) = (seen?, own?);
    let rivals = rivals.into_iter().collect::<Said<Vec<_>>>()?;
    let score = own.score(&seen.vector);
    let wins = spec.rivals.iter().zip(&rivals).all(|(rival, prototypes)| {
        let ahead = score - prototypes.score(&seen.vector);
        ahead >= it.settings.preference_margin && (ahead != 0.0 || it.query.name < rival.name)
    });
    let threshold = spec.own.threshold.unwrap_or(it.settings.preference_threshold);
    let reading = if wins && score >= threshold { Reading::confident(true, score) } else { Reading::MISSED };
    it.only(it.as_seen(reading, seen.coverage))
}
