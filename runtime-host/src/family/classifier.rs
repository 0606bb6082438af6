//! Labels of the policy's own, by a classification model of the host.
//!
//! `model_path` is a model's name in the manifest, or `content_safety`, which is a gate with categories behind it. Every label's
//! probability is a value under `classifier:name:label`; of a long text the passage where it is greatest counts. A label that
//! the model does not have is refused, since it would silently never fire.

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::board::{Board, Pause, Said};
use super::choice::Shares;
use super::passage::{self, Passages};
use super::question::Question;
use super::{Readings, content_safety};

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Spec {
    r#type: String,
    model_path: String,
    labels: Vec<String>,
}

const MOST_PASSAGES: usize = 32;

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    if spec.r#type != "local" {
        return Err(Pause::unsuited("this host asks no chat model to classify"));
    }
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let (shares, coverage) = if spec.model_path == content_safety::NAME {
        content_safety::shares(it, board, text)?
    } else {
        by_model(board, &spec.model_path, text)?
    };
    let mut readings = Vec::new();
    for label in &spec.labels {
        let share = shares.iter().find(|(name, _)| name == label).map(|(_, share)| *share);
        let share =
            share.ok_or_else(|| Pause::unsuited(format!("`{}` never answers `{label}`", spec.model_path)))?;
        let reading = it.as_seen(Reading::MISSED.with_value(share), coverage);
        readings.push((format!("classifier:{}:{label}", it.query.name), reading));
    }
    Ok(readings)
}

fn by_model(board: &mut Board<'_>, model: &str, text: &str) -> Said<(Shares, f64)> {
    let Passages { pieces, share } = passage::split(text, passage::Size::INJECTION, MOST_PASSAGES);
    let model = model.into();
    let said: Vec<_> = pieces.into_iter().map(|piece| board.labels(&model, &text[piece])).collect();
    let said = said.into_iter().collect::<Said<Vec<_>>>()?;
    let mut shares: Shares = Vec::new();
    for (label, share) in said.iter().flat_map(|said| &said.labels) {
        let share = f64::from(*share);
        match shares.iter_mut().find(|(name, _)| **name == **label) {
            Some((_, greatest)) => *greatest = greatest.max(share),
            None => shares.push((label.to_string(), share)),
        }
    }
    let seen = said.iter().map(|said| said.coverage).sum::<f64>() / said.len().max(1) as f64;
    Ok((shares, share * seen))
}
