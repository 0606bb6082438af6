//! Telling the model whether, and how hard, to reason.
//!
//! Chat completions know all families. A Responses request says an effort its own way, as `reasoning.effort`; the
//! other families and Anthropic messages have no such parameter, and their bodies stay as they are.

use super::{Draft, Wish, quote};
use crate::body::Protocol;
use crate::body::json::{Kind, Reader, Span};
use crate::graph::ReasoningFamily;

const DEFAULT_EFFORT: &str = "medium";
/// A family of efforts has no off; this is the least that all members take.
const LEAST_EFFORT: &str = "low";
/// Efforts of a client that are no more than the least.
const BELOW: &[&str] = &["none", "minimal", "low"];

pub(super) fn apply(draft: &mut Draft<'_, '_>, wish: &Wish<'_>) {
    let (Some(family), Some(reference)) = (&wish.model.reasoning, wish.reference) else { return };
    let Some(on) = reference.reasoning else { return };
    let effort = reference.effort.as_deref().unwrap_or(DEFAULT_EFFORT);
    match (draft.body.protocol, family) {
        (Protocol::Chat, ReasoningFamily::ChatTemplateFlag { parameter }) => {
            set_inside(draft, "chat_template_kwargs", parameter, on.to_string());
        }
        (Protocol::Chat, ReasoningFamily::ChatTemplateEffort { parameter }) => {
            set_effort(draft, on, effort, Some("chat_template_kwargs"), parameter);
        }
        (Protocol::Chat, ReasoningFamily::TopLevelEffort) => {
            set_effort(draft, on, effort, None, "reasoning_effort");
        }
        (Protocol::Responses, ReasoningFamily::TopLevelEffort) => {
            set_effort(draft, on, effort, Some("reasoning"), "effort");
        }
        (Protocol::Chat, ReasoningFamily::Thinking) => {
            let word = if on { "enabled" } else { "disabled" };
            draft.set("thinking", format!("{{\"type\":\"{word}\"}}"));
        }
        (Protocol::Anthropic | Protocol::Responses, _) => {}
    }
}

fn set_effort(draft: &mut Draft<'_, '_>, on: bool, effort: &str, object: Option<&str>, key: &str) {
    if !on && present_effort(draft, object, key).is_some_and(|effort| BELOW.contains(&effort.as_str())) {
        return;
    }
    let value = quote(if on { effort } else { LEAST_EFFORT });
    match object {
        Some(object) => set_inside(draft, object, key, value),
        None => draft.set(key, value),
    }
}

fn present_effort(draft: &Draft<'_, '_>, object: Option<&str>, key: &str) -> Option<String> {
    let member = draft.member(object.unwrap_or(key))?;
    let value = draft.text(member.value_span);
    match object {
        Some(_) => super::tools::string_member(value, key),
        None => Some(Reader::new(value).string().ok()?.decode().into_owned()),
    }
}

/// Sets one member of an object at top level, and leaves its other members alone.
fn set_inside(draft: &mut Draft<'_, '_>, object: &str, key: &str, value: String) {
    let fresh = format!("{}:{value}", quote(key));
    let Some(member) = draft.member(object) else {
        return draft.set(object, format!("{{{fresh}}}"));
    };
    let old = draft.text(member.value_span);
    match set_member(old, key, &fresh) {
        Some(new) => draft.set(object, new),
        None => draft.set(object, format!("{{{fresh}}}")),
    }
}

/// The object with the member replaced or added; `None` if this is no object.
fn set_member(object: &str, wanted: &str, fresh: &str) -> Option<String> {
    let mut reader = Reader::new(object);
    if reader.kind().ok()? != Kind::Object {
        return None;
    }
    let mut place: Option<Span> = None;
    let mut any = false;
    reader.open().ok()?;
    while let Some((key, key_span)) = reader.key().ok()? {
        let value = reader.skip().ok()?;
        any = true;
        if key.is(wanted) {
            place = Some(Span { start: key_span.start, end: value.end });
        }
    }
    let (place, text) = match place {
        Some(place) => (place, fresh.to_owned()),
        None => (Span { start: 1, end: 1 }, format!("{fresh}{}", if any { "," } else { "" })),
    };
    Some(format!("{}{text}{}", object.get(..place.start)?, object.get(place.end..)?))
}
