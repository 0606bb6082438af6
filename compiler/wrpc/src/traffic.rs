//! Recorded requests, one a JSON line: what a client sent, or what the signals said of it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use wrp_graph::eval::{self, Case};
use wrp_graph::graph::Graph;
use wrp_graph::signal::Inline;
use wrp_lang::diff::Served;
use wrp_lang::policy::Policy;

use crate::cases;
use crate::request::{CHAT, Request};
use crate::trace;

/// What a client sent, as a line says it: a whole body, messages, or one message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    #[serde(alias = "prompt")]
    text: Option<String>,
    messages: Option<Value>,
    request: Option<Value>,
    path: Option<String>,
    headers: BTreeMap<String, String>,
}

impl Sent {
    /// The request, if the line has one.
    pub(crate) fn request(self) -> Option<Request> {
        let body = match (self.request, self.messages, self.text) {
            (Some(body), _, _) => body,
            (None, Some(messages), _) => json!({"model": "auto", "messages": messages}),
            (None, None, Some(text)) => {
                json!({"model": "auto", "messages": [{"role": "user", "content": text}]})
            }
            (None, None, None) => return None,
        };
        let path = self.path.unwrap_or_else(|| CHAT.to_owned());
        Some(Request { path, headers: self.headers.into_iter().collect(), ..Request::of_body(&body) })
    }
}

/// One recorded request.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    ask: Ask,
}

#[derive(Debug)]
enum Ask {
    /// What the signals said, taken as final; the bands of its length are added where it is known.
    Signals { case: Case, prompt_tokens: Option<u32> },
    /// All that a client sent; what only a model can tell is not known.
    Whole(Box<Request>),
}

/// Reads a file of requests. Where a line has both, what the signals said counts.
pub(crate) fn read(path: &Path, input: &mut dyn Read) -> anyhow::Result<Vec<Recorded>> {
    let lines = cases::read::<Value>(path, input)?;
    let mut recorded = Vec::with_capacity(lines.len());
    for (number, line) in lines.into_iter().enumerate() {
        let said =
            ["matched", "confidence", "values", "unknown"].iter().any(|key| line.it.get(key).is_some());
        let ask = if said || line.it.get("prompt_tokens").is_some() {
            let tokens = line.it.get("prompt_tokens").and_then(Value::as_u64);
            let prompt_tokens = tokens.map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX));
            Ask::Signals { case: serde_json::from_value(line.it)?, prompt_tokens }
        } else {
            let request = serde_json::from_value::<Sent>(line.it)?.request();
            let request = request.ok_or_else(|| {
                anyhow::anyhow!(
                    "request {} of `{}` says nothing: give `matched`, `text`, `messages` or `request`",
                    number + 1,
                    path.display()
                )
            })?;
            Ask::Whole(Box::new(request))
        };
        let id = match line.id {
            Value::Null => (number + 1).to_string(),
            Value::String(id) => id,
            other => other.to_string(),
        };
        recorded.push(Recorded { id, ask });
    }
    Ok(recorded)
}

/// What becomes of a request, and in which recipe; `None` where no recipe decides.
pub(crate) fn serve(policy: &Policy, graph: &Graph, recorded: &Recorded) -> Option<(String, Served)> {
    let (recipe, route, denied) = match &recorded.ask {
        Ask::Whole(request) => {
            let trace = trace::trace(graph, None, request, &trace::nobody);
            let denied = trace.status == 403;
            (trace.recipe?, trace.route, denied)
        }
        Ask::Signals { case, prompt_tokens } => {
            let bands = prompt_tokens.iter().flat_map(|prompt| bands(graph, *prompt)).map(str::to_owned);
            let case = Case { matched: case.matched.iter().cloned().chain(bands).collect(), ..case.clone() };
            let verdict = eval::evaluate(graph, &case.given());
            let denied = verdict.denied.is_some();
            let recipe = case.recipe.or_else(|| Some(graph.recipes.first()?.name.clone()))?;
            (recipe, verdict.decision.or(verdict.denied), denied)
        }
    };
    let number = policy.recipes.iter().position(|it| it.name == recipe)?;
    Some((recipe, Served::named(policy, number, route.as_deref(), denied)))
}

/// The keys of the `context` signals whose band a prompt lies in.
pub(crate) fn bands(graph: &Graph, prompt: u32) -> impl Iterator<Item = &str> {
    let recipe = graph.recipes.first();
    recipe.into_iter().flat_map(move |recipe| {
        recipe.sensors.iter().filter_map(move |sensor| match &sensor.signal {
            Inline::Context(band) if (band.min_tokens..=band.max_tokens).contains(&u64::from(prompt)) => {
                recipe.slots.get(usize::from(sensor.slot)).map(|slot| slot.key.as_str())
            }
            _ => None,
        })
    })
}
