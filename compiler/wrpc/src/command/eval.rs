//! `wrpc eval`: decisions on signals that are given, by any of the engines.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use wrp_graph::eval::{self, Case, Fired, Verdict};
use wrp_lang::oracle;

use super::Exit;
use crate::policy::{self, Loaded};
use crate::proxy::{self, Filter, Metering};
use crate::{Console, cases};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  echo '{\"id\":1,\"matched\":[\"keyword:urgent\"]}' | wrpc eval policy.wrp --cases -\n\nA case has \
                        `matched`, `confidence`, `values`, `unknown`; they are final: no partition, composer or\nlimit is \
                        applied. All engines give the same answers."
)]
pub(crate) struct Args {
    policy: PathBuf,
    /// JSON lines, or `-` for the standard input
    #[arg(long, value_name = "FILE.jsonl")]
    cases: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
    /// The recipe for cases that name none; without it the default one
    #[arg(long)]
    recipe: Option<String>,
    /// The filter's module, for `--engine wasm`
    #[arg(long, value_name = "PATH")]
    wasm: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The policy read as plainly as possible
    Oracle,
    /// The decision graph, on this machine
    #[default]
    Graph,
    /// The decision graph inside the filter, on wasmtime
    Wasm,
}

#[derive(Debug, Serialize)]
struct Answer<'v> {
    id: Value,
    decision: &'v Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied: &'v Option<String>,
    confidence: f64,
    matched: &'v [Fired],
    asked: &'v [String],
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load_one(&arguments.policy, console)? else { return Ok(Exit::Findings) };
    policy::recipe(&loaded.graph, arguments.recipe.as_deref())?;
    let mut lines = cases::read::<Case>(&arguments.cases, console.input)?;
    for line in &mut lines {
        line.it.recipe = line.it.recipe.take().or_else(|| arguments.recipe.clone());
    }
    let (ids, cases): (Vec<Value>, Vec<Case>) = lines.into_iter().map(|line| (line.id, line.it)).unzip();
    let verdicts: Vec<Verdict> = match arguments.engine {
        Engine::Oracle => cases.iter().map(|case| oracle::verdict(&loaded.policy, case)).collect(),
        Engine::Graph => cases.iter().map(|case| eval::evaluate(&loaded.graph, &case.given())).collect(),
        Engine::Wasm => inside_the_filter(&arguments, &loaded, &cases)?,
    };
    for (id, verdict) in ids.into_iter().zip(&verdicts) {
        console.json(&Answer {
            id,
            decision: &verdict.decision,
            denied: &verdict.denied,
            confidence: verdict.confidence,
            matched: &verdict.matched,
            asked: &verdict.asked,
        })?;
    }
    Ok(Exit::Fine)
}

/// By the module, as Envoy would run it.
fn inside_the_filter(arguments: &Args, loaded: &Loaded, cases: &[Case]) -> anyhow::Result<Vec<Verdict>> {
    let filter = Filter::load(&Filter::find(arguments.wasm.as_deref())?, Metering::Off)?;
    Ok(proxy::evaluate(&filter, &loaded.graph, cases)?)
}
