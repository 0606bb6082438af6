#![doc = include_str!("context.md")]

use serde::Serialize;

use crate::facts::Facts;
use crate::reading::Reading;
use crate::wire::wire;

/// A band of context sizes, both ends included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Context {
    pub min_tokens: u64,
    pub max_tokens: u64,
}

wire!(Context { min_tokens, max_tokens });

impl Context {
    pub fn sense(&self, facts: &Facts<'_>) -> Reading {
        Reading::flag((self.min_tokens..=self.max_tokens).contains(&facts.context_tokens()))
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;

#[cfg(feature = "build")]
mod build {
    use super::Context;
    use crate::schema::{Field, Shape, token_count};
    use crate::signal::{Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "context",
        page: include_str!("context.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: &[],
        check: |_, _| {},
        compile: |it, _| Some(it.inline("context", Inline::Context(read(it).ok()?))),
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "min_tokens",
            shape: Shape::Tokens,
            required: false,
            doc: "The least size that matches, in tokens; default 0.",
        },
        Field {
            name: "max_tokens",
            shape: Shape::Tokens,
            required: false,
            doc: "The greatest size that matches, in tokens; without it the signal never matches.",
        },
        crate::signal::DESCRIPTION,
    ];

    /// A bound cannot be read: the runtime then skips the whole signal.
    struct Unreadable;

    /// Where a bound is missing it is 0, the upper one included.
    fn read(it: &Declaration<'_>) -> Result<Context, Unreadable> {
        let bound = |key| match it.fields.text(key).map(str::trim) {
            None | Some("") => Ok(0),
            Some(text) => token_count(text).ok_or(Unreadable),
        };
        Ok(Context { min_tokens: bound("min_tokens")?, max_tokens: bound("max_tokens")? })
    }
}
