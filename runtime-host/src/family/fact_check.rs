//! Whether a request asks for facts that should be checked.

use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::{self, Shares};
use super::question::Question;
use crate::exemplars;

const ALIASES: &[(&str, &str)] = &[
    ("fact_check_needed", "needs_fact_check"),
    ("label_1", "needs_fact_check"),
    ("label_0", "no_fact_check_needed"),
];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let (shares, coverage) = shares(board, text)?;
    let chosen = choice::chosen(&shares, &it.query.name, it.settings.fact_check_threshold);
    it.only(it.as_seen(Reading::flag(chosen.is_some()), coverage))
}

pub(super) fn shares(board: &mut Board<'_>, text: &str) -> Said<(Shares, f64)> {
    choice::shares(board, "fact_check", ALIASES, exemplars::fact_check(), text)
}
