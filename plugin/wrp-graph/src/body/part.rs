//! The content of a message: text, images, and Anthropic's calls and results.

use super::json::{Kind, Malformed, Reader, Span};
use super::text::Text;
use super::weight::{Weight, prose_or_structured, structured_or_nothing};
use super::{BodyError, Protocol, once};

/// A piece of a message's content. A plain string is one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'b> {
    pub span: Span,
    pub kind: PartKind<'b>,
    pub(super) weight: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind<'b> {
    Text(Text<'b>),
    /// With its URL where it has one.
    Image(Option<Text<'b>>),
    /// Anthropic's `tool_use`.
    ToolCall,
    /// Anthropic's `tool_result`.
    ToolResult,
    Other,
}

/// `content`: a string, a list of parts, one part, or nothing.
pub(super) fn content<'b>(
    reader: &mut Reader<'b>,
    protocol: Protocol,
    key: &'static str,
) -> Result<Vec<Part<'b>>, BodyError> {
    let mut parts = Vec::new();
    match reader.kind()? {
        Kind::Null => {
            reader.skip()?;
        }
        Kind::Text => {
            let start = reader.at();
            let text = reader.string()?;
            let span = Span { start, end: reader.at() };
            parts.push(Part { span, kind: PartKind::Text(text), weight: Weight::prose(text) });
        }
        Kind::Object => parts.push(part(reader, protocol)?),
        Kind::Array => {
            reader.open()?;
            while reader.item()? {
                parts.push(part(reader, protocol)?);
            }
        }
        _ => return Err(BodyError::Wrong { key, wanted: "a string or a list of parts" }),
    }
    Ok(parts)
}

/// One content part, whatever it is.
fn part<'b>(reader: &mut Reader<'b>, protocol: Protocol) -> Result<Part<'b>, BodyError> {
    if reader.kind()? != Kind::Object {
        let span = reader.skip()?;
        return Ok(Part { span, kind: PartKind::Other, weight: Weight::structured(span) });
    }
    let start = reader.at();
    let (mut kind, mut text, mut url) = (None, None, None);
    let mut tool = Weight { framing: Weight::PER_TOOL_CALL, ..Weight::default() };
    let mut result = tool;
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        let is = |word| key.is(word);
        let string = reader.kind()? == Kind::Text;
        if is("type") && string {
            let word = reader.string()?;
            tool.add(Weight::prose(word));
            once(&mut kind, word, "type")?;
        } else if is("text") && string {
            once(&mut text, reader.string()?, "text")?;
        } else if is("image_url") {
            once(&mut url, image_url(reader)?, "image_url")?;
        } else if is("id") || is("name") {
            tool.add(prose_or_structured(reader)?);
        } else if is("input") {
            tool.add(Weight::structured(reader.skip()?));
        } else if is("tool_use_id") {
            result.add(prose_or_structured(reader)?);
        } else if is("content") {
            result.add(result_content(reader)?);
        } else {
            reader.skip()?;
        }
    }
    let span = Span { start, end: reader.at() };
    let word = kind.map(Text::decode);
    let (kind, weight) = match (word.as_deref(), text) {
        (Some("text" | "input_text" | "output_text"), Some(text)) => {
            (PartKind::Text(text), Weight::prose(text))
        }
        (None, Some(text)) => (PartKind::Text(text), Weight::structured(span)),
        (Some("image" | "image_url" | "input_image"), _) => (PartKind::Image(url.flatten()), Weight::image()),
        (Some("tool_use"), _) if protocol == Protocol::Anthropic => (PartKind::ToolCall, tool),
        (Some("tool_result"), _) if protocol == Protocol::Anthropic => (PartKind::ToolResult, result),
        _ => (PartKind::Other, Weight::structured(span)),
    };
    Ok(Part { span, kind, weight })
}

/// `image_url`: a string, or an object with `url`.
fn image_url<'b>(reader: &mut Reader<'b>) -> Result<Option<Text<'b>>, BodyError> {
    match reader.kind()? {
        Kind::Text => return Ok(Some(reader.string()?)),
        Kind::Object => reader.open()?,
        _ => {
            reader.skip()?;
            return Ok(None);
        }
    }
    let mut url = None;
    while let Some((key, _)) = reader.key()? {
        if key.is("url") && reader.kind()? == Kind::Text {
            once(&mut url, reader.string()?, "url")?;
        } else {
            reader.skip()?;
        }
    }
    Ok(url)
}

/// What a tool answered: data, and images.
pub(super) fn result_content(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    if reader.kind()? != Kind::Array {
        return structured_or_nothing(reader);
    }
    let mut weight = Weight::default();
    reader.open()?;
    while reader.item()? {
        weight.add(if reader.kind()? == Kind::Object {
            result_part(reader)?
        } else {
            Weight::structured(reader.skip()?)
        });
    }
    Ok(weight)
}

fn result_part(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    let start = reader.at();
    let mut image = false;
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        if key.is("type") && reader.kind()? == Kind::Text {
            let word = reader.string()?;
            image = word.is("image") || word.is("image_url") || word.is("input_image");
        } else {
            reader.skip()?;
        }
    }
    let span = Span { start, end: reader.at() };
    Ok(if image { Weight::image() } else { Weight::structured(span) })
}
