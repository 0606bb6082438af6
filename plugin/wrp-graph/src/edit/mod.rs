//! Changing a request body without touching a byte that need not change.
//!
//! [`rewrite`] compares a [`Body`] with what the decision wants of it and returns [`Edits`]: spans and what takes
//! their place. Nothing is parsed into a tree and nothing is printed again, so key order, spacing, escapes and
//! number formats of everything else arrive upstream as the client wrote them.

mod history;
mod list;
mod params;
mod prompt;
mod reasoning;
mod tools;

use crate::body::json::Span;
use crate::body::{Body, Member, Protocol};
use crate::graph::{Model, ModelRef};
use crate::plugin::Effect;
use list::Items;

/// What a decision wants of the body.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'g> {
    pub model: &'g Model,
    /// How the route refers to the model: its adapter, its way of reasoning.
    pub reference: Option<&'g ModelRef>,
    pub effects: &'g [Effect],
}

impl<'g> Wish<'g> {
    /// The name that the upstream knows the model by: the adapter's, else the provider's, else our own.
    pub fn upstream_model(&self) -> &'g str {
        let adapter = self.reference.and_then(|reference| reference.lora.as_deref());
        adapter.or(self.model.provider_model_id.as_deref()).unwrap_or(&self.model.name)
    }
}

/// Spans of a body and what takes their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// In order. An insertion and a replacement may start at one place; the insertion goes first.
    edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    span: Span,
    with: String,
}

/// A body after its edits: the first `until` bytes become `front`; what follows stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    pub until: usize,
    pub front: Vec<u8>,
}

impl Rewritten {
    /// The whole new body.
    pub fn join(mut self, bytes: &[u8]) -> Vec<u8> {
        self.front.extend_from_slice(bytes.get(self.until..).unwrap_or_default());
        self.front
    }
}

impl Edits {
    /// Replaces a span. Spans of one set of edits must not overlap.
    pub fn replace(&mut self, span: Span, with: String) {
        let place = |span: Span| (span.start, span.end);
        let at = self.edits.partition_point(|edit| place(edit.span) <= place(span));
        self.edits.insert(at, Edit { span, with });
    }

    pub fn insert(&mut self, at: usize, text: String) {
        self.replace(Span { start: at, end: at }, text);
    }

    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Carries the edits out. `None` if there are none: the body may go on as it is.
    pub fn apply(self, bytes: &[u8]) -> Option<Rewritten> {
        let until = self.edits.last()?.span.end;
        let mut front = Vec::with_capacity(until + 256);
        let mut at = 0;
        for edit in &self.edits {
            front.extend_from_slice(bytes.get(at..edit.span.start).unwrap_or_default());
            front.extend_from_slice(edit.with.as_bytes());
            at = edit.span.end;
        }
        Some(Rewritten { until, front })
    }
}

/// The edits that turn this body into what the decision wants.
pub fn rewrite(body: &Body<'_>, bytes: &[u8], wish: &Wish<'_>) -> Edits {
    let mut draft = Draft::new(body, bytes);
    // Limits hold for what the client sent; what the policy itself puts in comes afterwards.
    for effect in wish.effects {
        if let Effect::RequestParams(limits) = effect {
            params::apply(&mut draft, limits);
        }
    }
    for effect in wish.effects {
        match effect {
            Effect::SystemPrompt(prompt) => prompt::apply(&mut draft, prompt),
            Effect::Tools(policy) => {
                tools::apply(&mut draft, &policy.mode);
                if policy.strip_history {
                    history::strip(&mut draft);
                }
            }
            Effect::RequestParams(_) => {}
            Effect::FastResponse(_) | Effect::HeaderMutation(_) | Effect::Elsewhere { .. } => {}
        }
    }
    reasoning::apply(&mut draft, wish);
    if !body.model.is(wish.upstream_model()) {
        draft.set("model", quote(wish.upstream_model()));
    }
    draft.finish()
}

/// A body while its edits are being collected.
struct Draft<'d, 'b> {
    body: &'d Body<'b>,
    bytes: &'d [u8],
    /// One for each member.
    members: Vec<Fate>,
    /// New members, `"key":value`.
    added: Vec<String>,
    /// Whether each message stays.
    messages: Vec<bool>,
    first_message: Option<String>,
    /// Whether each tool stays.
    tools: Vec<bool>,
    edits: Edits,
}

