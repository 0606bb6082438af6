//! `wrpc check`: what is wrong with policies, or could be.

use std::path::PathBuf;

use clap::ValueEnum;
use wrp_lang::diagnostic::Level;
use wrp_lang::source::Source;

use super::Exit;
use crate::report::{Form, Report};
use crate::{Console, progress, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc check policies/\n  wrpc check --format sarif policy.wrp > findings.sarif\n  \
                  cat policy.wrp | wrpc check -\n\nEach file is a policy of its own; with --together, all are one."
)]
pub(crate) struct Args {
    /// Files, folders (every .wrp and .dsl below), or `-` for the standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// The mildest finding that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailLevel::Error)]
    fail_level: FailLevel,
    /// Read all files as one policy
    #[arg(long)]
    together: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailLevel {
    Error,
    Warning,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let sources = sources::read(&arguments.paths, console.input)?;
    let report = match arguments.together {
        true => {
            let diagnostics = wrp_lang::compile(&sources).diagnostics;
            Report::new(sources, diagnostics)
        }
        false => check_each(sources, console),
    };
    report.draw(arguments.format, console)?;
    let level = match arguments.fail_level {
        FailLevel::Error => Level::Error,
        FailLevel::Warning => Level::Warning,
    };
    Ok(if report.reaches(level) { Exit::Findings } else { Exit::Fine })
}

fn check_each(sources: Vec<Source>, console: &Console<'_>) -> Report {
    let mut findings = Vec::new();
    let bar = progress::bar(sources.len(), "checking", console);
    for (index, source) in sources.iter().enumerate() {
        bar.set_message(source.name.clone());
        let compiled = wrp_lang::compile(std::slice::from_ref(source));
        findings.extend(compiled.diagnostics.into_iter().map(|(_, diagnostic)| (index, diagnostic)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Report::new(sources, findings)
}
