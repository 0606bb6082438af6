//! Taking the tool calls and tool results of earlier turns out of a conversation.

use super::Draft;
use super::list::Items;
use super::tools::string_member;
use crate::body::json::{Kind, Reader, Span};
use crate::body::{Message, PartKind, Protocol, Role};

/// Strips every call and result. A conversation that is nothing else stays as it is: without a message there is
/// no request.
pub(super) fn strip(draft: &mut Draft<'_, '_>) {
    let leftovers: Vec<Leftover> =
        draft.body.messages.iter().map(|message| leftover(draft, message)).collect();
    let mut staying = leftovers.iter().zip(&draft.messages).filter(|(_, stays)| **stays);
    if staying.all(|(leftover, _)| *leftover == Leftover::Nothing) {
        return;
    }
    for (index, leftover) in leftovers.into_iter().enumerate() {
        match leftover {
            Leftover::All => {}
            Leftover::Nothing => {
                if let Some(stays) = draft.messages.get_mut(index) {
                    *stays = false;
                }
            }
            Leftover::Without(items) => {
                if draft.messages.get(index) == Some(&true) {
                    items.edit(&mut draft.edits);
                }
            }
        }
    }
}

/// What is left of a message without calls and results.
#[derive(Debug)]
enum Leftover {
    All,
    Nothing,
    Without(Items),
}

impl PartialEq for Leftover {
    fn eq(&self, other: &Leftover) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

fn leftover(draft: &Draft<'_, '_>, message: &Message<'_>) -> Leftover {
    match draft.body.protocol {
        Protocol::Chat => chat(draft, message),
        Protocol::Anthropic => anthropic(draft, message),
        Protocol::Responses => responses(draft, message),
    }
}

fn chat(draft: &Draft<'_, '_>, message: &Message<'_>) -> Leftover {
    let old_result = || string_member(draft.text(message.span), "role").as_deref() == Some("function");
    if message.role == Role::Tool || (message.role == Role::Other && old_result()) {
        return Leftover::Nothing;
    }
    if message.role != Role::Assistant {
        return Leftover::All;
    }
    let members = members(draft, message.span);
    if !members.stay.contains(&false) {
        return Leftover::All;
    }
    let speaks = message.parts.iter().any(|part| match part.kind {
        PartKind::Text(text) => !text.is_empty(),
        _ => true,
    });
    if !speaks {
        return Leftover::Nothing;
    }
    Leftover::Without(members)
}

fn anthropic(draft: &Draft<'_, '_>, message: &Message<'_>) -> Leftover {
    let goes = |kind: PartKind<'_>| matches!(kind, PartKind::ToolCall | PartKind::ToolResult);
    if !message.parts.iter().any(|part| goes(part.kind)) {
        return Leftover::All;
    }
    let Some(content) = message.content else { return Leftover::All };
    if message.parts.iter().all(|part| goes(part.kind)) || draft.bytes.get(content.start) != Some(&b'[') {
        return Leftover::Nothing;
    }
    let mut items = Items::new(super::inner(content));
    message.parts.iter().for_each(|part| items.push(part.span, !goes(part.kind)));
    Leftover::Without(items)
}

/// Items that are no messages are calls, results, and the reasoning between them.
fn responses(draft: &Draft<'_, '_>, message: &Message<'_>) -> Leftover {
    let kind = string_member(draft.text(message.span), "type");
    match kind.as_deref() {
        None | Some("message" | "item_reference") => Leftover::All,
        Some(_) => Leftover::Nothing,
    }
}

/// The members of an object, of which those that make calls go.
fn members(draft: &Draft<'_, '_>, object: Span) -> Items {
    let mut members = Items::new(super::inner(object));
    let mut reader = Reader::new(draft.text(object));
    let mut read = || {
        if reader.kind()? != Kind::Object {
            return Ok(());
        }
        reader.open()?;
        while let Some((key, key_span)) = reader.key()? {
            let value = reader.skip()?;
            let span = Span { start: object.start + key_span.start, end: object.start + value.end };
            members.push(span, !key.is("tool_calls") && !key.is("function_call"));
        }
        Ok::<(), crate::body::Malformed>(())
    };
    // The body has been read before, so nothing in it is malformed.
    let _ = read();
    members
}
