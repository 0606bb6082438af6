//! Which tools the model gets to see.

use super::Draft;
use crate::body::Tool;
use crate::body::json::{Kind, Malformed, Reader, Span};
use crate::plugin::ToolsMode;

/// What speaks of tools at top level, and means nothing without them.
const ABOUT_TOOLS: &[&str] =
    &["tools", "tool_choice", "parallel_tool_calls", "max_tool_calls", "functions", "function_call"];

pub(super) fn apply(draft: &mut Draft<'_, '_>, mode: &ToolsMode) {
    let (allow, block) = match mode {
        ToolsMode::Passthrough => return,
        ToolsMode::None => return remove_all(draft),
        ToolsMode::Filtered { allow, block } => (allow, block),
    };
    let mut gone: Vec<String> = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for (index, tool) in draft.body.tools.iter().enumerate() {
        let label = label(draft, tool);
        let named = |list: &[String]| label.as_ref().is_some_and(|label| list.contains(label));
        let stays = (allow.is_empty() || named(allow)) && !named(block);
        if let Some(slot) = draft.tools.get_mut(index) {
            *slot &= stays;
        }
        if let Some(label) = label {
            if stays { left.push(label) } else { gone.push(label) }
        }
    }
    if !draft.tools.is_empty() && !draft.tools.contains(&true) {
        return remove_all(draft);
    }
    for choice in ["tool_choice", "function_call"] {
        let Some(member) = draft.member(choice) else { continue };
        let chosen = words(draft, member.value_span);
        if chosen.iter().any(|word| gone.contains(word) && !left.contains(word)) {
            draft.remove(choice);
        }
    }
}

fn remove_all(draft: &mut Draft<'_, '_>) {
    draft.remove_where(|member| ABOUT_TOOLS.iter().any(|key| member.key.is(key)));
}

/// What a policy calls a tool: its name, or for a tool that the provider runs and that has none, its type.
fn label(draft: &Draft<'_, '_>, tool: &Tool<'_>) -> Option<String> {
    match tool.name {
        Some(name) => Some(name.decode().into_owned()),
        None => string_member(draft.text(tool.span), "type"),
    }
}

/// A string member of an object.
pub(super) fn string_member(object: &str, wanted: &str) -> Option<String> {
    let mut reader = Reader::new(object);
    let mut found = None;
    reader.open().ok()?;
    while let Some((key, _)) = reader.key().ok()? {
        if key.is(wanted) && reader.kind().ok()? == Kind::Text {
            found = Some(reader.string().ok()?.decode().into_owned());
        } else {
            reader.skip().ok()?;
        }
    }
    found
}

/// Every name and type that stands anywhere in a value.
fn words(draft: &Draft<'_, '_>, span: Span) -> Vec<String> {
    let mut found = Vec::new();
    // The body has been read before, so nothing in it is malformed.
    let _ = collect(&mut Reader::new(draft.text(span)), &mut found);
    found
}

fn collect(reader: &mut Reader<'_>, found: &mut Vec<String>) -> Result<(), Malformed> {
    match reader.kind()? {
        Kind::Object => {
            reader.open()?;
            while let Some((key, _)) = reader.key()? {
                if (key.is("name") || key.is("type")) && reader.kind()? == Kind::Text {
                    found.push(reader.string()?.decode().into_owned());
                } else {
                    collect(reader, found)?;
                }
            }
        }
        Kind::Array => {
            reader.open()?;
            while reader.item()? {
                collect(reader, found)?;
            }
        }
        _ => {
            reader.skip()?;
        }
    }
    Ok(())
}
