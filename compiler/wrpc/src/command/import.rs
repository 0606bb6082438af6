//! `wrpc import`: a configuration of the reference system as a policy.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use wrp_lang::source::Source;

use super::{Exit, Format};
use crate::report::{Form, Report, plural};
use crate::{Console, import, policy, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc import config.yaml -o policy.wrp\n\nReads version v0.3. What a policy cannot say \
                        (addresses, keys, stores, prices) is listed."
)]
pub(crate) struct Args {
    /// The configuration, or `-` for the standard input
    #[arg(value_name = "CONFIG.yaml")]
    config: PathBuf,
    /// Where the policy goes; without it, to the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let config = match arguments.config.as_os_str() == "-" {
        true => sources::read(&[PathBuf::from("-")], console.input)?.pop().context("nothing was read")?,
        false => sources::read_file(&arguments.config)?,
    };
    let imported =
        import::import(&config.text).with_context(|| format!("cannot import `{}`", config.name))?;
    let written = Source::new(
        arguments.output.as_deref().unwrap_or(Path::new("<imported>")).display().to_string(),
        // Printed as `wrpc fmt` prints; what it refuses, the findings below explain.
        wrp_lang::format::format(&Source::new("<imported>", imported.policy.clone()))
            .unwrap_or(imported.policy),
    );
    let compiled = wrp_lang::compile(std::slice::from_ref(&written));
    let text = written.text.clone();
    let report = Report::new(vec![written], compiled.diagnostics);
    if let Some(path) = &arguments.output {
        fs::write(path, &text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    match arguments.format {
        Format::Json => {
            console.json_pretty(&json!({"version": 1, "policy": text, "left": imported.left}))?;
        }
        Format::Human => {
            if arguments.output.is_none() {
                console.out.write_all(text.as_bytes())?;
            }
            if !imported.left.is_empty() {
                writeln!(console.err, "{} not carried over:", plural(imported.left.len(), "setting"))?;
            }
            for left in &imported.left {
                writeln!(console.err, "  {}: {}", left.path, left.reason)?;
            }
            // A configuration that ran there can have flaws worth knowing here.
            policy::draw_on_err(&report, Form::Concise, console)?;
        }
    }
    Ok(if report.reaches(wrp_lang::diagnostic::Level::Error) { Exit::Findings } else { Exit::Fine })
}
