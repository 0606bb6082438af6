//! The messages of a request, in the terms that the three protocols share.

use super::call::{function_call, tool_calls};
use super::json::{Kind, Reader, Span};
use super::part::{Part, PartKind, content, result_content};
use super::text::Text;
use super::weight::{Weight, prose_or_structured};
use super::{BodyError, Protocol, expect, once};

/// One message, or one input item of the Responses protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'b> {
    pub span: Span,
    pub role: Role,
    /// The value of `content`, for edits; absent on items that have none.
    pub content: Option<Span>,
    pub parts: Vec<Part<'b>>,
    /// Tool calls this message makes, those in its parts left out.
    pub tool_calls: u32,
    /// What stands beside the parts.
    pub(super) weight: Weight,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
    System,
    Developer,
    /// The result of a tool call.
    Tool,
    /// Anything else; such a message is passed on and counts for nothing.
    #[default]
    Other,
}

/// `messages` or `input`.
pub(super) fn list<'b>(reader: &mut Reader<'b>, protocol: Protocol) -> Result<Vec<Message<'b>>, BodyError> {
    let key = protocol.messages_key();
    let mut messages = Vec::new();
    match reader.kind()? {
        Kind::Array => {
            reader.open()?;
            while reader.item()? {
                messages.push(message(reader, protocol)?);
            }
        }
        // The short form of Responses: one user message.
        Kind::Text if protocol == Protocol::Responses => messages.push(lone(reader, Role::User, key)?),
        _ => return Err(BodyError::Wrong { key, wanted: "a list of messages" }),
    }
    Ok(messages)
}

/// `system` or `instructions`: text, or parts, outside the list.
pub(super) fn instructions<'b>(
    reader: &mut Reader<'b>,
    key: &'static str,
) -> Result<Option<Message<'b>>, BodyError> {
    if reader.kind()? == Kind::Null {
        reader.skip()?;
        return Ok(None);
    }
    let mut message = lone(reader, Role::System, key)?;
    message.weight.text += "system".len() as u64;
    Ok(Some(message))
}

/// Content that stands for a whole message.
fn lone<'b>(reader: &mut Reader<'b>, role: Role, key: &'static str) -> Result<Message<'b>, BodyError> {
    reader.kind()?;
    let start = reader.at();
    let parts = content(reader, Protocol::Anthropic, key)?;
    let span = Span { start, end: reader.at() };
    let weight = Weight { framing: Weight::PER_MESSAGE, ..Weight::default() };
    Ok(Message { span, role, content: Some(span), parts, tool_calls: 0, weight })
}

/// The fields of a message that we know, as they come in.
#[derive(Default)]
struct Draft<'b> {
    role: Option<Text<'b>>,
    kind: Option<Text<'b>>,
    call_id: Option<Text<'b>>,
    content: Option<(Span, Vec<Part<'b>>)>,
    tool_calls: Option<u32>,
    /// Of the fields that count for whatever the message is.
    weight: Weight,
    /// Of the fields that only items without a role have.
    item_weight: Weight,
}

fn message<'b>(reader: &mut Reader<'b>, protocol: Protocol) -> Result<Message<'b>, BodyError> {
    expect(reader, Kind::Object, protocol.messages_key(), "a list of objects")?;
    let start = reader.at();
    let mut draft = Draft::default();
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        draft.member(reader, protocol, key)?;
    }
    Ok(draft.finish(Span { start, end: reader.at() }))
}

impl<'b> Draft<'b> {
    fn member(
        &mut self,
        reader: &mut Reader<'b>,
        protocol: Protocol,
        key: Text<'b>,
    ) -> Result<(), BodyError> {
        let is = |word| key.is(word);
        let kind = reader.kind()?;
        if is("role") {
            expect(reader, Kind::Text, "role", "a string")?;
            let role = reader.string()?;
            self.weight.add(Weight::prose(role));
            once(&mut self.role, role, "role")
        } else if is("content") {
            let start = reader.at();
            let parts = content(reader, protocol, "content")?;
            once(&mut self.content, (Span { start, end: reader.at() }, parts), "content")
        } else if is("tool_calls") {
            let (calls, weight) = tool_calls(reader)?;
            self.weight.add(weight);
            once(&mut self.tool_calls, calls, "tool_calls")
        } else if is("function_call") {
            self.weight.add(function_call(reader)?);
            Ok(())
        } else if ["name", "tool_call_id", "refusal", "reasoning_content"].into_iter().any(is) {
            self.weight.add(prose_or_structured(reader)?);
            Ok(())
        } else if protocol != Protocol::Responses {
            reader.skip()?;
            Ok(())
        } else if is("type") && kind == Kind::Text {
            once(&mut self.kind, reader.string()?, "type")
        } else if is("call_id") && kind == Kind::Text {
            let id = reader.string()?;
            self.item_weight.add(Weight::prose(id));
            once(&mut self.call_id, id, "call_id")
        } else if is("output") {
            self.item_weight.add(result_content(reader)?);
            Ok(())
        } else {
            let span = reader.skip()?;
            if kind != Kind::Null && !is("id") && !is("status") {
                self.item_weight.add(Weight::structured(span));
            }
            Ok(())
        }
    }

    fn finish(mut self, span: Span) -> Message<'b> {
        let kind = self.kind.map(Text::decode).unwrap_or_default();
        let (role, called) = match self.role {
            Some(role) => (Role::of(&role.decode()), false),
            None if kind.ends_with("_call_output") => (Role::Tool, false),
            // What the provider runs itself has no call id, and nobody has to answer it.
            None if kind.ends_with("_call") && self.call_id.is_some() => (Role::Assistant, true),
            None => (Role::Other, false),
        };
        self.weight.framing += Weight::PER_MESSAGE;
        if self.role.is_none() {
            self.weight.add(self.item_weight);
        }
        if called || role == Role::Tool {
            self.weight.framing += Weight::PER_TOOL_CALL;
        }
        let (content, mut parts) = self.content.map(|(span, parts)| (Some(span), parts)).unwrap_or_default();
        if role == Role::Tool {
            // What a tool answered is data, whatever it calls itself.
            for part in &mut parts {
                if !matches!(part.kind, PartKind::Image(_)) {
                    part.weight = Weight::structured(part.span);
                }
            }
        }
        let tool_calls = self.tool_calls.unwrap_or(0) + u32::from(called);
        Message { span, role, content, parts, tool_calls, weight: self.weight }
    }
}

impl Role {
    fn of(word: &str) -> Role {
        match word {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            "developer" => Role::Developer,
            "tool" => Role::Tool,
            _ => Role::Other,
        }
    }
}
