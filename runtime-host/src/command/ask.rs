//! `wrp-host ask`: what a model says about texts, as JSON lines.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use serde_json::{Map, Value, json};
use wrp_host::job::{Answer, Job, Kind, Output};
use wrp_host::models::Shelf;
use wrp_host::models::manifest::Task;
use wrp_host::models::store::Store;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A model of the list
    model: String,
    /// What to ask about; without it, each line of the standard input
    text: Option<String>,
    /// For a model that reads two texts: the second, the same for all
    #[arg(long, value_name = "TEXT", default_value = "")]
    second: String,
    /// A list with models of yours, or the folder of one
    #[arg(long, value_name = "PATH")]
    models: Option<PathBuf>,
}

pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    let store = Store::of_user().context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?;
    let mut shelf = Shelf::new(store);
    if let Some(list) = &arguments.models {
        shelf.add(list)?;
    }
    let name: Arc<str> = arguments.model.into();
    let spec = shelf.specs().find(|spec| spec.name == name);
    let kind = match &spec.with_context(|| format!("there is no model `{name}`"))?.task {
        Task::Embed { .. } => Kind::Embed { dimensions: None },
        Task::Pair(_) => Kind::ClassifyPair { second: arguments.second.into() },
        Task::Tag { .. } => Kind::Tag,
        Task::Classify(_) | Task::Head { .. } | Task::Grams {} | Task::Generate {} => Kind::Classify,
    };
    let model = shelf.model(&name)?;
    let mut out = std::io::stdout().lock();
    let mut answer = |text: &str| -> anyhow::Result<bool> {
        let job = Job { model: name.clone(), kind: kind.clone(), text: text.into() };
        let result = model.run(&[job]).into_iter().next().context("the model answered nothing")?;
        let is_answered = result.is_ok();
        let line =
            result.map_or_else(|refused| json!({"error": refused.to_string()}), |answer| spell(text, answer));
        writeln!(out, "{line}")?;
        Ok(is_answered)
    };
    let mut all = true;
    match &arguments.text {
        Some(text) => all = answer(text)?,
        None => {
            for line in std::io::stdin().lock().lines() {
                all &= answer(&line?)?;
            }
        }
    }
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn spell(text: &str, answer: Answer) -> Value {
    let (what, value) = match answer.output {
        Output::Vector(vector) => ("vector", json!(&*vector)),
        Output::Labels(labels) => {
            let labels = labels.into_iter().map(|(label, value)| (label.to_string(), json!(value)));
            ("labels", Value::Object(labels.collect::<Map<_, _>>()))
        }
        Output::Spans(spans) => {
            let spans = spans.iter().map(|span| {
                let (start, end, score) = (span.start, span.end, span.score);
                json!({"label": &*span.label, "text": &text[start..end], "start": start, "end": end, "score": score})
            });
            ("spans", spans.collect())
        }
    };
    json!({what: value, "coverage": answer.coverage})
}
