//! The top level is fixed: what belongs to no part of it does not belong here.

use super::{Fault, File};

/// In bytes. What is larger is not written by people.
pub(crate) const LARGEST: usize = 256 * 1024;

const TOP: &[&str] = &[
    // The house.
    ".cargo",
    ".ci",
    ".github",
    ".gitignore",
    ".pre-commit-hooks.yaml",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "action.yml",
    "clippy.toml",
    "deny.toml",
    "docs",
    "rustfmt.toml",
    // Its rooms.
    "plugin",
    "compiler",
    "runtime-host",
    "policies",
    "examples",
    "tests",
    "xtask",
];

pub(crate) fn check(files: &[File], faults: &mut Vec<Fault>) {
    for file in files {
        let top = file.path.components().next().map(|part| part.as_os_str().to_string_lossy());
        if !top.is_some_and(|top| TOP.contains(&&*top)) {
            faults.push(Fault::new(&file.path, 0, "lies outside the fixed top level"));
        }
    }
}
