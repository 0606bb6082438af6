//! `wrpc route`: where one request goes, and why.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use serde_json::{Value, json};
use wrp_graph::session::Unavailable;

use super::{Exit, Format};
use crate::Console;
use crate::companion::Asker;
use crate::deploy::HOST_TIMEOUT_MS;
use crate::gateway::Address;
use crate::policy::{self, Loaded};
use crate::probe::{Answer, Probe};
use crate::proxy::{Filter, Headers, Message, Metering, Verdict, Vm};
use crate::request::{Request, header};
use crate::trace::{Trace, each, trace};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wrpc route quick-start.wrp --prompt 'why does this function fail?'\n  \
                        wrpc route policy.wrp --request body.json --header 'x-authz-user-groups: finance'\n  \
                        wrpc route policy.wrp --prompt hi --answer pii:personal_data=0.9\n  \
                        wrpc route policy.wrp --prompt hi --host http://127.0.0.1:8811")]
#[command(group = clap::ArgGroup::new("what").required(true).args(["request", "prompt"]))]
pub(crate) struct Args {
    policy: PathBuf,
    /// A request body, or `-` for the standard input
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// One user message
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Where the body goes; decides the protocol
    #[arg(long, default_value = crate::request::CHAT)]
    path: String,
    /// A request header; identity headers count as set by a trusted filter
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// What the host finds: KEY, or KEY=CONFIDENCE
    #[arg(long = "answer", value_name = "KEY[=CONFIDENCE]", value_parser = answer)]
    answers: Vec<(String, Answer)>,
    /// Ask this host what only a model can tell
    #[arg(long, value_name = "URL", conflicts_with = "answers")]
    host: Option<Address>,
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
    /// The filter's module, for `--engine wasm`
    #[arg(long, value_name = "PATH")]
    wasm: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The decision graph, on this machine
    #[default]
    Graph,
    /// The filter itself, as the proxy runs it
    Wasm,
}

fn answer(text: &str) -> Result<(String, Answer), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), Answer::Found(true))),
        Some((key, confidence)) => {
            let confidence = confidence.parse().map_err(|_| format!("`{confidence}` is not a number"))?;
            Ok((key.to_owned(), Answer::Confidence(confidence)))
        }
    }
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut request = match (&arguments.prompt, &arguments.request) {
        (Some(prompt), _) => Request::of_prompt(prompt),
        (None, Some(file)) if file.as_os_str() == "-" => {
            let mut bytes = Vec::new();
            console.input.read_to_end(&mut bytes).context("cannot read the standard input")?;
            Request::of_bytes(bytes)
        }
        (None, file) => {
            let file = file.as_deref().context("give --prompt or --request")?;
            Request::of_bytes(fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?)
        }
    };
    request.path = arguments.path.clone();
    request.headers = arguments.headers.clone();
    let Some(loaded) = policy::load_one(&arguments.policy, console)? else { return Ok(Exit::Findings) };
    if arguments.engine == Engine::Wasm {
        anyhow::ensure!(
            arguments.answers.is_empty(),
            "the filter asks a host: give --host instead of --answer"
        );
        return through_the_filter(&arguments, &loaded, &request, console);
    }
    let trace = match &arguments.host {
        Some(host) => {
            let asker = Asker::new(host.clone())?;
            let trace = trace(&loaded.graph, None, &request, &|question| asker.answers(question));
            asker.complaint()?;
            trace
        }
        None => {
            let given = Probe { answers: arguments.answers.into_iter().collect(), ..Probe::default() };
            // Without an answer the host is not there: that is what a request meets.
            let written = each(|query| match given.answer(query) {
                Ok(readings) if readings.is_empty() => Err(Unavailable),
                answer => answer,
            });
            trace(&loaded.graph, None, &request, &written)
        }
    };
    match arguments.format {
        Format::Json => console.json_pretty(&as_json(&trace))?,
        Format::Human => draw(&trace, console)?,
    }
    Ok(Exit::Fine)
}

fn as_json(trace: &Trace) -> Value {
    let body: Option<Value> = serde_json::from_slice(&trace.body).ok();
    let readings: serde_json::Map<String, Value> = trace
        .readings
        .iter()
        .map(|(key, it)| {
            let reading = json!({
                "matched": it.matched, "confidence": it.confidence, "value": it.value, "unknown": it.failed,
            });
            (key.clone(), reading)
        })
        .collect();
    let fired: Vec<Value> =
        trace.fired.iter().map(|(route, it)| json!({"route": route, "confidence": it})).collect();
    let asked: Vec<Value> =
        trace.asked.iter().map(|asked| json!({"query": asked.query, "answered": asked.answered})).collect();
    let headers: serde_json::Map<String, Value> =
        trace.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "version": 1,
        "recipe": trace.recipe, "decision": trace.route, "confidence": trace.confidence, "why": trace.why,
        "model": trace.model, "status": trace.status, "reply": trace.reply,
        "fired": fired, "asked": asked, "signals": readings,
        "scores": trace.scores.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "done": trace.done, "headers": headers, "body": body,
    })
}

