#![doc = include_str!("structure.md")]

use serde::Serialize;

use crate::bounds::Bounds;
use crate::facts::Facts;
use crate::reading::Reading;
use crate::scan::{CounterId, Hits, PatternId, Scanner};
use crate::wire::wire;

#[cfg(feature = "build")]
mod declare;

#[cfg(feature = "build")]
pub(super) use declare::KIND;

/// A number about the text's form, and the gate it must pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Structure {
    pub feature: Feature,
    pub source: Source,
    /// Without one, any value above 0 passes.
    pub predicate: Option<Bounds>,
}

wire!(Structure { feature, source, predicate });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Feature {
    /// 1 or 0.
    Exists,
    Count,
    /// Occurrences for each unit of text: a word, or a CJK character.
    Density,
}

wire!(enum Feature { 0 => Exists, 1 => Count, 2 => Density });

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Source {
    /// Occurs once or not at all.
    Pattern(PatternId),
    Counter(CounterId),
    TextBytes,
    /// Only empty strings were given, which are not counted.
    Nothing,
}

wire!(enum Source { 0 => Pattern(it), 1 => Counter(it), 2 => TextBytes, 3 => Nothing });

/// The sigmoid's slope that the reference uses.
const SLOPE: f64 = 4.0;

impl Structure {
    pub fn sense(&self, facts: &Facts<'_>, hits: &Hits) -> Reading {
        let occurrences = match self.source {
            Source::Pattern(id) => f64::from(u8::from(hits.seen(id))),
            Source::Counter(id) => f64::from(hits.count(id)),
            Source::TextBytes => facts.text.len() as f64,
            Source::Nothing => 0.0,
        };
        let value = match self.feature {
            Feature::Exists => f64::from(u8::from(occurrences > 0.0)),
            Feature::Count => occurrences,
            Feature::Density if hits.units() == 0 => 0.0,
            Feature::Density => occurrences / f64::from(hits.units()),
        };
        self.judge(value).with_value(value)
    }

    fn judge(&self, value: f64) -> Reading {
        match &self.predicate {
            None if value > 0.0 => Reading::confident(true, 1.0),
            Some(bounds) if bounds.hold(value) => Reading::confident(true, bounds.confidence(value, SLOPE)),
            _ => Reading::MISSED,
        }
    }

    /// Whether the scanner knows all that this signal asks it.
    pub fn fits(&self, scanner: &Scanner) -> bool {
        match self.source {
            Source::Pattern(id) => scanner.has_pattern(id),
            Source::Counter(id) => scanner.has_counter(id),
            Source::TextBytes | Source::Nothing => true,
        }
    }
}
