//! Labels of the policy's own, by a classification model of the host.
//!
//! `model_path` is a model's name in the manifest, or `content_safety`, which is a gate with categories behind it. Every label's
//! probability is a value under `classifier:name:label`; what the windows of a long text come to is the model's business. A label that
//! the model does not have is refused, since it would silently never fire.

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::board::{Board, Pause, Said};
use super::choice::Shares;
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

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    if spec.r#type != "local" {
        return Err(Pause::unsuited("this host asks no chat model to classify"));
    }
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let (shares, coverage) = if spec.model_path == content_safety::NAME {
        content_safety::shares(it.settings, board, text)?
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

pub(super) fn by_model(board: &mut Board<'_>, model: &str, text: &str) -> Said<(Shares, f64)> {
    let said = board.labels(&model.into(), text)?;
    let shares = said.labels.iter().map(|(label, share)| (label.to_string(), f64::from(*share)));
    Ok((shares.collect(), said.coverage))
}
