//! Every Rust file says what it is for, and is part of some crate.

use std::path::Path;

use super::{Fault, File};

pub(crate) fn check(files: &[File], faults: &mut Vec<Fault>) {
    for file in files.iter().filter(|file| file.is_rust()) {
        if !opens_with_its_purpose(&file.text) {
            faults.push(Fault::new(&file.path, 1, "opens without a `//!` sentence that says what it is for"));
        }
        if !is_root(&file.path) && !is_listed(file, files) {
            faults.push(Fault::new(&file.path, 0, "is no module of any file: list it or delete it"));
        }
        for (line, text) in file.lines().filter(|(_, text)| is_reminder(text)) {
            faults.push(Fault::new(&file.path, line, format!("do it or drop it: `{}`", text.trim())));
        }
    }
}

fn opens_with_its_purpose(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("//! ") || first.starts_with("#![doc = include_str!")
}

/// Files that cargo finds by itself.
fn is_root(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
    ["lib.rs", "main.rs", "build.rs"].iter().any(|root| name == *root)
        || ["benches", "bench", "examples", "bin", "targets"].iter().any(|folder| parent == *folder)
}

/// Whether one of the files that could own this module says `mod name;`.
fn is_listed(file: &File, files: &[File]) -> bool {
    let is_folder = file.path.ends_with("mod.rs");
    let (Some(module), Some(folder)) = (
        if is_folder { file.path.parent().and_then(Path::file_name) } else { file.path.file_stem() },
        if is_folder { file.path.parent().and_then(Path::parent) } else { file.path.parent() },
    ) else {
        return false;
    };
    let declaration = format!("mod {};", module.to_string_lossy());
    let sibling = folder.with_extension("rs");
    files.iter().any(|owner| {
        let beside =
            owner.path.parent() == Some(folder) && (is_root(&owner.path) || owner.path.ends_with("mod.rs"));
        (beside || owner.path == sibling)
            && owner.text.lines().any(|line| line.trim().ends_with(&declaration))
    })
}

/// Assembled, so that this file does not accuse itself.
fn is_reminder(line: &str) -> bool {
    ["FIX", "TO", "XX"].iter().zip(["ME", "DO", "X"]).any(|(head, tail)| {
        let word = format!("{head}{tail}");
        line.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_module_that_nobody_lists_is_found() {
        let files = [
            file("a/src/lib.rs", "//! A.\npub mod listed;\n    mod inner;\n"),
            file("a/src/listed.rs", "//! L.\n"),
            file("a/src/inner/mod.rs", "//! I.\nmod leaf;\n"),
            file("a/src/inner/leaf.rs", "//! L.\n"),
            file("a/src/forgotten.rs", "//! F.\n"),
        ];
        let mut faults = Vec::new();
        check(&files, &mut faults);
        assert_eq!(
            faults.iter().map(|fault| fault.file.to_str().unwrap()).collect::<Vec<_>>(),
            ["a/src/forgotten.rs"]
        );
    }

    #[test]
    fn a_file_without_a_purpose_is_found() {
        assert!(opens_with_its_purpose("//! What it is for.\n"));
        assert!(opens_with_its_purpose("#![doc = include_str!(\"x.md\")]\n"));
        assert!(!opens_with_its_purpose("use std::fmt;\n"));
    }

    #[test]
    fn reminders_are_whole_words() {
        assert!(is_reminder(concat!("// FIX", "ME later")));
        assert!(!is_reminder("// a TODONT is no reminder"));
    }
}
