#![doc = include_str!("system_prompt.md")]

use serde::Serialize;

#[cfg(feature = "build")]
use super::{Effect, Kind, nothing_more, optional};
#[cfg(feature = "build")]
use crate::schema::Shape;
use crate::wire::wire;

/// The system prompt of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SystemPrompt {
    pub text: String,
    pub placement: Placement,
}

wire!(SystemPrompt { text, placement });

/// What happens to a system prompt that the client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Placement {
    /// The route's takes its place.
    Replace,
    /// The route's comes first, a blank line, then the client's.
    Insert,
}

wire!(enum Placement { 0 => Replace, 1 => Insert });

#[cfg(feature = "build")]
pub(super) static KIND: Kind = Kind {
    name: "system_prompt",
    page: include_str!("system_prompt.md"),
    fields: &[
        optional("enabled", Shape::Flag, "Switches the plugin off with `false`. Default `true`."),
        optional("system_prompt", Shape::Text, "The prompt. Without one nothing happens."),
        optional(
            "mode",
            Shape::Word(&["replace", "insert"]),
            "What happens to a system prompt that the client sent. Default `replace`.",
        ),
    ],
    inline: true,
    check: nothing_more,
    compile: |fields| {
        let text = fields.text("system_prompt").unwrap_or_default();
        if fields.flag("enabled") == Some(false) || text.is_empty() {
            return None;
        }
        let placement =
            if fields.text("mode") == Some("insert") { Placement::Insert } else { Placement::Replace };
        Some(Effect::SystemPrompt(SystemPrompt { text: text.to_owned(), placement }))
    },
};
