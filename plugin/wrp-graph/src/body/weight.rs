//! What the pieces of a request add to the estimate of its context.

use super::json::{Kind, Malformed, Reader, Span};
use super::text::Text;

/// What something adds to the estimate of the context, before it is turned into tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Prose, decoded.
    pub text: u64,
    /// JSON as written.
    pub structured: u64,
    pub images: u64,
    /// Role and control tokens that a chat template adds.
    pub framing: u64,
}

impl Weight {
    pub(super) const PER_MESSAGE: u64 = 4;
    pub(super) const PER_TOOL_CALL: u64 = 8;

    pub(super) fn structured(span: Span) -> Weight {
        Weight { structured: span.len() as u64, ..Weight::default() }
    }

    pub(super) fn prose(text: Text<'_>) -> Weight {
        Weight { text: text.len() as u64, ..Weight::default() }
    }

    pub(super) fn image() -> Weight {
        Weight { images: 1, ..Weight::default() }
    }

    pub(super) fn add(&mut self, other: Weight) {
        self.text += other.text;
        self.structured += other.structured;
        self.images += other.images;
        self.framing += other.framing;
    }
}

/// A string counts as prose, anything else as data.
pub(super) fn prose_or_structured(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    if reader.kind()? == Kind::Text {
        Ok(Weight::prose(reader.string()?))
    } else {
        structured_or_nothing(reader)
    }
}

pub(super) fn structured_or_nothing(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    let null = reader.kind()? == Kind::Null;
    let span = reader.skip()?;
    Ok(if null { Weight::default() } else { Weight::structured(span) })
}
