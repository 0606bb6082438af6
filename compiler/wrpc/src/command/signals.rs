//! `wrpc signals`: what a policy sees in requests, before anything is decided.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use wrp_graph::body::{Body, Protocol};
use wrp_graph::graph::Graph;
use wrp_graph::session::{Session, Step};
use wrp_lang::lower::{self, Options};

use super::Exit;
use crate::request::Request;
use crate::traffic::Sent;
use crate::{Console, cases, policy, progress};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  echo '{\"id\":1,\"text\":\"this is urgent\"}' | wrpc signals policy.wrp --cases -\n\nA case has \
                        `text`, `messages` or `request` (a whole body), and may have `headers`. Signals that only a\nmodel \
                        can tell have missed."
)]
pub(crate) struct Args {
    policy: PathBuf,
    /// JSON lines, or `-` for the standard input
    #[arg(long, value_name = "FILE.jsonl")]
    cases: PathBuf,
    /// The recipe; without it the default one
    #[arg(long)]
    recipe: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct Seen<'g> {
    id: Value,
    matched: Vec<&'g str>,
    confidence: BTreeMap<&'g str, f64>,
    values: BTreeMap<&'g str, f64>,
    errors: BTreeMap<String, String>,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load_one(&arguments.policy, console)? else { return Ok(Exit::Findings) };
    // What no route looks at is shown too.
    let graph = lower::lower(&loaded.policy, Options { keep_unused: true, ..Options::default() })?;
    let recipe = policy::recipe(&graph, arguments.recipe.as_deref())?;
    let lines = cases::read::<Sent>(&arguments.cases, console.input)?;
    let bar = progress::bar(lines.len(), "reading", console);
    for line in lines {
        let seen = see(&graph, recipe, line.it, line.id);
        console.json(&seen)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Exit::Fine)
}

fn see(graph: &Graph, recipe: usize, case: Sent, id: Value) -> Seen<'_> {
    let mut seen = Seen { id, ..Seen::default() };
    let request = case.request().unwrap_or_else(|| Request::of_prompt(""));
    let Some(protocol) = Protocol::of_path(&request.path) else {
        seen.errors.insert("request".to_owned(), format!("`{}` is not a path that is routed", request.path));
        return seen;
    };
    let body = match Body::parse(&request.body, protocol) {
        Ok(body) => body,
        Err(wrong) => {
            seen.errors.insert("request".to_owned(), wrong.to_string());
            return seen;
        }
    };
    let mut session = Session::new(graph, recipe);
    session.sense(&body.facts(request.identity()));
    // Everything is settled, so that projections are too.
    for query in 0..session.recipe().queries.len() {
        session.answer(query as u16, Ok(&[]));
    }
    debug_assert!(matches!(session.step(), Step::Decide(_)), "nothing is left to ask");
    for (key, reading) in session.readings() {
        if reading.matched {
            seen.matched.push(key);
        }
        if let Some(confidence) = reading.confidence {
            seen.confidence.insert(key, confidence);
        }
        if let Some(value) = reading.value {
            seen.values.insert(key, value);
        }
    }
    seen
}
