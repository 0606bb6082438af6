//! `wrpc diff`: which requests two versions of a policy serve otherwise, or the proof that none.

mod human;
mod json;
mod markdown;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use wrp_lang::diff::{self, By, Change, Diff, Served, Subject};
use wrp_lang::lower::Options;

use super::Exit;
use crate::policy::{self, Loaded};
use crate::report::Form;
use crate::traffic::{self, Recorded};
use crate::{Console, sources};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc diff main/policy.wrp policy.wrp\n  wrpc diff old.wrp new.wrp --trace requests.jsonl --format \
                  markdown\n\nExit codes: 0 every request is served alike, and that is proved; 1 some are not, or it could not\nbe \
                  proved; 2 a policy cannot be read. A signal that both declare otherwise is two signals,\n`name (old)` and `name \
                  (new)`. A line of a trace has `matched`, `confidence`, `values`, `unknown`\n(what the signals said: a case of \
                  `wrpc eval`), or `text`, `messages` or `request` (read anew)."
)]
pub(crate) struct Args {
    /// The policy as it was: a file, or a folder as one policy
    old: PathBuf,
    /// The policy as it is now
    new: PathBuf,
    /// Recorded requests, as JSON lines: says how many of them each change touches
    #[arg(long, value_name = "FILE.jsonl")]
    trace: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Shape,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Shape {
    #[default]
    Human,
    /// One JSON value with a `version` field
    Json,
    /// A table for a pull request, its requests folded
    Markdown,
}

/// How many changes are drawn; JSON has all.
const DRAWN: usize = 50;

/// What there is to draw.
struct Comparison {
    paths: [String; 2],
    diff: Diff,
    traffic: Option<Traffic>,
}

/// Recorded requests that fare otherwise.
struct Traffic {
    requests: usize,
    changed: BTreeMap<(Served, Served), Touched>,
}

#[derive(Default)]
struct Touched {
    requests: usize,
    /// The first of them.
    id: String,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let recorded = match &arguments.trace {
        Some(path) => Some(traffic::read(path, console.input)?),
        None => None,
    };
    let (Some(old), Some(new)) = (load(&arguments.old, console)?, load(&arguments.new, console)?) else {
        return Ok(Exit::Refused);
    };
    let subjects = [&old, &new].map(|loaded| Subject { policy: &loaded.policy, graph: &loaded.graph });
    let diff = diff::diff(subjects[0], subjects[1]);
    let traffic = recorded.map(|recorded| touched(subjects, &recorded));
    let paths = [&arguments.old, &arguments.new].map(|path| path.display().to_string());
    let mut result = Comparison { paths, diff, traffic };
    result.sort();
    match arguments.format {
        Shape::Human => human::draw(&result, console)?,
        Shape::Json => json::draw(&result, console)?,
        Shape::Markdown => markdown::draw(&result, console)?,
    }
    Ok(if result.diff.is_equal() { Exit::Fine } else { Exit::Findings })
}

/// A policy to compare; `None` where it has errors, which have then been drawn.
fn load(path: &std::path::Path, console: &mut Console<'_>) -> anyhow::Result<Option<Loaded>> {
    let sources = sources::read(&[path.to_owned()], console.input).context("cannot compare")?;
    match policy::compile(sources, Options { unproved: true, ..Options::default() }) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(report) => {
            policy::draw_on_err(&report, Form::Human, console)?;
            Ok(None)
        }
    }
}

fn touched(subjects: [Subject<'_>; 2], recorded: &[Recorded]) -> Traffic {
    let mut traffic = Traffic { requests: recorded.len(), changed: BTreeMap::new() };
    for request in recorded {
        let [old, new] = subjects.map(|subject| traffic::serve(subject.policy, subject.graph, request));
        let (Some((_, old)), Some((_, new))) = (old, new) else { continue };
        if old.is_changed_by(&new) {
            let place = traffic.changed.entry((old, new)).or_default();
            place.requests += 1;
            if place.requests == 1 {
                place.id.clone_from(&request.id);
            }
        }
    }
    traffic
}

impl Comparison {
    /// What touches most recorded requests comes first.
    fn sort(&mut self) {
        let Some(traffic) = &self.traffic else { return };
        let touched = |change: &Change| traffic.changed.get(&(change.old.clone(), change.new.clone()));
        for recipe in &mut self.diff.recipes {
            recipe
                .changes
                .sort_by_key(|change| std::cmp::Reverse(touched(change).map_or(0, |it| it.requests)));
        }
    }

    /// The recorded requests of a change.
    fn touched(&self, change: &Change) -> Option<usize> {
        let traffic = self.traffic.as_ref()?;
        let key = (change.old.clone(), change.new.clone());
        Some(traffic.changed.get(&key).map_or(0, |touched| touched.requests))
    }

    /// What recorded requests show and no proof does: where one was given up, or signals say what no request could.
    fn only_recorded(&self) -> Vec<(&(Served, Served), &Touched)> {
        let known = |old: &Served, new: &Served| {
            let changes = self.diff.recipes.iter().flat_map(|recipe| &recipe.changes);
            changes.into_iter().any(|change| (&change.old, &change.new) == (old, new))
        };
        let traffic = self.traffic.iter().flat_map(|traffic| &traffic.changed);
        traffic.filter(|((old, new), _)| !known(old, new)).collect()
    }
}

impl Traffic {
    fn share(&self, requests: usize) -> f64 {
        if self.requests == 0 { 0.0 } else { requests as f64 / self.requests as f64 }
    }

    fn changed(&self) -> usize {
        self.changed.values().map(|touched| touched.requests).sum()
    }
}

/// An outcome in a few words.
fn said(served: &Served) -> String {
    let models = match served.models.as_slice() {
        [] => "no model".to_owned(),
        models => models.join(", "),
    };
    match &served.by {
        By::Route(name) => format!("{name} ({models})"),
        By::Deny(name) => format!("denied by {name}"),
        By::Default => format!("no route ({models})"),
    }
}
