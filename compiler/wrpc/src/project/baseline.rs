//! Findings that were there when a policy was adopted: a file that says which, so that only new ones are reported.
//!
//! An entry is what a finding says and the construct it says it of, without any line, so that it stays the same when
//! lines move. Errors that nobody can judge otherwise are never held back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use wrp_lang::diagnostic::{Diagnostic, Level};

const VERSION: u32 = 1;

/// What was there, each as often as it was.
#[derive(Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<Entry, usize>,
}

/// One finding, without its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Relative to the folder of the baseline, with forward slashes.
    pub file: String,
    pub code: String,
    /// `RECIPE cheap / ROUTE first`
    pub construct: String,
    pub message: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Counted>,
}

/// Flat in the file: `flatten` and `deny_unknown_fields` do not go together.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    file: String,
    code: String,
    construct: String,
    message: String,
    count: usize,
}

impl Entry {
    /// What is recorded of a finding in `file`; `None` of an error that is never held back.
    pub fn of(file: &Path, baseline: &Path, construct: &str, diagnostic: &Diagnostic) -> Option<Entry> {
        if diagnostic.level == Level::Error && !diagnostic.lint.is_judged() {
            return None;
        }
        Some(Entry {
            file: relative(file, baseline),
            code: diagnostic.lint.code.to_owned(),
            construct: construct.to_owned(),
            message: diagnostic.message.clone(),
        })
    }
}

impl Baseline {
    pub fn read(path: &Path) -> anyhow::Result<Baseline> {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read `{shown}`; `wrpc check --write-baseline` writes it"))?;
        let document: Document =
            serde_json::from_str(&text).with_context(|| format!("`{shown}` is no baseline"))?;
        ensure!(document.version == VERSION, "`{shown}` is of version {}, not {VERSION}", document.version);
        let entries = document.findings.into_iter().map(|it| {
            let Counted { file, code, construct, message, count } = it;
            (Entry { file, code, construct, message }, count)
        });
        Ok(Baseline { entries: entries.collect() })
    }

    /// What is recorded of files other than these, to begin a new record with.
    pub fn of_others(path: &Path, files: &[PathBuf]) -> anyhow::Result<Baseline> {
        if !path.exists() {
            return Ok(Baseline::default());
        }
        let files: Vec<String> = files.iter().map(|file| relative(file, path)).collect();
        let mut baseline = Baseline::read(path)?;
        baseline.entries.retain(|entry, _| !files.contains(&entry.file));
        Ok(baseline)
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let findings = self.entries.iter().map(|(entry, count)| {
            let Entry { file, code, construct, message } = entry.clone();
            Counted { file, code, construct, message, count: *count }
        });
        let document = Document { version: VERSION, findings: findings.collect() };
        let text = serde_json::to_string_pretty(&document)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
    }

    pub fn add(&mut self, entry: Entry) {
        *self.entries.entry(entry).or_default() += 1;
    }

    /// Whether a finding was there; it counts as found again.
    pub fn take(&mut self, entry: &Entry) -> bool {
        match self.entries.get_mut(entry) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// What is not there any more, of the files that were looked at.
    pub fn stale<'b>(&'b self, baseline: &Path, files: &[PathBuf]) -> Vec<&'b Entry> {
        let files: Vec<String> = files.iter().map(|file| relative(file, baseline)).collect();
        let left = self.entries.iter().filter(|(entry, count)| **count > 0 && files.contains(&entry.file));
        left.map(|(entry, _)| entry).collect()
    }
}

/// A file as seen from the folder of the baseline.
fn relative(file: &Path, baseline: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, baseline) = (absolute(file), absolute(baseline));
    let folder = baseline.parent().unwrap_or(&baseline);
    file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/")
}