/// What becomes of a top-level member.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Keep,
    Drop,
    /// This value takes the place of its own.
    Set(String),
}

impl<'d, 'b> Draft<'d, 'b> {
    fn new(body: &'d Body<'b>, bytes: &'d [u8]) -> Draft<'d, 'b> {
        Draft {
            body,
            bytes,
            members: vec![Fate::Keep; body.members.len()],
            added: Vec::new(),
            messages: vec![true; body.messages.len()],
            first_message: None,
            tools: vec![true; body.tools.len()],
            edits: Edits::default(),
        }
    }

    /// The bytes of a span, which came from this body and so are text.
    fn text(&self, span: Span) -> &'d str {
        self.bytes.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The member that counts under this key, if nothing has been done to it yet.
    fn member(&self, key: &str) -> Option<&'d Member<'b>> {
        let mut members = self.body.members.iter().zip(&self.members).rev();
        let (member, fate) = members.find(|(member, _)| member.key.is(key))?;
        (*fate == Fate::Keep).then_some(member)
    }

    /// Gives a member a new value, or adds it. Where a key stands twice, the last one counts, and the others go.
    fn set(&mut self, key: &str, value: String) {
        let last = self.body.members.iter().rposition(|member| member.key.is(key));
        self.remove(key);
        match last.and_then(|index| self.members.get_mut(index)) {
            Some(fate) => *fate = Fate::Set(value),
            None => self.added.push(format!("{}:{value}", quote(key))),
        }
    }

    fn remove(&mut self, key: &str) {
        self.remove_where(|member| member.key.is(key));
    }

    fn remove_where(&mut self, goes: impl Fn(&Member<'_>) -> bool) {
        for (member, fate) in self.body.members.iter().zip(&mut self.members) {
            if goes(member) {
                *fate = Fate::Drop;
            }
        }
    }

    fn finish(mut self) -> Edits {
        self.edit_messages();
        self.edit_tools();
        // At the front, so that the bytes behind the last edit need not move.
        let front = (!self.added.is_empty()).then(|| self.added.join(","));
        let inside = Span { start: self.open(), end: self.body.close };
        let mut items = Items { front, ..Items::new(inside) };
        for (member, fate) in self.body.members.iter().zip(&self.members) {
            let span = Span { start: member.key_span.start, end: member.value_span.end };
            items.push(span, *fate != Fate::Drop);
            if let Fate::Set(value) = fate {
                self.edits.replace(member.value_span, value.clone());
            }
        }
        items.edit(&mut self.edits);
        self.edits
    }

    /// Just inside the opening brace.
    fn open(&self) -> usize {
        self.bytes.iter().position(|&byte| byte == b'{').map_or(0, |at| at + 1)
    }

    fn edit_messages(&mut self) {
        let list = match self.body.protocol {
            Protocol::Responses => "input",
            Protocol::Chat | Protocol::Anthropic => "messages",
        };
        let Some(member) = self.member(list) else { return };
        if self.bytes.get(member.value_span.start) != Some(&b'[') {
            return;
        }
        let mut items = Items { front: self.first_message.take(), ..Items::new(inner(member.value_span)) };
        for (message, stays) in self.body.messages.iter().zip(&self.messages) {
            items.push(message.span, *stays);
        }
        items.edit(&mut self.edits);
    }

    fn edit_tools(&mut self) {
        let lists = ["tools", "functions"];
        for (member, fate) in self.body.members.iter().zip(&self.members) {
            if *fate != Fate::Keep || !lists.iter().any(|list| member.key.is(list)) {
                continue;
            }
            let within =
                |span: Span| member.value_span.start <= span.start && span.end <= member.value_span.end;
            let mut items = Items::new(inner(member.value_span));
            for (tool, stays) in self.body.tools.iter().zip(&self.tools) {
                if within(tool.span) {
                    items.push(tool.span, *stays);
                }
            }
            items.edit(&mut self.edits);
        }
    }
}

/// Between the brackets.
fn inner(span: Span) -> Span {
    Span { start: span.start + 1, end: span.end.saturating_sub(1) }
}

/// A JSON string that means this text.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    escape(text, &mut quoted);
    quoted.push('"');
    quoted
}

/// The inside of a JSON string that means this text.
fn escape(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.push(digit(control as u32 >> 4));
                out.push(digit(control as u32 & 0xf));
            }
            plain => out.push(plain),
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
