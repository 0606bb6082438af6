//! What a request says, as far as signals may look at it.
//!
//! Facts are borrowed from the body and the headers of one request; whoever holds those builds them: the filter
//! with [`crate::body::Body::facts`], the command line and tests also with [`Facts::from_text`]. Nothing here
//! reads a socket or a clock.

use std::borrow::Cow;

/// Bytes of prose that count as one token.
pub const PROSE_BYTES_PER_TOKEN: u64 = 4;

/// Everything that inline signals read. `Default` is a request that says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'r> {
    /// The text that text signals see: the last user message that has text; if there is none, the texts of
    /// `other_turns`, joined by spaces.
    pub text: Cow<'r, str>,
    /// The text of every user turn that has one, in order, the last one included.
    pub user_turns: Vec<Cow<'r, str>>,
    /// The texts of assistants, systems and developers, in order. What tools answered is not among them.
    pub other_turns: Vec<Cow<'r, str>>,
    /// An assistant has said something before.
    pub assistant_replied: bool,
    /// The first image in a user message that came with the request, as a `data:` URI.
    pub image: Option<Cow<'r, str>>,
    pub conversation: Conversation,
    /// Tokens that the envelope accounts for at least: text, structured bytes, images, framing and output reserve.
    pub envelope_tokens: u64,
    /// The caller's `metadata`: untrusted, in the order it was written, no key twice.
    pub metadata: Vec<(Cow<'r, str>, Cow<'r, str>)>,
    pub identity: Identity<'r>,
}

impl<'r> Facts<'r> {
    /// A request of which only the user's text is known.
    pub fn from_text(text: impl Into<Cow<'r, str>>) -> Facts<'r> {
        let text = text.into();
        Facts {
            user_turns: if text.is_empty() { Vec::new() } else { vec![text.clone()] },
            text,
            conversation: Conversation { user_messages: 1, ..Conversation::default() },
            ..Facts::default()
        }
    }

    /// The size of the context: a token for four bytes of the text, and never less than the envelope.
    pub fn context_tokens(&self) -> u64 {
        (self.text.len() as u64).div_ceil(PROSE_BYTES_PER_TOKEN).max(self.envelope_tokens)
    }
}

/// Counts over the message list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    pub user_messages: u32,
    pub assistant_messages: u32,
    pub system_messages: u32,
    pub developer_messages: u32,
    /// Results of tool calls, one each, wherever the protocol puts them.
    pub tool_messages: u32,
    pub tool_definitions: u32,
    /// Tool calls that assistants made, over all turns.
    pub assistant_tool_calls: u32,
    /// Tool calls that were answered.
    pub assistant_tool_cycles: u32,
    /// The conversation ends inside a tool loop: in a call, in a result, or in a user's message right after one.
    pub active_tool_loop: bool,
    /// Images in user messages.
    pub images: u32,
}

/// Who asks, from headers that a filter before us has set. Empty when identity headers are not trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'r> {
    pub user: Option<Cow<'r, str>>,
    pub groups: Vec<Cow<'r, str>>,
}
