//! Which route takes which requests: a policy asked about a trace, or about lengths drawn from a distribution.
//!
//! Lengths decide the bands of `context` signals exactly. What else a route looks at comes from the trace, or is drawn as
//! often as the workload's `signals` say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;
use wrp_fleet::random::{Random, Xoshiro};
use wrp_fleet::sizing::{Form, Part, Population};
use wrp_fleet::spec::Spec;
use wrp_fleet::workload::{Columns, Layout, Span, read};
use wrp_graph::eval::{self, Case};
use wrp_graph::graph::Graph;

use crate::fleet::input::text_file;
use crate::request::Request;
use crate::trace;
use crate::traffic::{Sent, bands};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SplitArgs {
    /// Requests to ask the policy about, as JSON lines: `prompt_tokens`, `generated_tokens`, and `matched` signals or
    /// `text`, `messages`, `request`; without it lengths are drawn
    #[arg(long, value_name = "FILE.jsonl")]
    requests: Option<PathBuf>,
    /// Requests to draw
    #[arg(long, default_value_t = 4000)]
    samples: u32,
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

impl Default for SplitArgs {
    fn default() -> SplitArgs {
        SplitArgs { requests: None, samples: 4000, seed: 42 }
    }
}

impl SplitArgs {
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

/// One request to ask about.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) prompt: u32,
    pub(crate) answer: u32,
    ask: Ask,
}

#[derive(Clone, Debug)]
enum Ask {
    /// Signals that matched, beside the bands of its length.
    Signals(Vec<String>),
    /// All that a client sends.
    Whole(Box<Request>),
}

/// Who takes a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Taken {
    /// `None` where the default model does.
    pub(crate) route: Option<String>,
    /// `None` where nobody answers, or the policy does itself.
    pub(crate) model: Option<String>,
}

/// What to ask: from the file, or drawn.
pub(crate) fn samples(arguments: &SplitArgs, spec: &Spec) -> anyhow::Result<Vec<Sample>> {
    let mut random = Xoshiro::new(arguments.seed);
    match &arguments.requests {
        Some(path) => of_file(path, spec, &mut random),
        None => Ok(drawn(arguments.samples, spec, &mut random)),
    }
}

/// Lengths at evenly spread quantiles, so that few samples show the whole distribution.
fn drawn(count: u32, spec: &Spec, random: &mut Xoshiro) -> Vec<Sample> {
    let workload = &spec.workload;
    let sample = |nth: u32, random: &mut Xoshiro| {
        let tokens = workload.cdf.quantile((f64::from(nth) + 0.5) / f64::from(count)).max(2);
        let prompt = ((f64::from(tokens) * workload.prompt_share) as u32).clamp(1, tokens - 1);
        Sample { prompt, answer: tokens - prompt, ask: Ask::Signals(signals(spec, random)) }
    };
    (0..count.max(1)).map(|nth| sample(nth, random)).collect()
}

fn signals(spec: &Spec, random: &mut Xoshiro) -> Vec<String> {
    let matches = |(key, share): (&String, &f64)| (random.unit() < *share).then(|| key.clone());
    spec.workload.signals.iter().filter_map(matches).collect()
}

fn of_file(path: &Path, spec: &Spec, random: &mut Xoshiro) -> anyhow::Result<Vec<Sample>> {
    let text = text_file(path)?;
    let mut samples = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("`{}`, line {}", path.display(), number + 1);
        let value: Value = serde_json::from_str(line).with_context(place)?;
        let sent = serde_json::from_value::<Sent>(value.clone()).with_context(place)?.request();
        let trace = read(line, Layout::JsonLines, &Columns::default());
        let lengths = trace.arrivals.first();
        let (ask, guess) = match (sent, value.get("matched")) {
            (Some(request), _) => {
                let guess = (request.body.len() / 4) as u32;
                (Ask::Whole(Box::new(request)), Some(guess))
            }
            (None, Some(matched)) => {
                (Ask::Signals(serde_json::from_value(matched.clone()).with_context(place)?), None)
            }
            (None, None) => (Ask::Signals(signals(spec, random)), None),
        };
        let Some(prompt) = lengths.map(|it| it.prompt).or(guess) else {
            bail!("{}: how long is the prompt? add `prompt_tokens`", place());
        };
        let usual =
            f64::from(prompt) * (1.0 - spec.workload.prompt_share) / spec.workload.prompt_share.max(0.01);
        let answer = lengths.map_or(usual as u32, |it| it.answer).max(1);
        samples.push(Sample { prompt, answer, ask });
    }
    if samples.is_empty() {
        bail!("`{}` has no requests", path.display());
    }
    Ok(samples)
}

/// Asks a policy about every sample.
pub(crate) fn decide(graph: &Graph, samples: &[Sample]) -> Vec<Taken> {
    samples.iter().map(|sample| decide_one(graph, sample)).collect()
}

fn decide_one(graph: &Graph, sample: &Sample) -> Taken {
    match &sample.ask {
        Ask::Whole(request) => {
            let trace = trace::trace(graph, None, request, &trace::nobody);
            Taken { route: trace.route, model: trace.model }
        }
        Ask::Signals(matched) => {
            let bands = bands(graph, sample.prompt).map(str::to_owned);
            let case = Case { matched: matched.iter().cloned().chain(bands).collect(), ..Case::default() };
            let verdict = eval::evaluate(graph, &case.given());
            let model = match (&verdict.decision, &verdict.denied) {
                (_, Some(_)) => None,
                (Some(route), None) => model_of(graph, route),
                (None, None) => None,
            };
            let default = || graph.default_model.and_then(|index| graph.models.get(usize::from(index)));
            let unrouted = verdict.denied.is_none() && model.is_none();
            let model = model.or_else(|| unrouted.then(default).flatten().map(|model| model.name.clone()));
            Taken { route: verdict.decision.or(verdict.denied), model }
        }
    }
}

fn model_of(graph: &Graph, route: &str) -> Option<String> {
    let route = graph.recipes.first()?.routes.iter().find(|it| it.name == route)?;
    graph.models.get(usize::from(route.models.first()?.model)).map(|model| model.name.clone())
}

/// Keys of the workload's `signals` that the policy does not have.
pub(crate) fn unknown_signals<'s>(graph: &Graph, spec: &'s Spec) -> Vec<&'s str> {
    let known = |key: &str| graph.recipes.iter().flat_map(|recipe| &recipe.slots).any(|slot| slot.key == key);
    spec.workload.signals.keys().map(String::as_str).filter(|key| !known(key)).collect()
}

/// Requests of one taker and one pool as a population; masses are shares of all samples.
pub(crate) fn population(samples: &[&Sample], all: usize) -> Population {
    let mut by_length: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for sample in samples {
        *by_length.entry((sample.prompt, sample.answer)).or_default() += 1;
    }
    let part = |((prompt, answer), count): ((u32, u32), u32)| {
        let tokens = prompt + answer;
        // Half a token more, so that the prompt is found again when the share is rounded down.
        let prompt_share = (f64::from(prompt) + 0.5) / f64::from(tokens);
        let mass = f64::from(count) / all as f64;
        Part { span: Span { first: tokens, last: tokens, mass }, form: Form::Whole, prompt_share }
    };
    Population { parts: by_length.into_iter().map(part).collect() }
}
