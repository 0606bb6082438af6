//! `wrpc check`: what is wrong with policies, or could be.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use wrp_lang::diagnostic::Level;
use wrp_lang::fix::Fixed;
use wrp_lang::source::Source;

use super::Exit;
use crate::report::{Form, Report, plural};
use crate::{Console, difference, progress, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc check policies/\n  wrpc check --format sarif policy.wrp > findings.sarif\n  \
                  cat policy.wrp | wrpc check -\n  wrpc check --fix --dry-run policies/\n\nEach file is a policy of its own; with --together, all are one."
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
    /// Put right what is certain, in the files, and report what is left
    #[arg(long)]
    fix: bool,
    /// Write nothing; show what --fix would change and exit 1 if that is anything
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailLevel {
    Error,
    Warning,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut sources = sources::read(&arguments.paths, console.input)?;
    if arguments.fix {
        sources = match fix(sources, &arguments, console)? {
            Written::Files(sources) => sources,
            Written::Nothing(exit) => return Ok(exit),
        };
    }
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

/// What became of the files.
enum Written {
    Files(Vec<Source>),
    /// Only shown, and there may have been something to show.
    Nothing(Exit),
}

fn fix(sources: Vec<Source>, arguments: &Args, console: &mut Console<'_>) -> anyhow::Result<Written> {
    let from_input = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    anyhow::ensure!(
        !from_input || arguments.dry_run,
        "`-` has no file to put right; add --dry-run to see how"
    );
    let policies = if arguments.together { vec![&sources[..]] } else { sources.chunks(1).collect() };
    let fixed: Vec<Fixed> =
        policies.into_iter().map(|policy| wrp_lang::fix::apply_safe(policy, &|_, _| true)).collect();
    let (made, refused) =
        fixed.iter().fold((0, 0), |(made, refused), it| (made + it.made, refused + it.refused));
    let after: Vec<Source> = fixed.into_iter().flat_map(|it| it.sources).collect();
    let mut changed = 0;
    for (before, after) in sources.iter().zip(&after).filter(|(before, after)| before.text != after.text) {
        changed += 1;
        match arguments.dry_run {
            true => difference::show(before, &after.text, console)?,
            false => fs::write(&after.name, &after.text)
                .with_context(|| format!("cannot write `{}`", after.name))?,
        }
    }
    let verb = if arguments.dry_run { "would make" } else { "made" };
    let left = match refused {
        0 => String::new(),
        refused => format!("; {} would have brought errors", plural(refused, "other")),
    };
    writeln!(console.err, "{verb} {} in {}{left}", counted(made), plural(changed, "file"))?;
    Ok(match arguments.dry_run {
        true => Written::Nothing(if changed > 0 { Exit::Findings } else { Exit::Fine }),
        false => Written::Files(after),
    })
}

fn counted(fixes: usize) -> String {
    format!("{fixes} {}", if fixes == 1 { "fix" } else { "fixes" })
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
