//! Asking again: the current turn beside the user's turns before it.
//!
//! The turns before are looked at from the latest on; as many in a row as `lookback_turns` must be at least `threshold`
//! similar. The confidence is the least of these similarities. Of several declarations that fire, those that look
//! back furthest stay: the compiler writes the others of the recipe down as `rivals`.

use serde::Deserialize;
use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::prototype::similarity;
use super::question::Question;

#[derive(Deserialize)]
struct Spec {
    #[serde(flatten)]
    own: Look,
    #[serde(default)]
    rivals: Vec<Look>,
}

#[derive(Deserialize)]
struct Look {
    threshold: Option<f64>,
    lookback_turns: Option<usize>,
}

impl Look {
    fn turns(&self) -> usize {
        self.lookback_turns.unwrap_or(1).max(1)
    }

    /// The least similarity, if it fires. `similar` starts with the latest turn.
    fn fires(&self, similar: &[f64]) -> Option<f64> {
        let threshold = self.threshold.filter(|threshold| *threshold > 0.0).unwrap_or(0.8);
        let least = similar.get(..self.turns())?.iter().copied().fold(1.0, f64::min);
        (least >= threshold).then_some(least)
    }
}

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let spec: Spec = it.spec()?;
    let Some((current, before)) = it.facts.user_turns.split_last() else { return Ok(Vec::new()) };
    let furthest = spec.rivals.iter().chain([&spec.own]).map(Look::turns).max().unwrap_or(1);
    let looked_at = before.iter().rev().take(furthest);
    if before.len() < spec.own.turns() || current.trim().is_empty() {
        return Ok(Vec::new());
    }
    let now = board.vector(current);
    let earlier: Vec<_> = looked_at.map(|turn| board.vector(turn)).collect();
    let now = now?;
    let earlier = earlier.into_iter().collect::<Said<Vec<_>>>()?;
    let similar: Vec<f64> = earlier.iter().map(|turn| similarity(&turn.vector, &now.vector)).collect();
    let coverage = earlier.iter().map(|turn| turn.coverage).fold(now.coverage, f64::min);
    let least = spec.own.fires(&similar);
    let outdone =
        spec.rivals.iter().any(|rival| rival.turns() > spec.own.turns() && rival.fires(&similar).is_some());
    let reading = match least {
        Some(least) if !outdone => Reading::confident(true, least),
        _ => Reading::MISSED,
    };
    it.only(it.as_seen(reading, coverage))
}
