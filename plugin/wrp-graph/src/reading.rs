//! What one signal says about one request.

use serde::Serialize;

use crate::wire::wire;

/// The answer of one signal under one name.
///
/// A name that matched and carries no confidence counts as 1.0 wherever a confidence is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Reading {
    /// Whether the signal fired.
    pub matched: bool,
    /// How sure the signal is, in `0..=1`. Finite: [`Reading::confident`] is the door.
    pub confidence: Option<f64>,
    /// The raw number behind the signal: a count, a density, a label's score. Finite.
    pub value: Option<f64>,
    /// The detector failed, or did not see the whole text. `strict` reads this as unknown.
    pub failed: bool,
}

wire!(Reading { matched, confidence, value, failed });

impl Reading {
    pub const MISSED: Reading = Reading { matched: false, confidence: None, value: None, failed: false };
    pub const FAILED: Reading = Reading { matched: false, confidence: None, value: None, failed: true };

    /// A signal that fired, or did not, and says nothing more.
    pub fn flag(matched: bool) -> Reading {
        Reading { matched, ..Reading::MISSED }
    }

    /// A signal that fired with a confidence; a number that is not finite is refused here and nowhere else.
    pub fn confident(matched: bool, confidence: f64) -> Reading {
        Reading { matched, confidence: confidence.is_finite().then_some(confidence), ..Reading::MISSED }
    }

    #[must_use]
    pub fn with_value(self, value: f64) -> Reading {
        Reading { value: value.is_finite().then_some(value), ..self }
    }

    /// The confidence that arithmetic uses.
    pub fn weight(&self) -> f64 {
        self.confidence.unwrap_or(1.0)
    }
}
