//! What kind of answer is wanted: text, an image, or both.

use wrp_graph::reading::Reading;

use super::Readings;
use super::board::{Board, Said};
use super::choice::choose;
use super::question::Question;
use crate::exemplars;

const ALIASES: &[(&str, &str)] = &[("ar", "AR"), ("diffusion", "DIFFUSION"), ("both", "BOTH")];

pub(super) fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    let Some(text) = it.text() else { return Ok(Vec::new()) };
    let Some(choice) = choose(board, "modality", ALIASES, exemplars::modality(), text)? else {
        return Ok(Vec::new());
    };
    let sure = choice.probability >= it.settings.modality_threshold && choice.name == it.query.name;
    let reading = if sure { Reading::confident(true, choice.probability) } else { Reading::MISSED };
    it.only(it.as_seen(reading, choice.coverage))
}
