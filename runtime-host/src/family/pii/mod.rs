#![doc = include_str!("pii.md")]

mod kinds;
mod numbers;
mod patterns;
mod words;

use std::ops::Range;

use serde::Deserialize;
use wrp_graph::reading::Reading;

use crate::job::{Job, Kind, Output};

use super::Readings;
use super::board::{Board, Pause, Said, all};
use super::question::Question;

pub use kinds::canonical;
pub use patterns::patterns;

/// Personal data in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// In bytes of the text.
    pub at: Range<usize>,
    /// The type's name as policies write it: `EMAIL_ADDRESS`, `PERSON`, …
    pub kind: String,
    /// In `0..=1`; a pattern is sure.
    pub score: f64,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Spec {
    threshold: Option<f64>,
    pii_types_allowed: Vec<String>,
    include_history: bool,
}

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let texts = it.texts(spec.include_history);
    let threshold = spec.threshold.unwrap_or(it.settings.pii_threshold);
    let allowed: Vec<String> = spec.pii_types_allowed.iter().map(|kind| canonical(kind)).collect();
    let counts = |found: &Found| found.score >= threshold && !allowed.contains(&found.kind);
    let found = all(texts.iter().map(|text| search(board, text)).collect())?;
    let coverage = found.iter().map(|(_, coverage)| *coverage).fold(1.0, f64::min);
    let fires = found.iter().any(|(found, _)| found.iter().any(counts));
    it.only(if fires { Reading::flag(true) } else { it.as_seen(Reading::MISSED, coverage) })
}

/// Everything that patterns and the model for the part `pii` find, in the order of the text, and how much the model saw.
pub(super) fn search(board: &mut Board<'_>, text: &str) -> Said<(Vec<Found>, f64)> {
    let model = board.serving("pii").into_iter().next();
    let model = model.ok_or_else(|| Pause::unsuited("no model here tags personal data"))?;
    let answer = board.answer(Job { model: model.clone(), kind: Kind::Tag, text: text.into() })?;
    let Output::Spans(spans) = answer.output else {
        return Err(Pause::unsuited(format!("`{model}` does not tag")));
    };
    let tagged = spans.into_iter().map(|span| Found {
        at: span.start..span.end,
        kind: canonical(&span.label),
        score: f64::from(span.score),
    });
    Ok((merge(patterns(text), tagged.collect(), text), f64::from(answer.coverage)))
}

/// Patterns win: what the model says of the same bytes is dropped. So are its marks on digits that no pattern takes
/// for what the model says they are, and of two marks on the same bytes the weaker.
fn merge(sure: Vec<Found>, mut tagged: Vec<Found>, text: &str) -> Vec<Found> {
    let overlap = |one: &Found, other: &Found| one.at.start < other.at.end && other.at.start < one.at.end;
    tagged.retain(|mark| !sure.iter().any(|pattern| overlap(pattern, mark)));
    tagged
        .retain(|mark| text.get(mark.at.clone()).is_some_and(|words| kinds::is_plausible(&mark.kind, words)));
    tagged.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut all = sure;
    for mark in tagged {
        if !all.iter().any(|other| overlap(other, &mark)) {
            all.push(mark);
        }
    }
    all.sort_by_key(|found| found.at.start);
    all
}
