//! `wrp-host train-head`: a linear head on a frozen embedding, from labelled texts.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use wrp_host::heads::{Origin, Row, embed, fit, judge, write};
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Labelled texts: one JSON object a line, with `text` and `label`
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The model whose embedding the head reads [default: the preferred one]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// What signals ask for: `domain`, `fact_check`, `safety`, …, or any name for a `classifier`
    #[arg(long, value_name = "PART")]
    part: String,
    /// What the head is called [default: the part]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The penalty on the squares of the weights
    #[arg(long, default_value_t = 1e-4)]
    l2: f64,
    /// In how many parts the texts are cut for cross-validation
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=50))]
    folds: u8,
    /// Seed of the cut
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The licence of the texts, for the list
    #[arg(long, default_value = "unknown")]
    license: String,
    /// Where models are kept [default: WRP_MODELS, or `wrp/models` in the user's cache]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// The folder to write: `--models` takes it
    #[arg(short, long = "out", value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    let store = arguments.store.map(Store::at).or_else(Store::of_user);
    let shelf = Shelf::new(store.context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?);
    let preferred = || shelf.models_for("embed").into_iter().next();
    let base = arguments.model.map(Into::into).or_else(preferred);
    let base = base.context("no model here embeds; `wrp-host models pull` fetches one")?;
    if !(arguments.l2.is_finite() && arguments.l2 >= 0.0) {
        bail!("`--l2` must be 0 or above");
    }
    let shown = arguments.data.display();
    let text = std::fs::read_to_string(&arguments.data).with_context(|| format!("cannot read `{shown}`"))?;
    let rows = Row::read(&text).map_err(|why| anyhow!("`{shown}`: {why}"))?;
    let (labels, samples) = embed(&shelf, &base, &rows)?;
    if labels.len() < 2 {
        bail!("`{shown}` has {} labels; a head tells at least two apart", labels.len());
    }
    let judged = judge(&samples, labels.len(), arguments.l2, usize::from(arguments.folds), arguments.seed);
    let name = arguments.name.as_deref().unwrap_or(&arguments.part);
    let origin = Origin {
        name,
        part: &arguments.part,
        base: &base,
        labels: &labels,
        license: &arguments.license,
        samples: samples.len(),
    };
    write(&arguments.out, &origin, &fit(&samples, labels.len(), arguments.l2), &judged)
        .with_context(|| format!("cannot write `{}`", arguments.out.display()))?;
    println!("texts               {}, {} labels", samples.len(), labels.len());
    println!("accuracy            {:.4} (in {} parts)", judged.accuracy, arguments.folds);
    println!("log-loss            {:.4}", judged.log_loss);
    println!(
        "calibration error   {:.4}, {:.4} before cooling",
        judged.calibration_error, judged.uncalibrated_error
    );
    println!("temperature         {:.3}", judged.temperature);
    println!("written             {}", arguments.out.display());
    Ok(ExitCode::SUCCESS)
}
