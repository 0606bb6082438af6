//! The tools a request offers.

use super::json::{Kind, Reader, Span};
use super::text::Text;
use super::{BodyError, once};

/// One element of `tools`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool<'b> {
    pub span: Span,
    /// `function.name`, or `name` where the protocol has no wrapper; tools run by the provider may have none.
    pub name: Option<Text<'b>>,
}

/// The elements of `tools` or `functions`; `null` is none.
pub(super) fn list<'b>(reader: &mut Reader<'b>, key: &'static str) -> Result<Vec<Tool<'b>>, BodyError> {
    let mut tools = Vec::new();
    match reader.kind()? {
        Kind::Null => {
            reader.skip()?;
        }
        Kind::Array => {
            reader.open()?;
            while reader.item()? {
                tools.push(tool(reader)?);
            }
        }
        _ => return Err(BodyError::Wrong { key, wanted: "a list" }),
    }
    Ok(tools)
}

fn tool<'b>(reader: &mut Reader<'b>) -> Result<Tool<'b>, BodyError> {
    if reader.kind()? != Kind::Object {
        return Err(BodyError::Wrong { key: "tools[]", wanted: "an object" });
    }
    let start = reader.at();
    let (mut name, mut wrapped) = (None, None);
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        match reader.kind()? {
            Kind::Text if key.is("name") => once(&mut name, reader.string()?, "tools[].name")?,
            Kind::Object if key.is("function") => {
                once(&mut wrapped, function_name(reader)?, "tools[].function")?;
            }
            _ => {
                reader.skip()?;
            }
        }
    }
    Ok(Tool { span: Span { start, end: reader.at() }, name: wrapped.flatten().or(name) })
}

fn function_name<'b>(reader: &mut Reader<'b>) -> Result<Option<Text<'b>>, BodyError> {
    let mut name = None;
    reader.open()?;
    while let Some((key, _)) = reader.key()? {
        if key.is("name") && reader.kind()? == Kind::Text {
            once(&mut name, reader.string()?, "tools[].function.name")?;
        } else {
            reader.skip()?;
        }
    }
    Ok(name)
}
