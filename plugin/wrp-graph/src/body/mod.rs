//! Reading request bodies in place: what signals need, and the spans that edits need.
//!
//! [`Body::parse`] goes over the bytes once and builds no tree. What the three protocols share is a list of
//! top-level [`Member`]s with their spans, the [`Message`]s and the [`Tool`]s; [`Body::facts`] makes of it what
//! signals may look at. An edit replaces spans and leaves every other byte alone.
//!
//! A body that two readers could understand differently is refused: no key that we act upon may stand twice.

mod call;
mod draft;
mod facts;
pub mod json;
mod message;
mod part;
#[cfg(test)]
mod tests;
mod text;
mod tool;
mod weight;

pub use json::{Malformed, Span};
pub use message::{Message, Role};
pub use part::{Part, PartKind};
pub use text::Text;
pub use tool::Tool;

use draft::{Draft, expect, once};
use json::{Kind, Reader};

/// The most entries of `metadata` that are read; more are refused.
pub const METADATA_ENTRIES: usize = 32;
/// The longest key of `metadata`, in bytes.
pub const METADATA_KEY_BYTES: usize = 128;
/// The longest value of `metadata`, in bytes.
pub const METADATA_VALUE_BYTES: usize = 1024;

/// The language a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// OpenAI Chat Completions: `messages`.
    Chat,
    /// Anthropic Messages: `messages` and `system`.
    Anthropic,
    /// OpenAI Responses: `input` and `instructions`.
    Responses,
}

impl Protocol {
    /// The protocol of a request path; `None` where a body is not ours to read.
    pub fn of_path(path: &str) -> Option<Protocol> {
        match path.split('?').next().unwrap_or_default() {
            "/v1/chat/completions" => Some(Protocol::Chat),
            "/v1/messages" => Some(Protocol::Anthropic),
            "/v1/responses" => Some(Protocol::Responses),
            _ => None,
        }
    }

    /// As the companion host is told.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Chat => "chat",
            Protocol::Anthropic => "anthropic",
            Protocol::Responses => "responses",
        }
    }

    pub fn of_word(word: &str) -> Option<Protocol> {
        [Protocol::Chat, Protocol::Anthropic, Protocol::Responses].into_iter().find(|it| it.word() == word)
    }

    fn messages_key(self) -> &'static str {
        match self {
            Protocol::Chat | Protocol::Anthropic => "messages",
            Protocol::Responses => "input",
        }
    }
}

/// One request body.
#[derive(Clone, Debug)]
pub struct Body<'b> {
    pub protocol: Protocol,
    /// The members of the top-level object, in the order they were written.
    pub members: Vec<Member<'b>>,
    /// Where the closing brace of the top-level object stands.
    pub close: usize,
    pub model: Text<'b>,
    pub stream: bool,
    /// `system` or `instructions`, where the protocol keeps them outside the list.
    pub instructions: Option<Message<'b>>,
    /// The messages, or for Responses the input items, in order.
    pub messages: Vec<Message<'b>>,
    /// The elements of `tools` and of the older `functions`.
    pub tools: Vec<Tool<'b>>,
    /// The caller's `metadata`: untrusted, within the limits above.
    pub metadata: Vec<(Text<'b>, Text<'b>)>,
    /// What the answer may take, by the caller's own bound.
    pub output_tokens: Option<u64>,
    /// Bytes of JSON at top level that a model gets to see: tool choice, answer format.
    structured_bytes: u64,
}

/// `"key": value` at top level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'b> {
    pub key: Text<'b>,
    /// With its quotes.
    pub key_span: Span,
    pub value_span: Span,
}

/// Why a body is refused. Its display is the message of the error response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    NotUtf8,
    Malformed(Malformed),
    /// A key that we act upon stands twice in one object.
    Repeated(&'static str),
    Missing(&'static str),
    Wrong {
        key: &'static str,
        wanted: &'static str,
    },
    /// The message list has no message.
    Empty(&'static str),
    /// `metadata` exceeds one of its limits.
    MetadataTooLarge,
}

impl From<Malformed> for BodyError {
    fn from(malformed: Malformed) -> BodyError {
        BodyError::Malformed(malformed)
    }
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BodyError::NotUtf8 => out.write_str("the request body is not UTF-8"),
            BodyError::Malformed(Malformed { at }) => {
                write!(out, "the request body is not valid JSON (at byte {at})")
            }
            BodyError::Repeated(key) => write!(out, "`{key}` stands more than once"),
            BodyError::Missing(key) => write!(out, "missing required field: `{key}`"),
            BodyError::Wrong { key, wanted } => write!(out, "`{key}` must be {wanted}"),
            BodyError::Empty(key) => write!(out, "`{key}` must not be empty"),
            BodyError::MetadataTooLarge => write!(
                out,
                "`metadata` takes at most {METADATA_ENTRIES} entries, keys of 1 to {METADATA_KEY_BYTES} bytes and \
                 values of {METADATA_VALUE_BYTES}"
            ),
        }
    }
}

impl std::error::Error for BodyError {}

impl<'b> Body<'b> {
    /// Reads a whole body. Linear in its length; nothing in it can make this panic.
    pub fn parse(bytes: &'b [u8], protocol: Protocol) -> Result<Body<'b>, BodyError> {
        let text = std::str::from_utf8(bytes).map_err(|_| BodyError::NotUtf8)?;
        let mut reader = Reader::new(text);
        let mut draft = Draft::default();
        expect(&mut reader, Kind::Object, "the request body", "an object")?;
        reader.open()?;
        while let Some((key, key_span)) = reader.key()? {
            reader.kind()?;
            let start = reader.at();
            draft.member(&mut reader, protocol, key)?;
            let value_span = Span { start, end: reader.at() };
            draft.members.push(Member { key, key_span, value_span });
        }
        let close = reader.at() - 1;
        reader.end()?;
        draft.finish(protocol, close)
    }

    /// The top-level member of this name. Keys that we act upon stand once; of others, the last counts.
    pub fn member(&self, key: &str) -> Option<&Member<'b>> {
        self.members.iter().rev().find(|member| member.key.is(key))
    }
}
