//! `wrpc fleet schedule`: regions that are not awake together, each on its own and all as one fleet.

use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;
use wrp_fleet::sizing::{Population, Region, schedule};
use wrp_fleet::spec::Spec;
use wrp_fleet::workload::{Archetype, Cdf};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::{json_file, profile};
use crate::fleet::table::Table;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet schedule --region eu=eu.json --region us=us.json --gpu h100 --context 65536\n\nEach file is \
                  a workload with `hours`: for each hour (UTC), its rate over the mean rate."
)]
pub(crate) struct Args {
    /// A region's name and workload
    #[arg(long = "region", value_name = "NAME=FILE.json", required = true)]
    regions: Vec<String>,
    /// The instances that all regions use: a10g, a100, h100, or `gpu/model/count`
    #[arg(long, default_value = "a100")]
    gpu: String,
    /// The longest request
    #[arg(long, default_value_t = 65_536)]
    context: u32,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut names = Vec::new();
    let mut specs: Vec<Spec> = Vec::new();
    for region in &arguments.regions {
        let (name, path) = region.split_once('=').with_context(|| format!("`{region}` is not NAME=FILE"))?;
        let spec: Spec = serde_json::from_value(json_file(&PathBuf::from(path))?)
            .with_context(|| format!("`{path}` cannot be read"))?;
        spec.check().with_context(|| format!("`{path}` cannot be"))?;
        if spec.workload.hours.is_none() {
            bail!("`{path}` has no `hours`: `wrpc fleet estimate` takes them from a trace");
        }
        names.push(name.to_owned());
        specs.push(spec);
    }
    let profile = profile(&arguments.gpu)?;
    let regions: Vec<Region> = specs
        .iter()
        .map(|spec| Region {
            population: Population::whole(&spec.workload.cdf, spec.workload.prompt_share),
            rates: spec.workload.hours.iter().flatten().map(|part| part * spec.workload.rate_per_s).collect(),
        })
        .collect();
    let bounds = specs[0].bounds.bounds();
    let day = schedule(&regions, &profile, arguments.context, &bounds);
    let parts: Vec<(f64, &Cdf)> =
        specs.iter().map(|spec| (spec.workload.rate_per_s, &spec.workload.cdf)).collect();
    let mixture = Cdf::mixture(&parts).map(|cdf| Archetype::of(&cdf).as_str());
    if arguments.format == Format::Json {
        console.json_pretty(&json!({
            "version": 1, "regions": names, "mixture": mixture, "apart": day.apart, "shared": day.shared,
            "sum_of_peaks": day.sum_of_peaks, "peak_of_sum": day.peak_of_sum, "moves": day.moves,
        }))?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(["hour (UTC)", "each its own", "together", "shared"]);
    for (hour, (apart, shared)) in day.apart.iter().zip(&day.shared).enumerate() {
        let each: Vec<String> = apart.iter().map(u32::to_string).collect();
        let sum: u32 = apart.iter().sum();
        table.row([format!("{hour:02}"), each.join(" + "), sum.to_string(), shared.to_string()]);
    }
    table.draw(console)?;
    writeln!(
        console.out,
        "\nto own: {} if each region keeps its own ({}), {} if they share one fleet\nto follow the sun, {} instances change \
         region in a day",
        day.sum_of_peaks,
        names.join(" + "),
        day.peak_of_sum,
        day.moves
    )?;
    if let Some(mixture) = mixture {
        writeln!(console.out, "all requests together: {mixture}")?;
    }
    Ok(Exit::Fine)
}
