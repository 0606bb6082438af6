//! What is done to the readings before routes look at them, in the order of [`crate::graph::Recipe::stages`].
//!
//! Every stage also says what comes of it while some of its inputs are *vague*: open, or unknown because their
//! detector failed (`strict` only; under `vsr-2026-08` a failed detector has missed). The rule is the same for all:
//! a stage says only what holds whatever hides behind the vague inputs, and what hangs on them becomes vague itself.
//!
//! - [`Partition`]: of two certain contenders the lesser is gone; the greatest is vague, since it may lose to a vague
//!   member. A member that fired without a confidence is gone beside two certain contenders, vague if there may be
//!   two, and else what it was. The default is vague if there may be no contender.
//! - [`Veto`]: the levels stand or fall with the condition; where that is unknown, a level that fired is unknown.
//! - [`Top`]: a member is gone if enough certain members go before it, kept if even all vague ones leave it a place,
//!   and vague otherwise.
//! - [`Score`]: an interval, with every vague input anywhere it could be (a confidence in `0..=1`, a raw value anywhere).
//! - [`Mapping`]: a band over an interval fires if it holds for all of it and no earlier band could, is out if it holds
//!   for none of it or an earlier band holds for all, and is vague otherwise. The confidence of a band that fired over
//!   an interval is the least over the interval.

mod mapping;
mod partition;
mod score;
mod top;
mod veto;

use serde::Serialize;

use crate::wire::wire;

pub use mapping::{Band, Mapping};
pub use partition::Partition;
pub use score::{Input, Interval, Score, Term};
pub use top::Top;
pub use veto::Veto;

/// One step of the preparation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Stage {
    Partition(Partition),
    /// All composers look at the readings before any of them takes one back.
    Vetoes(Vec<Veto>),
    Top(Top),
    /// Fills the next interval: the n-th score of a recipe fills the n-th.
    Score(Score),
    Mapping(Mapping),
}

wire!(enum Stage { 0 => Partition(it), 1 => Vetoes(it), 2 => Top(it), 3 => Score(it), 4 => Mapping(it) });

impl Stage {
    /// The slots it may set.
    pub fn outputs(&self) -> Vec<u16> {
        let mut outputs = Vec::new();
        match self {
            Stage::Partition(partition) => {
                outputs.extend_from_slice(&partition.members);
                outputs.extend(partition.default);
            }
            Stage::Vetoes(vetoes) => vetoes.iter().for_each(|veto| outputs.extend_from_slice(&veto.levels)),
            Stage::Top(top) => outputs.extend_from_slice(&top.members),
            Stage::Score(_) => {}
            Stage::Mapping(mapping) => mapping.bands.iter().for_each(|band| outputs.push(band.slot)),
        }
        outputs
    }
}
