//! What the user thinks of the last answer. Without an answer there is nothing to think of.

use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::choose;
use super::question::Question;
use crate::exemplars;

const ALIASES: &[(&str, &str)] = &[("sat", "satisfied"), ("need_clarification", "need_clarification")];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let Some(text) = it.text().filter(|_| it.facts.assistant_replied) else { return Ok(Vec::new()) };
    let Some(choice) = choose(board, "user_feedback", ALIASES, exemplars::user_feedback(), text)? else {
        return Ok(Vec::new());
    };
    let sure = choice.probability >= it.settings.user_feedback_threshold;
    it.only(it.as_seen(Reading::flag(sure && choice.name == it.query.name), choice.coverage))
}
