//! The top level of a body, member by member.

use super::json::{Kind, Reader};
use super::message::{self, Message};
use super::text::Text;
use super::tool::{self, Tool};
use super::{Body, BodyError, METADATA_ENTRIES, METADATA_KEY_BYTES, METADATA_VALUE_BYTES, Member, Protocol};

/// A body while its members are coming in.
#[derive(Default)]
pub(super) struct Draft<'b> {
    pub(super) members: Vec<Member<'b>>,
    model: Option<Text<'b>>,
    stream: Option<bool>,
    instructions: Option<Option<Message<'b>>>,
    messages: Option<Vec<Message<'b>>>,
    tools: Option<Vec<Tool<'b>>>,
    functions: Option<Vec<Tool<'b>>>,
    metadata: Option<Vec<(Text<'b>, Text<'b>)>>,
    max_completion_tokens: Option<Limit>,
    max_tokens: Option<Limit>,
    max_output_tokens: Option<Limit>,
    prompt: bool,
    structured_bytes: u64,
}

/// A bound on the answer's length as it was given.
enum Limit {
    Absent,
    Tokens(u64),
    /// Something else, as long as this.
    Odd(u64),
}

impl<'b> Draft<'b> {
    /// Takes the value of a top-level key.
    pub(super) fn member(
        &mut self,
        reader: &mut Reader<'b>,
        protocol: Protocol,
        key: Text<'b>,
    ) -> Result<(), BodyError> {
        let is = |word| key.is(word);
        if is("model") {
            expect(reader, Kind::Text, "model", "a string")?;
            once(&mut self.model, reader.string()?, "model")
        } else if is("stream") {
            once(&mut self.stream, flag(reader, "stream")?, "stream")
        } else if is(protocol.messages_key()) {
            let messages = message::list(reader, protocol)?;
            once(&mut self.messages, messages, protocol.messages_key())
        } else if protocol == Protocol::Anthropic && is("system") {
            once(&mut self.instructions, message::instructions(reader, "system")?, "system")
        } else if protocol == Protocol::Responses && is("instructions") {
            once(&mut self.instructions, message::instructions(reader, "instructions")?, "instructions")
        } else if is("tools") {
            once(&mut self.tools, tool::list(reader, "tools")?, "tools")
        } else if is("functions") && protocol == Protocol::Chat {
            once(&mut self.functions, tool::list(reader, "functions")?, "functions")
        } else if is("metadata") {
            once(&mut self.metadata, metadata(reader, protocol)?, "metadata")
        } else if is("max_completion_tokens") {
            once(&mut self.max_completion_tokens, limit(reader)?, "max_completion_tokens")
        } else if is("max_tokens") {
            once(&mut self.max_tokens, limit(reader)?, "max_tokens")
        } else if is("max_output_tokens") {
            once(&mut self.max_output_tokens, limit(reader)?, "max_output_tokens")
        } else {
            let shown = ["tool_choice", "function_call", "response_format", "text"].into_iter().any(is);
            self.prompt |= is("prompt");
            let null = reader.kind()? == Kind::Null;
            let span = reader.skip()?;
            if shown && !null {
                self.structured_bytes += span.len() as u64;
            }
            Ok(())
        }
    }

    /// Checks that all is there.
    pub(super) fn finish(self, protocol: Protocol, close: usize) -> Result<Body<'b>, BodyError> {
        let messages = match self.messages {
            Some(messages) if messages.is_empty() => return Err(BodyError::Empty(protocol.messages_key())),
            Some(messages) => messages,
            // A stored prompt template may stand in for the input.
            None if protocol == Protocol::Responses && self.prompt => Vec::new(),
            None => return Err(BodyError::Missing(protocol.messages_key())),
        };
        let mut tools = self.tools.unwrap_or_default();
        tools.extend(self.functions.unwrap_or_default());
        let bounds = match protocol {
            Protocol::Chat => [self.max_completion_tokens, self.max_tokens],
            Protocol::Anthropic => [self.max_tokens, None],
            Protocol::Responses => [self.max_output_tokens, None],
        };
        let bound = bounds.into_iter().flatten().find(|bound| !matches!(bound, Limit::Absent));
        let (output_tokens, odd_bytes) = match bound {
            Some(Limit::Tokens(tokens)) => (Some(tokens), 0),
            Some(Limit::Odd(bytes)) => (None, bytes),
            Some(Limit::Absent) | None => (None, 0),
        };
        Ok(Body {
            protocol,
            members: self.members,
            close,
            model: self.model.ok_or(BodyError::Missing("model"))?,
            stream: self.stream.unwrap_or(false),
            instructions: self.instructions.flatten(),
            messages,
            tools,
            metadata: self.metadata.unwrap_or_default(),
            output_tokens,
            structured_bytes: self.structured_bytes + odd_bytes,
        })
    }
}

/// Keeps the first value of a key and refuses a second.
pub(super) fn once<T>(slot: &mut Option<T>, value: T, key: &'static str) -> Result<(), BodyError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(BodyError::Repeated(key)),
    }
}

pub(super) fn expect(
    reader: &mut Reader<'_>,
    kind: Kind,
    key: &'static str,
    wanted: &'static str,
) -> Result<(), BodyError> {
    if reader.kind()? == kind { Ok(()) } else { Err(BodyError::Wrong { key, wanted }) }
}

/// `true`, `false`, or `null` for false.
fn flag(reader: &mut Reader<'_>, key: &'static str) -> Result<bool, BodyError> {
    let kind = reader.kind()?;
    if !matches!(kind, Kind::True | Kind::False | Kind::Null) {
        return Err(BodyError::Wrong { key, wanted: "true or false" });
    }
    reader.skip()?;
    Ok(kind == Kind::True)
}

/// A whole number of tokens; anything else counts by its length, as the reference counts it.
fn limit(reader: &mut Reader<'_>) -> Result<Limit, BodyError> {
    let kind = reader.kind()?;
    let span = reader.skip()?;
    Ok(match (kind, reader.slice(span).parse::<u64>()) {
        (Kind::Null, _) => Limit::Absent,
        (_, Ok(tokens)) => Limit::Tokens(tokens),
        (_, Err(error)) if *error.kind() == std::num::IntErrorKind::PosOverflow => Limit::Tokens(u64::MAX),
        (_, Err(_)) => Limit::Odd(span.len() as u64),
    })
}

/// The entries of `metadata`. OpenAI's are strings; what else Anthropic may send is passed over.
fn metadata<'b>(reader: &mut Reader<'b>, protocol: Protocol) -> Result<Vec<(Text<'b>, Text<'b>)>, BodyError> {
    let mut entries: Vec<(Text<'b>, Text<'b>)> = Vec::new();
    if reader.kind()? == Kind::Null {
        reader.skip()?;
        return Ok(entries);
    }
    expect(reader, Kind::Object, "metadata", "an object")?;
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        if reader.kind()? != Kind::Text {
            if protocol != Protocol::Anthropic {
                return Err(BodyError::Wrong { key: "metadata", wanted: "an object of strings" });
            }
            reader.skip()?;
            continue;
        }
        let value = reader.string()?;
        if key.is_empty()
            || key.len() > METADATA_KEY_BYTES
            || value.len() > METADATA_VALUE_BYTES
            || entries.len() == METADATA_ENTRIES
        {
            return Err(BodyError::MetadataTooLarge);
        }
        if entries.iter().any(|(earlier, _)| earlier.is(&key.decode())) {
            return Err(BodyError::Repeated("metadata"));
        }
        entries.push((key, value));
    }
    Ok(entries)
}
