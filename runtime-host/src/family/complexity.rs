#![doc = include_str!("complexity.md")]

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::prototype::Scoring;
use super::question::Question;

#[derive(Deserialize)]
struct Spec {
    threshold: Option<f64>,
    #[serde(default)]
    hard: Side,
    #[serde(default)]
    easy: Side,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Side {
    candidates: Vec<String>,
    image_candidates: Vec<String>,
}

/// The prototypes of a side; the reference keeps fewer here than elsewhere.
const MOST_PROTOTYPES: usize = 6;

/// How hard each of the trained tiers is, from −1 to 1, in the model's order.
const TIERS: [f64; 4] = [-1.0, -0.4, 0.4, 1.0];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let trained = board.serving("complexity").into_iter().next();
    let (margin, coverage) = match trained {
        Some(model) if spec.hard.candidates.is_empty() && spec.easy.candidates.is_empty() => {
            let tiers = board.labels(&model, text)?;
            let expected = tiers.labels.iter().zip(TIERS).map(|((_, share), tier)| f64::from(*share) * tier);
            (expected.sum(), tiers.coverage)
        }
        _ => {
            let scoring = Scoring { max_prototypes: MOST_PROTOTYPES, ..it.settings.scoring };
            let hard = board.prototypes(&spec.hard.candidates, scoring);
            let easy = board.prototypes(&spec.easy.candidates, scoring);
            let seen = board.vector(text);
            let (hard, easy, seen) = (hard?, easy?, seen?);
            (hard.score(&seen.vector) - easy.score(&seen.vector), seen.coverage)
        }
    };
    let threshold = spec.threshold.unwrap_or_default();
    let level = if margin > threshold {
        "hard"
    } else if margin < -threshold {
        "easy"
    } else {
        "medium"
    };
    let reading = it.as_seen(Reading::confident(true, margin.abs()), coverage);
    let looks = |side: &Side| !side.image_candidates.is_empty();
    let unseen = it.facts.image.is_some() && (looks(&spec.hard) || looks(&spec.easy));
    let reading = Reading { failed: reading.failed || unseen, ..reading };
    let key = |level: &str| format!("complexity:{}:{level}", it.query.name);
    // Where it is not known which level it is, the others are as open as the one that was found.
    let others = ["easy", "medium", "hard"].into_iter().filter(|other| *other != level && reading.failed);
    let mut readings = vec![(key(level), reading)];
    readings.extend(others.map(|other| (key(other), Reading::FAILED)));
    Ok(readings)
}
