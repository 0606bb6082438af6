#![doc = include_str!("kb.md")]

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Pause, Said};
use super::question::Question;
use crate::exemplars::{KnowledgeBase, Metric};

#[derive(Deserialize)]
struct Spec {
    kb: String,
    target: Target,
    #[serde(default, rename = "match")]
    rule: Rule,
}

#[derive(Deserialize)]
struct Target {
    kind: String,
    value: String,
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    Threshold,
    #[default]
    #[serde(other)]
    Best,
}

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let known = it.settings.knowledge.iter().find(|kb| kb.name == spec.kb);
    let kb = known.ok_or_else(|| Pause::unsuited(format!("no knowledge base `{}` here", spec.kb)))?;
    let single = [spec.target.value.clone()];
    let wanted: &[String] = match spec.target.kind.as_str() {
        "group" => kb.groups.get(&spec.target.value).map_or(&[], Vec::as_slice),
        _ => &single,
    };
    if !wanted.iter().any(|label| kb.labels.contains_key(label)) {
        let message = format!("`{}` has no {} `{}`", spec.kb, spec.target.kind, spec.target.value);
        return Err(Pause::unsuited(message));
    }
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let seen = board.vector(text);
    let scoring = kb.scoring;
    let labels: Vec<_> =
        kb.labels.iter().map(|(name, label)| (name, board.prototypes(&label.exemplars, scoring))).collect();
    let seen = seen?;
    let mut scores = Scores { kb, of: Vec::new() };
    for (name, prototypes) in labels {
        let prototypes = prototypes?;
        scores.of.push((name, prototypes.score(&seen.vector)));
    }
    let fires = match spec.rule {
        Rule::Best => scores.winner().is_some_and(|winner| wanted.contains(winner)),
        Rule::Threshold => scores.passing().any(|(label, _)| wanted.contains(label)),
    };
    let score = scores.best_of(|label| wanted.contains(label));
    let reading = if fires { Reading::confident(true, score) } else { Reading::MISSED };
    let mut readings = it.only(it.as_seen(reading, seen.coverage))?;
    let metrics = it.query.keys.iter().filter_map(|key| {
        let metric = key.strip_prefix("kb_metric:")?.strip_prefix(&spec.kb)?.strip_prefix(':')?;
        let value = scores.metric(metric)?;
        Some((key.clone(), it.as_seen(Reading::MISSED.with_value(value), seen.coverage)))
    });
    readings.extend(metrics);
    Ok(readings)
}

/// The score of every label, in the order of their names.
struct Scores<'k> {
    kb: &'k KnowledgeBase,
    of: Vec<(&'k String, f64)>,
}

impl<'k> Scores<'k> {
    fn passing(&self) -> impl Iterator<Item = (&'k String, f64)> + '_ {
        self.of.iter().filter(|(label, score)| *score >= self.kb.threshold_of(label)).copied()
    }

    /// The best label of those that pass, the first of equals.
    fn winner(&self) -> Option<&'k String> {
        let first_best = |best: Option<(&'k String, f64)>, next: (&'k String, f64)| match best {
            Some(best) if next.1 <= best.1 => Some(best),
            _ => Some(next),
        };
        self.passing().fold(None, first_best).map(|(label, _)| label)
    }

    fn best_of(&self, wanted: impl Fn(&String) -> bool) -> f64 {
        self.of.iter().filter(|(label, _)| wanted(label)).map(|(_, score)| *score).fold(0.0, f64::max)
    }

    fn group(&self, name: &str) -> f64 {
        let members = self.kb.groups.get(name).map_or(&[][..], Vec::as_slice);
        self.best_of(|label| members.contains(label))
    }

    fn metric(&self, name: &str) -> Option<f64> {
        match name {
            "best_score" => Some(self.best_of(|_| true)),
            "best_matched_score" => Some(self.passing().map(|(_, score)| score).fold(0.0, f64::max)),
            _ => self.kb.metrics.iter().find(|metric| metric.name == name).map(|metric| {
                let Metric { positive_group, negative_group, .. } = metric;
                self.group(positive_group) - self.group(negative_group)
            }),
        }
    }
}
