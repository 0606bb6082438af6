//! What kind of answer is wanted: text, an image, or both.

use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::{self, Shares};
use super::question::Question;
use crate::exemplars;

const ALIASES: &[(&str, &str)] = &[("ar", "AR"), ("diffusion", "DIFFUSION"), ("both", "BOTH")];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let (shares, coverage) = shares(board, text)?;
    let chosen = choice::chosen(&shares, &it.query.name, it.settings.modality_threshold);
    let reading = chosen.map_or(Reading::MISSED, |share| Reading::confident(true, share));
    it.only(it.as_seen(reading, coverage))
}

pub(super) fn shares(board: &mut Board<'_>, text: &str) -> Said<(Shares, f64)> {
    choice::shares(board, "modality", ALIASES, exemplars::modality(), text)
}
