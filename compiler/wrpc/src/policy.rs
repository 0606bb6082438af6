//! Compiling policies for the commands that run them.

use std::path::{Path, PathBuf};

use wrp_graph::graph::Graph;
use wrp_lang::lower::Options;
use wrp_lang::policy::Policy;
use wrp_lang::source::Source;

use crate::deploy::{FilterConfig, Identity};
use crate::report::{Form, Report};
use crate::{Console, sources};

/// A policy that compiled.
#[derive(Debug)]
pub struct Loaded {
    pub policy: Policy,
    pub graph: Graph,
    pub sources: Vec<Source>,
    /// What was found, none of it an error.
    pub warnings: Report,
}

/// Compiles all files under the paths as one policy, to decide with it; `None` where it has errors, which have then been drawn on `err`.
pub fn load(paths: &[PathBuf], console: &mut Console<'_>) -> anyhow::Result<Option<Loaded>> {
    let sources = sources::read(paths, console.input)?;
    match compile(sources, Options { unproved: true, ..Options::default() }) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(report) => {
            draw_on_err(&report, Form::Human, console)?;
            Ok(None)
        }
    }
}

pub fn load_one(path: &Path, console: &mut Console<'_>) -> anyhow::Result<Option<Loaded>> {
    load(&[path.to_owned()], console)
}

/// One policy out of these texts, or what is wrong with them.
pub fn compile(sources: Vec<Source>, options: Options) -> Result<Loaded, Report> {
    let compiled = wrp_lang::compile_with(&sources, options);
    let report = Report::new(sources.clone(), compiled.diagnostics);
    match compiled.graph {
        Some(graph) => Ok(Loaded { policy: compiled.policy, graph, sources, warnings: report }),
        None => Err(report),
    }
}

/// Draws a report where errors go.
pub fn draw_on_err(report: &Report, form: Form, console: &mut Console<'_>) -> anyhow::Result<()> {
    let mut nothing = std::io::empty();
    let mut nowhere = std::io::sink();
    let mut onto_err = Console {
        colour: console.colour_err,
        width: console.width,
        ..Console::plain(&mut nothing, &mut *console.err, &mut nowhere)
    };
    report.draw(form, &mut onto_err)
}

/// A recipe's number by its name; without a name the default recipe.
pub fn recipe(graph: &Graph, name: Option<&str>) -> anyhow::Result<usize> {
    let Some(name) = name else { return Ok(0) };
    graph.recipes.iter().position(|recipe| recipe.name == name).ok_or_else(|| {
        let known = graph.recipes.iter().map(|recipe| recipe.name.as_str());
        anyhow::anyhow!("the policy has no recipe `{name}`{}", crate::command::did_you_mean(name, known))
    })
}

/// What the filter is told; with a time in milliseconds, that it has a host to ask.
pub fn filter_config(graph: &Graph, trust_identity: bool, host: Option<u64>) -> FilterConfig {
    let bytes = graph.encode();
    let config = FilterConfig::new(&bytes);
    let config = if trust_identity { config.trusting(Identity::trusted()) } else { config };
    match host {
        Some(timeout_ms) => config.asking(&bytes, timeout_ms),
        None => config,
    }
}
