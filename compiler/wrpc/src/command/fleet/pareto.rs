//! `wrpc fleet pareto`: every boundary by price and time to the first token.

use std::path::PathBuf;

use serde_json::json;
use wrp_fleet::sizing::front;

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::boundary::of_cell;
use crate::fleet::input::{PoolArgs, WorkloadArgs, two_pool};
use crate::fleet::plot;
use crate::fleet::table::{Table, ms, per_year, percent, yes};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet pareto --cdf azure_cdf.json --rate 200 --gamma 1.4 --plots figures"
)]
pub(crate) struct Args {
    #[command(flatten)]
    workload: WorkloadArgs,
    #[command(flatten)]
    pools: PoolArgs,
    /// How far above the boundary requests are compressed to it
    #[arg(long, default_value_t = 1.0)]
    gamma: f64,
    /// Write the figure here
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let spec = arguments.workload.read()?;
    let (short, long) = (arguments.pools.short()?, arguments.pools.long()?);
    let pools = two_pool(&spec, &short, &long, arguments.pools.context);
    let front = front(&pools, &spec.workload.cdf, spec.workload.rate_per_s, arguments.gamma);
    let figure = match &arguments.plots {
        Some(folder) => Some(plot::front(folder, &front, spec.bounds.ttft_p99_ms)?),
        None => None,
    };
    if arguments.format == Format::Json {
        let cells: Vec<_> = front
            .cells
            .iter()
            .map(|(cell, on_front)| json!({"cell": of_cell(cell), "on_front": on_front}))
            .collect();
        console.json_pretty(
            &json!({"version": 1, "one_pool": of_cell(&front.whole), "boundaries": cells, "figure": figure}),
        )?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(["B", "short", "instances", "a year", "saves", "worst P99", "meets", "front"]);
    let whole = front.whole.price_per_hour;
    for (cell, on_front) in &front.cells {
        table.row([
            cell.boundary.to_string(),
            percent(cell.short_share),
            cell.instances().to_string(),
            per_year(cell.price_per_hour),
            percent(1.0 - cell.price_per_hour / whole),
            ms(cell.worst_p99_s()),
            yes(cell.meets),
            if *on_front { "*".to_owned() } else { String::new() },
        ]);
    }
    table.draw(console)?;
    writeln!(
        console.out,
        "\none pool: {} instances, {} a year, P99 {}",
        front.whole.instances(),
        per_year(whole),
        ms(front.whole.worst_p99_s())
    )?;
    if let Some(path) = figure {
        writeln!(console.out, "wrote {}", path.display())?;
    }
    Ok(Exit::Fine)
}
