//! A corpus as JSON lines: one prompt a line, with what detectors scored or what the signals said.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use wrp_graph::body::{Body, Protocol};
use wrp_graph::eval::Case;
use wrp_graph::graph::Graph;
use wrp_graph::session::Session;
use wrp_graph::signal::{self, Reach};
use wrp_lang::measure::Recorded;
use wrp_lang::oracle::Readings;

use crate::cases;
use crate::companion::Asker;
use crate::request::Request;
use crate::trace::Question;
use crate::traffic::Sent;

/// Reads a corpus. What the proxy can tell by itself it tells from the prompt, where a line has one beside its scores;
/// `graph` keeps the signals that no route looks at. Where a line has a prompt and no scores, the host is asked.
pub(crate) fn read(
    path: &Path,
    graph: &Graph,
    host: Option<&Asker>,
    input: &mut dyn Read,
) -> anyhow::Result<Vec<Recorded>> {
    let mut corpus = Vec::new();
    for (number, line) in cases::read::<Value>(path, input)?.into_iter().enumerate() {
        let place = || format!("`{}`, prompt {}", path.display(), number + 1);
        let id = match line.id {
            Value::Null => (number + 1).to_string(),
            Value::String(id) => id,
            other => other.to_string(),
        };
        let prompt = ["prompt", "text"].iter().find_map(|key| line.it.get(key)?.as_str().map(str::to_owned));
        let said =
            ["matched", "confidence", "values", "unknown"].iter().any(|key| line.it.get(key).is_some());
        let mut scores = match line.it.get("scores") {
            Some(scores) => {
                serde_json::from_value::<BTreeMap<String, f64>>(scores.clone()).with_context(place)?
            }
            None => BTreeMap::new(),
        };
        anyhow::ensure!(
            scores.values().all(|score| score.is_finite()),
            "{}: a score is not a number",
            place()
        );
        let settled = said && scores.is_empty();
        let readings = if said {
            serde_json::from_value::<Case>(line.it).with_context(place)?.readings()
        } else {
            let request = serde_json::from_value::<Sent>(line.it).with_context(place)?.request();
            if let (Some(host), Some(request)) = (host.filter(|_| scores.is_empty()), &request) {
                scores = asked(graph, request, host);
                host.complaint().with_context(place)?;
            }
            request.map_or_else(Readings::new, |request| inline(graph, &request))
        };
        let readings = told(readings);
        corpus.push(Recorded { id, prompt, scores, readings, settled });
    }
    anyhow::ensure!(!corpus.is_empty(), "`{}` has no prompts", path.display());
    Ok(corpus)
}

/// What the host's detectors score a request, by key, whatever their thresholds.
fn asked(graph: &Graph, request: &Request, host: &Asker) -> BTreeMap<String, f64> {
    let Some(protocol) = Protocol::of_path(&request.path) else { return BTreeMap::new() };
    let queries = graph.recipes.first().map_or(0, |recipe| recipe.queries.len());
    let numbers: Vec<u16> = (0..queries as u16).collect();
    if numbers.is_empty() {
        return BTreeMap::new();
    }
    let question = Question { graph, recipe: 0, numbers: &numbers, protocol, body: &request.body };
    let readings = host.answers(question).into_iter().flatten().flatten();
    readings.filter_map(|(key, reading)| Some((key, reading.confidence.or(reading.value)?))).collect()
}

/// Only what is a number, or fired, or failed says something.
fn told(mut readings: Readings) -> Readings {
    readings.retain(|_, it| it.matched || it.failed || it.confidence.or(it.value).is_some());
    readings
}

/// What the proxy reads from a request itself, by the default recipe.
fn inline(graph: &Graph, request: &Request) -> Readings {
    let body =
        Protocol::of_path(&request.path).and_then(|protocol| Body::parse(&request.body, protocol).ok());
    let Some(body) = body else { return Readings::new() };
    let mut session = Session::new(graph, 0);
    session.sense(&body.facts(request.identity()));
    let own = |key: &str| {
        let kind = key.split(':').next().unwrap_or_default();
        signal::find(kind).is_some_and(|kind| kind.reach == Reach::Inline)
    };
    session.readings().filter(|(key, _)| own(key)).map(|(key, it)| (key.to_owned(), it)).collect()
}

/// Exemplars of embedding signals: one JSON object, lists of vectors by key.
pub(crate) fn vectors(path: &Path) -> anyhow::Result<BTreeMap<String, Vec<Vec<f64>>>> {
    let value = crate::fleet::input::json_file(path)?;
    serde_json::from_value(value).with_context(|| {
        format!("`{}` is no object of vectors: write {{\"embedding:name\": [[0.1, …], …]}}", path.display())
    })
}
