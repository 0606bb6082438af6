//! The tool calls of an assistant's message in chat completions.

use super::BodyError;
use super::json::{Kind, Malformed, Reader, Span};
use super::weight::{Weight, prose_or_structured, structured_or_nothing};

/// `tool_calls`: how many there are, and what they weigh.
pub(super) fn tool_calls(reader: &mut Reader<'_>) -> Result<(u32, Weight), BodyError> {
    let mut weight = Weight::default();
    let mut calls = 0;
    match reader.kind()? {
        Kind::Null => {
            reader.skip()?;
        }
        Kind::Array => {
            reader.open()?;
            while reader.item()? {
                calls += 1;
                weight.add(tool_call(reader)?);
            }
        }
        _ => return Err(BodyError::Wrong { key: "tool_calls", wanted: "a list" }),
    }
    Ok((calls, weight))
}

fn tool_call(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    if reader.kind()? != Kind::Object {
        let mut weight = Weight::structured(reader.skip()?);
        weight.framing += Weight::PER_TOOL_CALL;
        return Ok(weight);
    }
    let start = reader.at();
    let mut envelope = Weight { framing: Weight::PER_TOOL_CALL, ..Weight::default() };
    let mut function = None;
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        if key.is("function") && reader.kind()? == Kind::Object {
            function = Some(function_fields(reader)?);
        } else if key.is("id") || key.is("type") || key.is("tool_call_id") {
            envelope.add(prose_or_structured(reader)?);
        } else {
            reader.skip()?;
        }
    }
    Ok(match function {
        Some(function) => {
            envelope.add(function);
            envelope
        }
        None => {
            let whole = Weight::structured(Span { start, end: reader.at() });
            Weight { framing: Weight::PER_TOOL_CALL, ..whole }
        }
    })
}

/// The older `function_call` of an assistant message.
pub(super) fn function_call(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    match reader.kind()? {
        Kind::Null => {
            reader.skip()?;
            Ok(Weight::default())
        }
        Kind::Object => {
            let mut weight = function_fields(reader)?;
            weight.framing += Weight::PER_TOOL_CALL;
            Ok(weight)
        }
        _ => Ok(Weight::structured(reader.skip()?)),
    }
}

fn function_fields(reader: &mut Reader<'_>) -> Result<Weight, Malformed> {
    let mut weight = Weight::default();
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        if key.is("name") {
            weight.add(prose_or_structured(reader)?);
        } else if key.is("arguments") {
            weight.add(structured_or_nothing(reader)?);
        } else {
            reader.skip()?;
        }
    }
    Ok(weight)
}
