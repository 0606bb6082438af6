//! `wrpc fleet estimate`: a trace or decision log as a workload, and what it holds by class.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;
use wrp_fleet::workload::{Archetype, Arrival, Class, classes, hours};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::{of_trace, trace_file};
use crate::fleet::table::{Table, percent};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet estimate decisions.jsonl --by route\n  wrpc fleet estimate azure.csv --format json > \
                  w.json\n\nReads Azure's and Splitwise's CSV, and JSON lines with `prompt_tokens` and `generated_tokens`. The \
                  JSON's `workload` is\nwhat `--workload` takes, but for pools."
)]
pub(crate) struct Args {
    trace: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    by: By,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// The model that served
    #[default]
    Model,
    /// The route that a policy took
    Route,
    Category,
}

impl By {
    fn of(self, arrival: &Arrival) -> Option<&str> {
        match self {
            By::Model => arrival.model.as_deref(),
            By::Route => arrival.route.as_deref(),
            By::Category => arrival.category.as_deref(),
        }
    }
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let trace = trace_file(&arguments.trace)?;
    let spec = of_trace(&trace)?;
    let day = hours(&trace.arrivals);
    let classes = classes(&trace.arrivals, |arrival| arguments.by.of(arrival));
    let archetype = Archetype::of(&spec.workload.cdf).as_str();
    if arguments.format == Format::Json {
        let mut workload = serde_json::to_value(&spec.workload)?;
        workload["hours"] = json!(day.map(|day| day.to_vec()));
        let of = |class: &Class| {
            json!({"count": class.count, "share": class.share, "cdf": class.cdf, "prompt_share": class.prompt_share,
                   "answer_mean": class.answer_mean, "answer_p75": class.answer_p75})
        };
        let of_classes: serde_json::Map<_, _> =
            classes.iter().map(|(name, class)| (name.clone(), of(class))).collect();
        console.json_pretty(&json!({
            "version": 1, "workload": workload, "archetype": archetype, "skipped": trace.skipped, "classes": of_classes,
        }))?;
        return Ok(Exit::Fine);
    }
    let workload = &spec.workload;
    writeln!(
        console.out,
        "{} requests, {:.2} a second, {archetype}; mean {:.0} tokens, of which {} are prompt; {} lines skipped\n",
        trace.arrivals.len(),
        workload.rate_per_s,
        workload.cdf.mean(),
        percent(workload.prompt_share),
        trace.skipped
    )?;
    let mut table =
        Table::new(["class", "requests", "share", "P50 tokens", "P99 tokens", "answer", "answer P75"]);
    for (name, class) in &classes {
        table.row([
            name.clone(),
            class.count.to_string(),
            percent(class.share),
            class.cdf.quantile(0.5).to_string(),
            class.cdf.quantile(0.99).to_string(),
            format!("{:.0}", class.answer_mean),
            class.answer_p75.to_string(),
        ]);
    }
    table.draw(console)?;
    Ok(Exit::Fine)
}
