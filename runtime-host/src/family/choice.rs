//! Families with fixed names of which one at most is true.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::board::{Board, Said};
use super::prototype::Prototypes;
use crate::exemplars::KnowledgeBase;

/// A number for every label, in the order of a knowledge base or a model.
pub(super) type Shares = Vec<(String, f64)>;

/// What the model for the part says, where there is one; else how near the text is to each label's exemplars.
/// `aliases` are names of the family by the names that models have for them, in lower case.
pub(super) fn shares(
    board: &mut Board<'_>,
    part: &str,
    aliases: &[(&str, &str)],
    exemplars: &KnowledgeBase,
    text: &str,
) -> Said<(Shares, f64)> {
    let Some(model) = board.serving(part).into_iter().next() else {
        return by_exemplars(board, exemplars, text);
    };
    let said = board.labels(&model, text)?;
    let mut shares = BTreeMap::<String, f64>::new();
    for (label, share) in &said.labels {
        let label = label.to_lowercase();
        let alias = aliases.iter().find(|(alias, _)| *alias == label);
        let name = alias.map_or(label.as_str(), |(_, name)| name);
        *shares.entry(name.to_owned()).or_default() += f64::from(*share);
    }
    Ok((shares.into_iter().collect(), said.coverage))
}

/// The likeliest name, the first of equals, if it is this one and reaches the threshold.
pub(super) fn chosen(shares: &[(String, f64)], name: &str, threshold: f64) -> Option<f64> {
    let mut best: Option<&(String, f64)> = None;
    for next in shares {
        if best.is_none_or(|best| next.1 > best.1) {
            best = Some(next);
        }
    }
    best.filter(|(likeliest, share)| likeliest == name && *share >= threshold).map(|(_, share)| *share)
}

/// The share of every label: a softmax over its [`scores`], at the set's temperature.
pub(super) fn by_exemplars(
    board: &mut Board<'_>,
    exemplars: &KnowledgeBase,
    text: &str,
) -> Said<(Shares, f64)> {
    let (scores, coverage) = scores(board, exemplars, text)?;
    Ok((softmax(scores, exemplars.temperature), coverage))
}

/// The score of every label as in `embedding`, of the text as a whole, and the coverage.
pub(super) fn scores(board: &mut Board<'_>, exemplars: &KnowledgeBase, text: &str) -> Said<(Shares, f64)> {
    let seen = board.vector(text);
    let labels: Vec<_> = exemplars
        .labels
        .iter()
        .map(|(name, label)| (name, board.prototypes(&label.exemplars, exemplars.scoring)))
        .collect();
    let seen = seen?;
    let score = |(name, prototypes): (&String, Said<Arc<Prototypes>>)| {
        Ok((name.clone(), prototypes?.score(&seen.vector)))
    };
    Ok((labels.into_iter().map(score).collect::<Said<_>>()?, seen.coverage))
}

/// Scores as shares of one; the greatest is subtracted first, so nothing overflows.
pub(super) fn softmax(scores: Shares, temperature: f64) -> Shares {
    let greatest = scores.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
    let weights = scores.into_iter().map(|(name, score)| (name, ((score - greatest) / temperature).exp()));
    let weights: Shares = weights.collect();
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    weights.into_iter().map(|(name, weight)| (name, weight / sum)).collect()
}
