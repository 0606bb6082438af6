//! `wrpc check`: what is wrong with policies, or could be.

mod fix;
mod known;
mod measured;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use wrp_lang::Compiled;
use wrp_lang::diagnostic::{Diagnostic, Level};
use wrp_lang::source::Source;

use super::Exit;
use crate::project::Projects;
use crate::report::{Form, Report};
use crate::{Console, fleet, progress, sources};
use fix::Written;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc check policies/\n  wrpc check --format sarif policy.wrp > findings.sarif\n  \
                  cat policy.wrp | wrpc check -\n  wrpc check --fix --dry-run policies/\n  wrpc check policy.wrp --corpus scores.jsonl --epsilon 0.005\n  wrpc check policy.wrp --corpus prompts.jsonl --host http://127.0.0.1:8811\n\nEach file is a policy of its own; with --together, all are one.\nA `wrp.toml` beside or above them says how grave findings are."
)]
pub(crate) struct Args {
    /// Files, folders (every .wrp and .dsl below), or `-` for the standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// The mildest finding that makes the exit code 1; as wrp.toml says, else error
    #[arg(long, value_enum)]
    fail_level: Option<FailLevel>,
    /// Read all files as one policy
    #[arg(long)]
    together: bool,
    /// Put right what is certain, in the files, and report what is left
    #[arg(long)]
    fix: bool,
    /// Write nothing; show what --fix would change and exit 1 if that is anything
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// The file of known findings, which are not reported; as wrp.toml says, else none
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Record what is found now as known, and report nothing
    #[arg(long, conflicts_with = "fix")]
    write_baseline: bool,
    #[command(flatten)]
    measured: measured::MeasureArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailLevel {
    Error,
    Warning,
}

/// What was found in the files.
struct Found {
    sources: Vec<Source>,
    findings: Vec<(usize, Diagnostic)>,
    /// How many more there are that comments or the project file allow.
    allowed: usize,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut sources = sources::read(&arguments.paths, console.input)?;
    let projects = Projects::of(&sources)?;
    let measures = arguments.measured.is_asked();
    anyhow::ensure!(
        !measures || sources.len() == 1 || arguments.together,
        "a corpus is measured on one policy: give one file, or --together"
    );
    if arguments.fix {
        sources = match fix::fix(sources, &projects, &arguments, console)? {
            Written::Files(sources) => sources,
            Written::Nothing(exit) => return Ok(exit),
        };
    }
    let mut found = match arguments.together {
        true => check_together(sources),
        false => check_each(sources, console),
    };
    let measured = measured::measure(&arguments.measured, &mut found, console)?;
    found.judge(&projects);
    if arguments.write_baseline {
        return known::write(&found, &projects, arguments.baseline.as_deref(), console);
    }
    known::hold_back(&mut found, &projects, arguments.baseline.as_deref(), console)?;
    let fails = |(source, diagnostic): &(usize, Diagnostic)| {
        let level = match arguments.fail_level {
            Some(FailLevel::Error) => Some(Level::Error),
            Some(FailLevel::Warning) => Some(Level::Warning),
            None => projects.get(*source).and_then(|project| project.fail_level),
        };
        diagnostic.level >= level.unwrap_or(Level::Error)
    };
    let failed = found.findings.iter().any(fails);
    let as_json = measured.as_ref().map(|it| measured::as_json(it, &arguments.measured));
    let report = Report::new(found.sources, found.findings).allowing(found.allowed).measured(as_json);
    report.draw(arguments.format, console)?;
    if let (Some(measured), Form::Human) = (&measured, arguments.format) {
        measured::draw(measured, &arguments.measured, console)?;
    }
    Ok(if failed { Exit::Findings } else { Exit::Fine })
}

impl Found {
    /// As the project files see it.
    fn judge(&mut self, projects: &Projects) {
        let before = self.findings.len();
        let sources = &self.sources;
        let judged = |(source, diagnostic): (usize, Diagnostic)| match projects.get(source) {
            Some(project) => Some((source, project.judge(Path::new(&sources[source].name), diagnostic)?)),
            None => Some((source, diagnostic)),
        };
        self.findings = std::mem::take(&mut self.findings).into_iter().filter_map(judged).collect();
        self.allowed += before - self.findings.len();
    }
}

fn check_together(sources: Vec<Source>) -> Found {
    let compiled = wrp_lang::compile(&sources);
    let fleet = of_fleet(&compiled);
    let findings = compiled.diagnostics.into_iter().chain(fleet).collect();
    Found { sources, findings, allowed: compiled.silenced }
}

fn check_each(sources: Vec<Source>, console: &Console<'_>) -> Found {
    let (mut findings, mut allowed) = (Vec::new(), 0);
    let bar = progress::bar(sources.len(), "checking", console);
    for (index, source) in sources.iter().enumerate() {
        bar.set_message(source.name.clone());
        let compiled = wrp_lang::compile(std::slice::from_ref(source));
        allowed += compiled.silenced;
        let found = of_fleet(&compiled).into_iter().chain(compiled.diagnostics);
        findings.extend(found.map(|(_, diagnostic)| (index, diagnostic)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Found { sources, findings, allowed }
}

/// What the policy's own fleet cannot do, each with the index of its source. A fleet that cannot be sized says nothing
/// here; `wrpc fleet plan` says why.
fn of_fleet(compiled: &Compiled) -> Vec<(usize, Diagnostic)> {
    let Some(graph) = &compiled.graph else { return Vec::new() };
    let found = fleet::findings::findings(&compiled.policy, graph).unwrap_or_default().into_iter();
    found
        .map(|diagnostic| {
            let (source, span) = compiled.files.locate(diagnostic.span);
            (source, Diagnostic { span, ..diagnostic })
        })
        .collect()
}
