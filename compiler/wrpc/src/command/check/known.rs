//! Findings that were known before: recorded with `--write-baseline`, and held back ever after.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use wrp_lang::diagnostic::Diagnostic;
use wrp_lang::navigate::outline::{self, construct};

use super::{Exit, Found};
use crate::Console;
use crate::project::Projects;
use crate::project::baseline::{Baseline, Entry};
use crate::report::{outline_of, plural};

/// The findings that may be held back, each with what would be recorded of it, by the file that it would be in.
fn entries(
    found: &Found,
    projects: &Projects,
    named: Option<&Path>,
) -> BTreeMap<PathBuf, Vec<(usize, Entry)>> {
    let mut entries: BTreeMap<PathBuf, Vec<(usize, Entry)>> = BTreeMap::new();
    let outlines: Vec<Vec<outline::Entry>> = found.sources.iter().map(outline_of).collect();
    for (source, text) in found.sources.iter().enumerate() {
        let Some(baseline) = baseline_of(source, projects, named) else { continue };
        let all = entries.entry(baseline.clone()).or_default();
        for (index, (of, diagnostic)) in found.findings.iter().enumerate().filter(|(_, it)| it.0 == source) {
            let construct = construct(&outlines[*of], diagnostic.span.start);
            let entry = Entry::of(Path::new(&text.name), &baseline, &construct, diagnostic);
            all.extend(entry.map(|entry| (index, entry)));
        }
    }
    entries
}

fn baseline_of(source: usize, projects: &Projects, named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| projects.get(source)?.baseline.clone())
}

/// Records what is found now; what is recorded of files that were not looked at stays.
pub(super) fn write(
    found: &Found,
    projects: &Projects,
    named: Option<&Path>,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let all = entries(found, projects, named);
    ensure!(
        !all.is_empty(),
        "no baseline is named: write `baseline = \"wrp-baseline.json\"` into wrp.toml, or add --baseline FILE"
    );
    let files = files(found);
    let mut recorded = 0;
    for (path, entries) in all {
        let mut baseline = Baseline::of_others(&path, &files)?;
        let count = entries.len();
        entries.into_iter().for_each(|(_, entry)| baseline.add(entry));
        baseline.write(&path)?;
        recorded += count;
        writeln!(console.err, "{} recorded in {}", plural(count, "finding"), path.display())?;
    }
    let left = found.findings.len() - recorded;
    if left > 0 {
        let are = if left == 1 { "is an error that is" } else { "are errors that are" };
        writeln!(console.err, "{left} {are} never held back; `wrpc check` shows them")?;
    }
    Ok(if left > 0 { Exit::Findings } else { Exit::Fine })
}

/// Takes out what was known, and says how much that was and what is known in vain.
pub(super) fn hold_back(
    found: &mut Found,
    projects: &Projects,
    named: Option<&Path>,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let mut held = vec![false; found.findings.len()];
    let files = files(found);
    for (path, entries) in entries(found, projects, named) {
        let mut baseline = Baseline::read(&path).context("the findings that were there are not known")?;
        let mut count = 0;
        for (index, entry) in entries {
            if baseline.take(&entry) {
                (held[index], count) = (true, count + 1);
            }
        }
        if count > 0 {
            writeln!(console.err, "{} held back by {}", plural(count, "finding"), path.display())?;
        }
        let stale = baseline.stale(&path, &files);
        for entry in &stale {
            let construct = if entry.construct.is_empty() { "" } else { &format!(" {}:", entry.construct) };
            writeln!(console.err, "stale: {}: {}{construct} {}", entry.file, entry.code, entry.message)?;
        }
        if !stale.is_empty() {
            writeln!(console.err, "run `wrpc check --write-baseline` to forget what is stale")?;
        }
    }
    let mut held = held.into_iter();
    found.findings.retain(|_: &(usize, Diagnostic)| !held.next().unwrap_or_default());
    Ok(())
}

fn files(found: &Found) -> Vec<PathBuf> {
    found.sources.iter().map(|source| PathBuf::from(&source.name)).collect()
}
