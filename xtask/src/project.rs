//! Where the project's files are, and where what is made from them goes.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::Context;

use crate::shell;

/// The folder that holds the workspace. Cargo says it when it runs us; what it said when we were built may be another
/// checkout that builds into the same target.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        here.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    });
    &ROOT
}

/// Where cargo builds, wherever the caller has put it.
pub(crate) fn target_dir() -> anyhow::Result<PathBuf> {
    let directory =
        metadata()?["target_directory"].as_str().context("cargo metadata names no target")?.into();
    Ok(directory)
}

/// What cargo knows about our own packages.
pub(crate) fn metadata() -> anyhow::Result<serde_json::Value> {
    let text = shell::output(&mut shell::cargo(["metadata", "--no-deps", "--format-version=1"]))?;
    serde_json::from_str(&text).context("cargo metadata printed something that is not JSON")
}

/// What is fetched once and used from every checkout.
pub(crate) fn cache_dir() -> anyhow::Result<PathBuf> {
    let caches = match std::env::var_os("XDG_CACHE_HOME") {
        Some(caches) => PathBuf::from(caches),
        None => PathBuf::from(std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?)
            .join(".cache"),
    };
    Ok(caches.join("wrp"))
}

/// Every file of the project, relative to the root: known to git, or new and not ignored.
pub(crate) fn files() -> anyhow::Result<Vec<PathBuf>> {
    let mut list = std::process::Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let mut files: Vec<PathBuf> = shell::output(&mut list)?
        .lines()
        .map(PathBuf::from)
        .filter(|file| root().join(file).is_file())
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}
