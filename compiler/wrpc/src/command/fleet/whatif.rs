//! `wrpc fleet whatif`: two policies, one workload, what each would cost.

use std::path::PathBuf;

use anyhow::bail;
use serde_json::json;

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::WorkloadArgs;
use crate::fleet::routes::{self, Sized};
use crate::fleet::split::{self, SplitArgs};
use crate::fleet::table::{Table, ms, per_year, percent, yes};
use crate::policy;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  wrpc fleet whatif old.wrp new.wrp --workload w.json")]
pub(crate) struct Args {
    old: PathBuf,
    new: PathBuf,
    #[command(flatten)]
    workload: WorkloadArgs,
    #[command(flatten)]
    split: SplitArgs,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let spec = arguments.workload.read()?;
    if spec.pools.is_empty() {
        bail!("the workload names no pools: add `pools` to `--workload`");
    }
    let samples = split::samples(&arguments.split, &spec)?;
    let mut sized = Vec::new();
    for path in [&arguments.old, &arguments.new] {
        let Some(loaded) = policy::load_one(path, console)? else { return Ok(Exit::Findings) };
        let taken = split::decide(&loaded.graph, &samples);
        sized.push((routes::size(&taken, &spec, &samples)?, taken));
    }
    let [(old, old_taken), (new, new_taken)] = &sized[..] else { bail!("two policies are compared") };
    let moved = old_taken.iter().zip(new_taken).filter(|(old, new)| old.model != new.model).count();
    let moved = moved as f64 / samples.len() as f64;
    let fine = new.plan.meets && new.unserved.is_empty();
    let exit = if fine { Exit::Fine } else { Exit::Findings };
    if arguments.format == Format::Json {
        console.json_pretty(&json!({
            "version": 1,
            "old": routes::of_sized(old),
            "new": routes::of_sized(new),
            "moved": moved,
            "price_per_year_change": new.plan.price_per_year() - old.plan.price_per_year(),
            "power_kw_change": (new.plan.power_w - old.plan.power_w) / 1e3,
        }))?;
        return Ok(exit);
    }
    let mut table = Table::new(["pool", "old", "new", "P99 old", "P99 new", "a year old", "a year new"]);
    for (one, other) in old.plan.pools.iter().zip(&new.plan.pools) {
        let count =
            |pool: &wrp_fleet::PoolPlan| pool.sized.map_or("0".to_owned(), |it| it.instances.to_string());
        let p99 = |pool: &wrp_fleet::PoolPlan| pool.sized.map_or("—".to_owned(), |it| ms(it.ttft_p99_s));
        table.row([
            one.name.clone(),
            count(one),
            count(other),
            p99(one),
            p99(other),
            per_year(one.price_per_hour),
            per_year(other.price_per_hour),
        ]);
    }
    table.draw(console)?;
    writeln!(console.out)?;
    let mut table = Table::new(["", "instances", "a year", "power", "tok/W", "meets", "unserved"]);
    for (name, it) in [("old", old), ("new", new)] {
        table.row(line(name, it));
    }
    table.draw(console)?;
    writeln!(console.out, "\n{} of the requests change their model", percent(moved))?;
    Ok(exit)
}

fn line(name: &str, sized: &Sized) -> [String; 7] {
    [
        name.to_owned(),
        sized.plan.instances().to_string(),
        per_year(sized.plan.price_per_hour),
        format!("{:.1} kW", sized.plan.power_w / 1e3),
        format!("{:.2}", sized.plan.tokens_per_watt),
        yes(sized.plan.meets),
        percent(sized.unserved.values().sum()),
    ]
}
