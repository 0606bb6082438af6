//! What no compiler checks: who imports whom, that every part has its page, that no file is forgotten.
//!
//! Each check is a file that pushes [`Fault`]s; all of them run, so that one reading shows everything.

mod layers;
mod layout;
mod modules;
mod pages;
mod panics;
mod words;

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::{Chore, project};

pub(crate) const CHORE: Chore =
    Chore { name: "tidy", arguments: "", summary: "check layers, pages, modules, words and layout", run };

/// Something that must change, with the file it is in.
#[derive(Debug, PartialEq)]
struct Fault {
    file: PathBuf,
    /// From 1; 0 is the file as a whole.
    line: usize,
    message: String,
}

impl Fault {
    fn new(file: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Fault {
        Fault { file: file.into(), line, message: message.into() }
    }
}

/// One text file of the project.
#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending == "rs")
    }

    fn lies_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// Lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

type Check = fn(&[File], &mut Vec<Fault>);

static CHECKS: &[Check] =
    &[layout::check, layers::check, modules::check, pages::check, panics::check, words::check];

pub(crate) fn run(_: &[String]) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for path in project::files()? {
        match std::fs::read(project::root().join(&path)) {
            Ok(bytes) if bytes.len() > layout::LARGEST => {
                faults.push(Fault::new(&path, 0, format!("is {} bytes long", bytes.len())));
            }
            Ok(bytes) => files.extend(String::from_utf8(bytes).ok().map(|text| File { path, text })),
            Err(error) => faults.push(Fault::new(&path, 0, error.to_string())),
        }
    }
    for check in CHECKS {
        check(&files, &mut faults);
    }
    show_longest(&files);
    for Fault { file, line, message } in &faults {
        eprintln!("{}:{line}: {message}", file.display());
    }
    match faults.len() {
        0 => eprintln!("tidy: {} files, nothing to say", files.len()),
        count => bail!("{count} things are not tidy"),
    }
    Ok(())
}

/// Shown, not judged: a long file may have its reasons, and whoever reads this will ask for them.
fn show_longest(files: &[File]) {
    let mut sizes: Vec<(usize, &Path)> = files
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| (file.text.lines().count(), &*file.path))
        .collect();
    sizes.sort_by(|one, other| other.cmp(one));
    eprintln!("longest files:");
    for (lines, path) in sizes.iter().take(10) {
        eprintln!("  {lines:>5} {}", path.display());
    }
}
