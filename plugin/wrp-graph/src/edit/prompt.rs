//! The route's system prompt, in the place where each protocol keeps it.

use super::{Draft, escape, quote};
use crate::body::json::Span;
use crate::body::{Message, Protocol, Role};
use crate::plugin::{Placement, SystemPrompt};

pub(super) fn apply(draft: &mut Draft<'_, '_>, prompt: &SystemPrompt) {
    let system: Vec<usize> = draft
        .body
        .messages
        .iter()
        .enumerate()
        .filter(|(_, message)| matches!(message.role, Role::System | Role::Developer))
        .map(|(index, _)| index)
        .collect();
    let (place, others) = match draft.body.protocol {
        Protocol::Chat => (system.first().copied(), system.get(1..).unwrap_or_default()),
        Protocol::Anthropic | Protocol::Responses => (None, system.as_slice()),
    };
    if prompt.placement == Placement::Replace {
        for &index in others {
            if let Some(stays) = draft.messages.get_mut(index) {
                *stays = false;
            }
        }
    }
    match draft.body.protocol {
        Protocol::Chat => match place.and_then(|index| draft.body.messages.get(index)) {
            Some(message) => edit_message(draft, message, prompt),
            None => {
                draft.first_message =
                    Some(format!("{{\"role\":\"system\",\"content\":{}}}", quote(&prompt.text)));
            }
        },
        Protocol::Anthropic => edit_member(draft, "system", prompt),
        Protocol::Responses => edit_member(draft, "instructions", prompt),
    }
}

fn edit_message(draft: &mut Draft<'_, '_>, message: &Message<'_>, prompt: &SystemPrompt) {
    match message.content {
        Some(content) if prompt.placement == Placement::Replace => {
            draft.edits.replace(content, quote(&prompt.text));
        }
        Some(content) => put_before(draft, content, prompt),
        // A message has its role, so a comma is right.
        None => draft.edits.insert(message.span.start + 1, format!("\"content\":{},", quote(&prompt.text))),
    }
}

fn edit_member(draft: &mut Draft<'_, '_>, key: &str, prompt: &SystemPrompt) {
    match draft.member(key) {
        Some(member) if prompt.placement == Placement::Insert => put_before(draft, member.value_span, prompt),
        _ => draft.set(key, quote(&prompt.text)),
    }
}

/// Puts the prompt before what the client wrote, which stays as it is.
fn put_before(draft: &mut Draft<'_, '_>, content: Span, prompt: &SystemPrompt) {
    let part_type = if draft.body.protocol == Protocol::Responses { "input_text" } else { "text" };
    let part = || format!("{{\"type\":\"{part_type}\",\"text\":{}}}", quote(&prompt.text));
    match draft.bytes.get(content.start) {
        Some(b'"') => {
            let mut front = String::new();
            escape(&prompt.text, &mut front);
            // Nothing to part the prompt from where the client's is empty.
            if content.len() > 2 {
                escape("\n\n", &mut front);
            }
            draft.edits.insert(content.start + 1, front);
        }
        Some(b'[') => {
            let empty = draft.text(super::inner(content)).trim_ascii().is_empty();
            let comma = if empty { "" } else { "," };
            draft.edits.insert(content.start + 1, format!("{}{comma}", part()));
        }
        Some(b'{') => {
            draft.edits.insert(content.start, format!("[{},", part()));
            draft.edits.insert(content.end, "]".to_owned());
        }
        _ => draft.edits.replace(content, quote(&prompt.text)),
    }
}
