//! From a body to what signals may look at.

use std::borrow::Cow;

use super::weight::Weight;
use super::{Body, Message, PartKind, Protocol, Role};
use crate::facts::{Conversation, Facts, Identity, PROSE_BYTES_PER_TOKEN};

/// What one image counts for in the context, whatever its size.
const TOKENS_PER_IMAGE: u64 = 8192;
const FRAMING_PER_TOOL_DEFINITION: u64 = 8;

impl<'b> Body<'b> {
    /// What this request says to signals. Texts are borrowed wherever the body has them unescaped and whole.
    pub fn facts<'r>(&self, identity: Identity<'r>) -> Facts<'r>
    where
        'b: 'r,
    {
        let mut user_turns: Vec<Cow<'r, str>> = Vec::new();
        let mut other_turns: Vec<Cow<'r, str>> = Vec::new();
        let mut assistant_replied = false;
        for message in self.all_messages() {
            let Some(text) = text(message) else { continue };
            match message.role {
                Role::User => user_turns.push(text),
                Role::Assistant | Role::System | Role::Developer => {
                    assistant_replied |= message.role == Role::Assistant;
                    other_turns.push(text);
                }
                Role::Tool | Role::Other => {}
            }
        }
        Facts {
            text: user_turns.last().cloned().unwrap_or_else(|| Cow::Owned(other_turns.join(" "))),
            user_turns,
            other_turns,
            assistant_replied,
            image: self.first_inline_image(),
            conversation: self.conversation(),
            envelope_tokens: self.envelope_tokens(),
            metadata: self.metadata.iter().map(|(key, value)| (key.decode(), value.decode())).collect(),
            identity,
        }
    }

    fn all_messages(&self) -> impl Iterator<Item = &Message<'b>> {
        self.instructions.iter().chain(&self.messages)
    }

    fn first_inline_image<'r>(&self) -> Option<Cow<'r, str>>
    where
        'b: 'r,
    {
        let users = self.messages.iter().filter(|message| message.role == Role::User);
        users
            .flat_map(|message| &message.parts)
            .filter_map(|part| match part.kind {
                PartKind::Image(Some(url)) => Some(url.decode()),
                _ => None,
            })
            .find(|url| url.starts_with("data:image/"))
    }

    fn conversation(&self) -> Conversation {
        let mut counts =
            Conversation { tool_definitions: self.tools.len() as u32, ..Conversation::default() };
        let mut last = Last::Other;
        let mut previous_role = Role::Other;
        for message in self.all_messages() {
            let calls = message.tool_calls + count(message, |kind| matches!(kind, PartKind::ToolCall));
            let results = count(message, |kind| matches!(kind, PartKind::ToolResult));
            counts.assistant_tool_calls += calls;
            if results > 0 {
                counts.tool_messages += results;
                counts.assistant_tool_cycles += results;
                last = Last::Result;
            }
            match message.role {
                // A message of tool results alone is not the user speaking.
                Role::User if results > 0 && results as usize == message.parts.len() => {}
                Role::User => {
                    counts.user_messages += 1;
                    counts.images += count(message, |kind| matches!(kind, PartKind::Image(_)));
                    last = if last == Last::Result { Last::UserAfterResult } else { Last::Other };
                }
                Role::Assistant => {
                    // Responses lists a turn's calls beside its message, one item each.
                    let continued =
                        self.protocol == Protocol::Responses && previous_role == Role::Assistant && calls > 0;
                    counts.assistant_messages += u32::from(!continued);
                    last = if calls > 0 { Last::Call } else { Last::Other };
                }
                Role::System => {
                    counts.system_messages += 1;
                    last = Last::Other;
                }
                Role::Developer => {
                    counts.developer_messages += 1;
                    last = Last::Other;
                }
                Role::Tool => {
                    counts.tool_messages += 1;
                    counts.assistant_tool_cycles += 1;
                    last = Last::Result;
                }
                Role::Other => last = Last::Other,
            }
            previous_role = message.role;
        }
        counts.active_tool_loop = last != Last::Other;
        counts
    }

    /// The least this request takes of a context window, answer included.
    fn envelope_tokens(&self) -> u64 {
        let mut weight = Weight { structured: self.structured_bytes, ..Weight::default() };
        for message in self.all_messages() {
            weight.add(message.weight);
            for part in &message.parts {
                weight.add(part.weight);
            }
        }
        for tool in &self.tools {
            weight.structured += tool.span.len() as u64;
            weight.framing += FRAMING_PER_TOOL_DEFINITION;
        }
        weight
            .text
            .div_ceil(PROSE_BYTES_PER_TOKEN)
            .saturating_add(weight.structured)
            .saturating_add(weight.images.saturating_mul(TOKENS_PER_IMAGE))
            .saturating_add(weight.framing)
            .saturating_add(self.output_tokens.unwrap_or(0))
    }
}

/// What the conversation ends in, as far as tool loops go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Call,
    Result,
    UserAfterResult,
    Other,
}

fn count(message: &Message<'_>, wanted: impl Fn(PartKind<'_>) -> bool) -> u32 {
    message.parts.iter().filter(|part| wanted(part.kind)).count() as u32
}

/// The text of a message: its text parts joined by spaces; `None` where there is none.
fn text<'r>(message: &Message<'r>) -> Option<Cow<'r, str>> {
    let mut joined: Option<Cow<'r, str>> = None;
    for part in &message.parts {
        let PartKind::Text(text) = part.kind else { continue };
        if text.is_empty() {
            continue;
        }
        joined = Some(match joined {
            None => text.decode(),
            Some(before) => {
                let mut both = before.into_owned();
                both.push(' ');
                both.push_str(&text.decode());
                Cow::Owned(both)
            }
        });
    }
    joined
}