fn draw(trace: &Trace, console: &mut Console<'_>) -> anyhow::Result<()> {
    let bold = console.style(anstyle::Style::new().bold());
    let mut line = |name: &str, text: String| -> anyhow::Result<()> {
        if !text.is_empty() {
            writeln!(console.out, "{bold}{name:<11}{bold:#} {text}")?;
        }
        Ok(())
    };
    let recipe = trace.recipe.as_deref().map(|recipe| format!("  (recipe {recipe})")).unwrap_or_default();
    line("route", format!("{}{recipe}", trace.route.as_deref().unwrap_or("none")))?;
    line("why", trace.why.clone())?;
    line("model", trace.model.clone().unwrap_or_default())?;
    if let Some(reply) = &trace.reply {
        line("answer", format!("{} {reply}", trace.status))?;
    }
    let scored = |pairs: &[(String, f64)]| {
        pairs.iter().map(|(name, score)| format!("{name} {score:.4}")).collect::<Vec<_>>().join("  ")
    };
    line("fired", scored(&trace.fired))?;
    let seen = |wanted: fn(&wrp_graph::reading::Reading) -> bool| {
        let seen = trace.readings.iter().filter(|(_, reading)| wanted(reading));
        let shown = seen.map(|(key, reading)| match (reading.confidence, reading.value) {
            (Some(confidence), _) => format!("{key} {confidence:.4}"),
            (None, Some(value)) => format!("{key} ={value}"),
            (None, None) => key.clone(),
        });
        shown.collect::<Vec<_>>().join("  ")
    };
    line("signals", seen(|reading| reading.matched))?;
    line("unknown", seen(|reading| reading.failed))?;
    line("scores", scored(&trace.scores))?;
    let asked = trace.asked.iter().map(|asked| match asked.answered {
        true => asked.query.clone(),
        false => format!("{} (no answer)", asked.query),
    });
    line("asked", asked.collect::<Vec<_>>().join("  "))?;
    line("done", trace.done.join(", "))?;
    for (name, value) in &trace.headers {
        line("header", format!("{name}: {value}"))?;
    }
    line("body", shortened(&String::from_utf8_lossy(&trace.body)))?;
    Ok(())
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 600;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// The real module says only what a proxy would see.
fn through_the_filter(
    arguments: &Args,
    loaded: &Loaded,
    request: &Request,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let filter = Filter::load(&Filter::find(arguments.wasm.as_deref())?, Metering::Off)?;
    let asker = arguments.host.clone().map(Asker::new).transpose()?;
    let config = policy::filter_config(&loaded.graph, true, asker.as_ref().map(|_| HOST_TIMEOUT_MS));
    let vm = Vm::start(&filter, config.to_json().as_bytes())?;
    if let Some(asker) = &asker {
        for call in vm.tick()? {
            vm.answer(&call, Some(asker.carry(&call)))?;
        }
    }
    let mut headers = Headers::of(&[
        (":method", "POST"),
        (":path", &request.path),
        (":authority", "localhost"),
        (":scheme", "http"),
        ("content-type", "application/json"),
    ]);
    for (name, value) in &request.headers {
        headers.add(name, value.as_bytes());
    }
    let message = Message { headers, body: request.body.clone(), ..Message::default() };
    let verdict =
        vm.open()?.request_answered(message, |call| asker.as_ref().map(|asker| asker.carry(call)))?;
    let (status, headers, body) = match verdict {
        Verdict::Forward(message) => (None, message.headers, message.body),
        Verdict::Reply(reply) => (Some(reply.status), reply.headers, reply.body),
        Verdict::Hold => anyhow::bail!("the filter waits for a host that is not there"),
    };
    let pairs =
        headers.0.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()));
    match arguments.format {
        Format::Json => {
            let headers: serde_json::Map<String, Value> =
                pairs.map(|(name, value)| (name, json!(value))).collect();
            let body = serde_json::from_slice::<Value>(&body).ok();
            console
                .json_pretty(&json!({"version": 1, "status": status, "headers": headers, "body": body}))?;
        }
        Format::Human => {
            match status {
                Some(status) => writeln!(console.out, "the filter answers itself: {status}")?,
                None => writeln!(console.out, "the filter lets the request go upstream")?,
            }
            for (name, value) in pairs {
                writeln!(console.out, "{name}: {value}")?;
            }
            writeln!(console.out, "\n{}", shortened(&String::from_utf8_lossy(&body)))?;
        }
    }
    Ok(Exit::Fine)
}
