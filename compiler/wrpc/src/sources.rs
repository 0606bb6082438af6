//! Finding policy files and reading them.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use wrp_lang::source::Source;

/// The endings of policy files.
const ENDINGS: [&str; 2] = ["wrp", "dsl"];

/// Reads files as named, folders through and through (`*.wrp`, `*.dsl`), and `-` from the input.
///
/// The order is that of the arguments, and by name inside a folder.
pub fn read(paths: &[PathBuf], input: &mut dyn Read) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).context("cannot read the standard input")?;
            sources.push(Source::new("<stdin>", text_of("<stdin>", bytes)?));
            continue;
        }
        for file in files_under(path, &is_policy)? {
            sources.push(read_file(&file)?);
        }
    }
    Ok(sources)
}

pub fn read_file(path: &Path) -> anyhow::Result<Source> {
    let name = path.display().to_string();
    let bytes = fs::read(path).with_context(|| format!("cannot read `{name}`"))?;
    let text = text_of(&name, bytes)?;
    Ok(Source::new(name, text))
}

fn text_of(name: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
    let text = String::from_utf8(bytes).ok().with_context(|| format!("`{name}` is not UTF-8 text"))?;
    // Spans are 32 bits wide; no policy is a hundredth of that.
    anyhow::ensure!(text.len() < u32::MAX as usize, "`{name}` is larger than 4 GiB");
    Ok(text)
}

pub fn is_policy(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

/// The file itself, or every wanted file under the folder; a folder without one is a mistake.
pub fn files_under(path: &Path, wanted: &dyn Fn(&Path) -> bool) -> anyhow::Result<Vec<PathBuf>> {
    let kind = fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if !kind.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    collect(path, wanted, &mut files)?;
    anyhow::ensure!(!files.is_empty(), "nothing to read under `{}`", path.display());
    Ok(files)
}

fn collect(folder: &Path, wanted: &dyn Fn(&Path) -> bool, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let listing = fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    let mut entries = listing
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("cannot list `{}`", folder.display()))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Not through links: a folder may contain itself.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                collect(&path, wanted, files)?;
            }
        } else if wanted(&path) {
            files.push(path);
        }
    }
    Ok(())
}
