//! Labelled texts, one JSON object a line.

use std::sync::Arc;

use serde::Deserialize;

use crate::infer::Refused;
use crate::job::{Job, Kind, Output};
use crate::models::Shelf;

use super::Sample;

/// A text under a label. Several names are taken for either, as data sets have them.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    #[serde(alias = "prompt", alias = "question", alias = "query")]
    pub text: String,
    #[serde(alias = "domain", alias = "category")]
    pub label: String,
}

impl Row {
    /// Reads all lines, or says which one is wrong.
    pub fn read(text: &str) -> Result<Vec<Row>, String> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(number, line)| {
                serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))
            })
            .collect()
    }
}

/// The rows as samples by a model that embeds, and their labels in alphabetical order.
pub fn embed(shelf: &Shelf, base: &Arc<str>, rows: &[Row]) -> Result<(Vec<String>, Vec<Sample>), Refused> {
    let mut labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
    labels.sort();
    labels.dedup();
    let model = shelf.model(base)?;
    let mut samples = Vec::new();
    for row in rows {
        let job = Job {
            model: base.clone(),
            kind: Kind::Embed { dimensions: None },
            text: row.text.as_str().into(),
        };
        for answer in model.run(&[job]) {
            let Output::Vector(vector) = answer?.output else {
                return Err(Refused::Unsuited(format!("`{base}` does not embed")));
            };
            let label = labels.binary_search(&row.label).unwrap_or_default();
            samples.push(Sample { vector, label });
        }
    }
    Ok((labels, samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_under_several_names() {
        let read =
            Row::read("{\"text\":\"a\",\"label\":\"x\"}\n\n{\"prompt\":\"b\",\"domain\":\"y\",\"more\":1}\n");
        let read = read.expect("rows");
        let read: Vec<(&str, &str)> =
            read.iter().map(|row| (row.text.as_str(), row.label.as_str())).collect();
        assert_eq!(read, [("a", "x"), ("b", "y")]);
        let wrong = Row::read("{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"a\"}").expect_err("no label");
        assert!(wrong.starts_with("line 2: missing field `label`"), "{wrong}");
    }
}
