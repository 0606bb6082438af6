//! `wrpc fleet watch`: decision logs in, better boundaries out, as a diff that somebody reviews.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use similar::TextDiff;
use wrp_fleet::control::{Controller, Look};
use wrp_fleet::sizing::{Cell, Demand, TwoPool};
use wrp_fleet::spec::{Limits, Spec, Workload};
use wrp_fleet::workload::{KNOTS, Window};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::boundary::of_cell;
use crate::fleet::constants;
use crate::fleet::export::{self, Scaled};
use crate::fleet::input::{PoolArgs, text_file, trace_file, two_pool};
use crate::fleet::table::{Table, per_year, percent};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet watch decisions.jsonl --boundary 4096 --gamma 1.2 --policy policy.wrp --signal \
                  short\n\nThe log is read to its end; a look is taken every so often by the log's own time. A change is \
                  proposed only when\nit saves enough, often enough in a row. With `--policy`, the bands of the named \
                  `context` signal that end at B are\nrewritten, and the difference is shown; `--write` writes it."
)]
pub(crate) struct Args {
    /// A decision log or trace: CSV or JSON lines
    log: PathBuf,
    #[command(flatten)]
    pools: PoolArgs,
    /// The boundary as it is set now
    #[arg(long, value_name = "TOKENS")]
    boundary: u32,
    /// γ as it is set now
    #[arg(long, default_value_t = 1.0)]
    gamma: f64,
    /// Seconds of the log that an estimate looks back on
    #[arg(long, default_value_t = 3600.0, value_name = "S")]
    window: f64,
    /// Seconds from look to look
    #[arg(long, default_value_t = 300.0, value_name = "S")]
    every: f64,
    /// The share of the cost that a change must save
    #[arg(long, default_value_t = 0.05)]
    gain: f64,
    /// Looks in a row at which it must
    #[arg(long, default_value_t = 3)]
    patience: u32,
    /// Multiplies the log's rate, where it holds a sample of the requests
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// P99 of the time to the first token
    #[arg(long, default_value_t = 500.0, value_name = "MS")]
    ttft_ms: f64,
    /// The policy whose constants follow
    #[arg(long, requires = "signal")]
    policy: Option<PathBuf>,
    /// Its `context` signal that means short
    #[arg(long, value_name = "NAME")]
    signal: Option<String>,
    /// Write the policy instead of only showing the difference
    #[arg(long, requires = "policy")]
    write: bool,
    /// Write KEDA objects and a planner's input for the last proposal here
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One look, and the log's time.
struct Seen {
    at_s: f64,
    rate: f64,
    look: Look,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let trace = trace_file(&arguments.log)?;
    let prompts: f64 = trace.arrivals.iter().map(|arrival| f64::from(arrival.prompt)).sum();
    let tokens: f64 = trace.arrivals.iter().map(|arrival| f64::from(arrival.tokens())).sum();
    let (short, long) = (arguments.pools.short()?, arguments.pools.long()?);
    let mut window = Window::new(arguments.window);
    let mut controller =
        Controller::new(arguments.boundary, arguments.gamma, arguments.gain, arguments.patience);
    let gammas: Vec<f64> = wrp_fleet::compat::gammas();
    let boundaries: Vec<u32> =
        KNOTS.iter().copied().filter(|knot| (512..arguments.pools.context).contains(knot)).collect();
    let mut seen: Vec<Seen> = Vec::new();
    let mut pools: Option<TwoPool<'_>> = None;
    let mut next = trace.arrivals[0].at_s + arguments.every;
    let last = trace.arrivals.len() - 1;
    for (nth, arrival) in trace.arrivals.iter().enumerate() {
        window.push(arrival.at_s, arrival.tokens());
        if arrival.at_s < next && nth != last {
            continue;
        }
        next = arrival.at_s + arguments.every;
        let rate = window.rate() * arguments.scale;
        let Some(cdf) = window.cdf().filter(|_| rate > 0.0) else { continue };
        let spec = Spec {
            version: 1,
            workload: Workload {
                rate_per_s: rate,
                cdf,
                prompt_share: prompts / tokens,
                compressible: 0.75,
                signals: Default::default(),
                hours: None,
            },
            bounds: Limits { ttft_p99_ms: arguments.ttft_ms, ..Limits::default() },
            pools: Vec::new(),
        };
        let of = pools.insert(two_pool(&spec, &short, &long, arguments.pools.context));
        if let Some(look) = controller.look(of, &spec.workload.cdf, rate, &boundaries, &gammas) {
            seen.push(Seen { at_s: arrival.at_s, rate, look });
        }
    }
    let Some(end) = seen.last() else { bail!("the log is too short for one look") };
    if let (Some(folder), Some(pools)) = (&arguments.export, &pools) {
        let cdf = window.cdf().context("the window is empty")?;
        let (below, above) = pools.populations(&cdf, controller.boundary, controller.gamma);
        let cell = pools.cell(&cdf, end.rate, controller.boundary, controller.gamma);
        write_exports(folder, pools, &cell, [&below, &above], end.rate)?;
    }
    let proposed = seen.iter().any(|seen| seen.look.proposed);
    let rewritten = match (&arguments.policy, &arguments.signal, proposed) {
        (Some(path), Some(signal), true) => Some(rewrite(path, signal, &arguments, &controller)?),
        _ => None,
    };
    report(&arguments, &seen, &controller, rewritten.as_ref(), console)?;
    Ok(if proposed { Exit::Findings } else { Exit::Fine })
}

/// The policy's text before and after.
struct Rewritten {
    before: String,
    after: String,
}

fn rewrite(
    path: &Path,
    signal: &str,
    arguments: &Args,
    controller: &Controller,
) -> anyhow::Result<Rewritten> {
    let before = text_file(path)?;
    let after = constants::move_boundary(&before, signal, arguments.boundary, controller.boundary)?;
    if arguments.write {
        fs::write(path, &after).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(Rewritten { before, after })
}

fn write_exports(
    folder: &Path,
    pools: &TwoPool<'_>,
    cell: &Cell,
    populations: [&wrp_fleet::sizing::Population; 2],
    rate: f64,
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let both = [
        ("short", cell.short, populations[0], pools.short, cell.boundary),
        ("long", cell.long, populations[1], pools.long, pools.long_context),
    ];
    let mut planned = Vec::new();
    for (name, sized, population, profile, context) in both {
        let (Some(sized), Some(demand)) = (sized, Demand::new(population, profile, context)) else {
            continue;
        };
        let busiest = pools.bounds.busiest;
        let pool = Scaled { name, sized: &sized, demand: &demand, rate: rate * demand.mass, busiest };
        let path = folder.join(format!("{name}.keda.yaml"));
        fs::write(&path, export::keda(&pool))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        planned.push(export::planner(&pool));
    }
    let path = folder.join("planner.json");
    let text = serde_json::to_string_pretty(&json!({"version": 1, "pools": planned}))?;
    fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

fn report(
    arguments: &Args,
    seen: &[Seen],
    controller: &Controller,
    rewritten: Option<&Rewritten>,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let difference = rewritten.map(|it| {
        let name = arguments.policy.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let diff = TextDiff::from_lines(it.before.as_str(), it.after.as_str());
        diff.unified_diff().header(&name, &name).to_string()
    });
    if arguments.format == Format::Json {
        let looks: Vec<_> = seen
            .iter()
            .map(|seen| {
                json!({
                    "at_s": seen.at_s, "rate_per_s": seen.rate, "now": of_cell(&seen.look.now),
                    "best": of_cell(&seen.look.best), "saving": seen.look.saving, "proposed": seen.look.proposed,
                })
            })
            .collect();
        return console.json_pretty(&json!({
            "version": 1, "looks": looks, "boundary": controller.boundary, "gamma": controller.gamma, "diff": difference,
        }));
    }
    let mut table = Table::new(["at", "a second", "now", "a year", "best", "a year", "saves", ""]);
    for seen in seen {
        let of = |cell: &Cell| format!("{} × {:.1}", cell.boundary, cell.gamma);
        table.row([
            format!("{:.0} s", seen.at_s),
            format!("{:.1}", seen.rate),
            of(&seen.look.now),
            per_year(seen.look.now.price_per_hour),
            of(&seen.look.best),
            per_year(seen.look.best.price_per_hour),
            percent(seen.look.saving),
            if seen.look.proposed { "proposed".to_owned() } else { String::new() },
        ]);
    }
    table.draw(console)?;
    let (boundary, gamma) = (controller.boundary, controller.gamma);
    if boundary == arguments.boundary && gamma == arguments.gamma {
        writeln!(console.out, "\nnothing to change")?;
    } else {
        writeln!(console.out, "\nset B = {boundary}, γ = {gamma:.1}")?;
    }
    if let Some(difference) = difference {
        write!(console.out, "\n{difference}")?;
    }
    Ok(())
}
