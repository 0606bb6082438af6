//! Cases in JSON lines: one request a line, one answer a line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One line, with whatever `id` it carries.
#[derive(Debug)]
pub(crate) struct Line<T> {
    pub(crate) id: Value,
    pub(crate) it: T,
}

/// Reads every line of a file, or of the input for `-`; empty lines are passed over.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, input: &mut dyn Read) -> anyhow::Result<Vec<Line<T>>> {
    let name = path.display();
    let reader: Box<dyn Read + '_> = match path.as_os_str() == "-" {
        true => Box::new(input),
        false => Box::new(File::open(path).with_context(|| format!("cannot read `{name}`"))?),
    };
    let mut lines = Vec::new();
    for (number, line) in BufReader::new(reader).lines().enumerate() {
        let line = line.with_context(|| format!("cannot read `{name}`"))?;
        if line.trim().is_empty() {
            continue;
        }
        let place = || format!("`{name}`, line {}", number + 1);
        let mut value: Value = serde_json::from_str(&line).with_context(place)?;
        let id = value.as_object_mut().and_then(|fields| fields.remove("id")).unwrap_or(Value::Null);
        lines.push(Line { id, it: serde_json::from_value(value).with_context(place)? });
    }
    Ok(lines)
}
