//! `wrpc new`: a small policy that passes its own table of requests.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Exit;
use crate::Console;

const POLICY: &str = include_str!("new/policy.wrp");
const PROBES: &str = include_str!("new/policy.probes.yaml");

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  wrpc new hello && wrpc test hello.wrp && wrpc up hello.wrp")]
pub(crate) struct Args {
    /// The policy's name; writes NAME.wrp and NAME.probes.yaml
    name: PathBuf,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let stem = match arguments.name.extension() {
        Some(ending) if ending == "wrp" => arguments.name.with_extension(""),
        _ => arguments.name,
    };
    anyhow::ensure!(stem.file_name().is_some(), "`{}` is no name for a policy", stem.display());
    let beside = |ending: &str| {
        let mut path = stem.clone().into_os_string();
        path.push(ending);
        PathBuf::from(path)
    };
    let (policy, probes) = (beside(".wrp"), beside(".probes.yaml"));
    for path in [&policy, &probes] {
        anyhow::ensure!(!path.exists(), "`{}` is already there", path.display());
    }
    if let Some(folder) = stem.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    create(&policy, POLICY)?;
    create(&probes, PROBES)?;
    let policy = policy.display();
    writeln!(console.out, "wrote {policy} and {}", probes.display())?;
    writeln!(console.out, "\nnext:\n  wrpc check {policy}\n  wrpc test {policy}\n  wrpc up {policy}")?;
    Ok(Exit::Fine)
}

/// Never over a file that somebody made in the meantime.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = fs::File::create_new(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
