#![doc = include_str!("fast_response.md")]

use serde::Serialize;

#[cfg(feature = "build")]
use super::{Effect, Kind, nothing_more, required};
#[cfg(feature = "build")]
use crate::schema::Shape;
use crate::wire::wire;

/// The route answers by itself; no model is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FastResponse {
    pub message: String,
}

wire!(FastResponse { message });

#[cfg(feature = "build")]
pub(super) static KIND: Kind = Kind {
    name: "fast_response",
    page: include_str!("fast_response.md"),
    fields: &[required("message", Shape::Text, "What the assistant says.")],
    inline: true,
    check: nothing_more,
    compile: |fields| {
        let message = fields.text("message").unwrap_or_default().to_owned();
        Some(Effect::FastResponse(FastResponse { message }))
    },
};
