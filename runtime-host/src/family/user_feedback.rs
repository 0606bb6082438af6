//! What the user thinks of the last answer. Without an answer there is nothing to think of.

use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::{self, Shares};
use super::question::Question;
use crate::exemplars;

const ALIASES: &[(&str, &str)] = &[("sat", "satisfied"), ("need_clarification", "need_clarification")];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let Some(text) = it.text().filter(|_| it.facts.assistant_replied) else { return Ok(Vec::new()) };
    let (shares, coverage) = shares(board, text)?;
    let chosen = choice::chosen(&shares, &it.query.name, it.settings.user_feedback_threshold);
    it.only(it.as_seen(Reading::flag(chosen.is_some()), coverage))
}

pub(super) fn shares(board: &mut Board<'_>, text: &str) -> Said<(Shares, f64)> {
    choice::shares(board, "user_feedback", ALIASES, exemplars::user_feedback(), text)
}
