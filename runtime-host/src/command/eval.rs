//! `wrp-host eval`: how good the families are, measured here.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::ValueEnum;
use wrp_host::evaluate::report::{Report, overview, report};
use wrp_host::evaluate::run::{Said, Thresholds, run as put};
use wrp_host::evaluate::set::{Half, Set};
use wrp_host::evaluate::{Direct, of_rows, plot, read_prompts};
use wrp_host::family::{Families, Settings};
use wrp_host::heads::{self, Row};
use wrp_host::infer::Infer;
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the sets of these names
    #[arg(long = "set", value_name = "NAME")]
    sets: Vec<String>,
    /// Further sets, as files of JSON lines
    #[arg(long = "cases", value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Also the end-to-end prompts of vLLM Semantic Router that lie here
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// Which half of each set
    #[arg(long, value_enum, default_value = "test")]
    half: Half,
    /// Models of your own: a list or a folder with a `model.toml`
    #[arg(long = "models", value_name = "PATH")]
    models: Vec<PathBuf>,
    /// Where models are kept [default: WRP_MODELS, or `wrp/models` in the user's cache]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// What the host decides for its families, as TOML
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Seed of the resampling behind the intervals
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How to print
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Write the report as JSON and the figures as SVG here
    #[arg(short, long = "out", value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    let store = arguments.store.clone().map(Store::at).or_else(Store::of_user);
    let store = store.context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?;
    let heads = store.folder().join("heads");
    let mut shelf = Shelf::new(store);
    heads::ensure_domain(&mut shelf, &heads).context("the head for domains")?;
    for list in &arguments.models {
        shelf.add(list).map_err(|error| anyhow!("{error}"))?;
    }
    for absent in shelf.absent() {
        eprintln!("note: {absent}");
    }
    let settings = match &arguments.settings {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            toml::from_str(&text).with_context(|| format!("`{}`", path.display()))?
        }
        None => Settings::default(),
    };
    let at = Thresholds {
        choice: settings.fact_check_threshold,
        pii: settings.pii_threshold,
        safety: settings.safety_gate,
    };
    let sets = sets(&arguments, &shelf)?;
    let families = Families::new(Direct::new(shelf), settings);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut reports = Vec::new();
    for set in sets {
        let name = &set.header.name;
        let said = runtime.block_on(put(&families, &set, arguments.half, at));
        let said = said.map_err(|refused| anyhow!("set `{name}`: {refused}"))?;
        let report = report(&set, arguments.half, form(&families, &set), &said, arguments.seed);
        if let Some(folder) = &arguments.out {
            draw(folder, &report, &said).with_context(|| format!("cannot draw `{name}`"))?;
        }
        reports.push(report);
    }
    let json = serde_json::json!({ "version": 1, "seed": arguments.seed, "reports": reports });
    if let Some(folder) = &arguments.out {
        let path = folder.join("eval.json");
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, format!("{json:#}\n"))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    match arguments.format {
        Format::Json => println!("{json:#}"),
        Format::Human => {
            println!("{}", overview(&reports));
            reports.iter().for_each(|report| println!("{}", report.details()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sets(arguments: &Args, shelf: &Shelf) -> anyhow::Result<Vec<Set>> {
    let mut sets = Set::own();
    if let Ok(held_out) = shelf.rows("domain-holdout") {
        let rows =
            Row::read(&String::from_utf8_lossy(&held_out)).map_err(|why| anyhow!("domain-holdout: {why}"))?;
        sets.push(of_rows("domain-holdout", &rows));
    }
    if let Some(folder) = &arguments.prompts {
        sets.extend(read_prompts(folder).map_err(|why| anyhow!("{why}"))?);
    }
    for path in &arguments.cases {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        sets.push(Set::parse(&text).map_err(|why| anyhow!("{}: {why}", path.display()))?);
    }
    let known = |name: &String| sets.iter().any(|set| set.header.name == *name);
    if let Some(unknown) = arguments.sets.iter().find(|name| !known(name)) {
        let names: Vec<&str> = sets.iter().map(|set| set.header.name.as_str()).collect();
        anyhow::bail!("no set `{unknown}`; there are {}", names.join(", "));
    }
    sets.retain(|set| arguments.sets.is_empty() || arguments.sets.contains(&set.header.name));
    Ok(sets)
}

/// What answers for a family here: the models of its part, or exemplars on the embedding.
fn form(families: &Families<Direct>, set: &Set) -> String {
    let models_for = |part: &str| families.infer().models_for(part);
    let contrasts = set.header.declares.values().any(|spec| spec.get("method").is_some());
    let voices = match set.header.family.as_str() {
        // What a declaration brings along is compared by the one embedding, whatever else could answer.
        "embedding" | "kb" | "preference" | "reask" | "complexity" => Vec::new(),
        "jailbreak" if contrasts => Vec::new(),
        "jailbreak" => models_for("injection"),
        "content_safety" => models_for("safety").into_iter().take(1).collect(),
        part => models_for(part).into_iter().take(1).collect(),
    };
    let besides = match set.header.family.as_str() {
        "domain" => " + exemplars",
        "pii" => " + patterns",
        _ => "",
    };
    match voices.as_slice() {
        [] => format!("exemplars on {}", models_for("embed").first().map_or("nothing", |model| model)),
        voices => format!("{}{besides}", voices.join(" + ")),
    }
}

fn draw(folder: &Path, report: &Report, said: &[Said]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let drawn =
        |figure: Result<String, Box<dyn std::error::Error>>| figure.map_err(|error| anyhow!("{error}"));
    std::fs::write(folder.join(format!("{}-confusion.svg", report.set)), drawn(plot::confusion(report))?)?;
    std::fs::write(folder.join(format!("{}-curves.svg", report.set)), drawn(plot::curves(report, said))?)?;
    Ok(())
}
