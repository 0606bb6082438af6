//! Content safety in two steps: is it unsafe at all, and only then, in what way.
//!
//! The gate is the model for the part `safety` where there is one, else nearness to unsafe rather than safe exemplars. Most requests
//! end there. Behind it stands the model for the part `safety_category`, else exemplars a category. A category's value is the
//! probability of the gate times its own, so none is likelier than the text is unsafe.

use super::board::{Board, Said};
use super::choice::{Shares, by_exemplars};
use super::{Settings, classifier};
use crate::exemplars;

/// What a classifier declares as its model to ask this.
pub const NAME: &str = "content_safety";

/// The label of the gate.
pub(super) const UNSAFE: &str = "unsafe";

pub(super) fn shares(settings: &Settings, board: &mut Board<'_>, text: &str) -> Said<(Shares, f64)> {
    let (gate, coverage) = of_part(board, "safety", exemplars::safety(), text)?;
    let danger = gate.iter().find(|(label, _)| label == UNSAFE).map_or(0.0, |(_, share)| *share);
    let categories = exemplars::safety_categories();
    let mut shares = vec![(UNSAFE.to_owned(), danger)];
    if danger < settings.safety_gate {
        shares.extend(categories.labels.keys().map(|label| (label.clone(), 0.0)));
        return Ok((shares, coverage));
    }
    let (behind, seen) = of_part(board, "safety_category", categories, text)?;
    shares.extend(behind.into_iter().map(|(label, share)| (label, danger * share)));
    Ok((shares, coverage.min(seen)))
}

fn of_part(
    board: &mut Board<'_>,
    part: &str,
    exemplars: &exemplars::KnowledgeBase,
    text: &str,
) -> Said<(Shares, f64)> {
    let Some(model) = board.serving(part).into_iter().next() else {
        return by_exemplars(board, exemplars, text);
    };
    classifier::by_model(board, &model, text)
}
