//! Two pools for a distribution: the table of γ, the best of it, its check and its figures.

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};
use wrp_fleet::compat::{self, Setting};
use wrp_fleet::hardware::Profile;
use wrp_fleet::simulate::{Interval, Station, replicate};
use wrp_fleet::sizing::{Cell, Demand, Population, Sized, TwoPool, front};
use wrp_fleet::spec::Spec;
use wrp_fleet::workload::Archetype;

use super::input::{PoolArgs, boundaries, two_pool};
use super::plot;
use super::table::{Table, ms, per_year, percent, yes};
use crate::Console;
use crate::command::{Exit, Format};

/// Requests of a run that checks a pool.
const REQUESTS: u32 = 30_000;
const SEED: u64 = 42;

pub(crate) struct Search<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) pools: &'a PoolArgs,
    pub(crate) boundary: Option<u32>,
    pub(crate) verify: u32,
    pub(crate) plots: Option<&'a Path>,
    pub(crate) format: Format,
}

pub(crate) fn plan(search: &Search<'_>, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let (short, long) = (search.pools.short()?, search.pools.long()?);
    let (cdf, rate) = (&search.spec.workload.cdf, search.spec.workload.rate_per_s);
    let pools = two_pool(search.spec, &short, &long, search.pools.context);
    let gammas = compat::gammas();
    let knots = boundaries(cdf, search.pools.context);
    let tried = search.boundary.map_or(knots.clone(), |boundary| vec![boundary]);
    let cells = pools.grid(cdf, rate, &tried, &gammas);
    let best = *TwoPool::best(&cells).context("the distribution has no knot that could be a boundary")?;
    let whole = pools.cell(cdf, rate, 0, 1.0);
    let shown: Vec<&Cell> = cells.iter().filter(|cell| cell.boundary == best.boundary).collect();
    let checks = check(&pools, search, &best);
    let mut written = Vec::new();
    if let Some(folder) = search.plots {
        written.push(plot::cdf(folder, cdf, best.boundary, best.gamma)?);
        written.push(plot::heat(folder, &pools.grid(cdf, rate, &knots, &gammas), &knots, &gammas)?);
        let bound_ms = search.spec.bounds.ttft_p99_ms;
        written.push(plot::front(folder, &front(&pools, cdf, rate, best.gamma), bound_ms)?);
        let (formula, simulated) = latency(&pools, search, &best);
        written.push(plot::latency(folder, &formula, &simulated, bound_ms)?);
    }
    let exit = if best.meets { Exit::Fine } else { Exit::Findings };
    if search.format == Format::Json {
        console.json_pretty(&json!({
            "version": 1,
            "archetype": Archetype::of(cdf).as_str(),
            "one_pool": of_cell(&whole),
            "cells": cells.iter().map(of_cell).collect::<Vec<_>>(),
            "best": of_cell(&best),
            "simulated": checks.iter().map(|(name, interval)| json!({
                "pool": name, "ttft_p99_ms": interval.mean * 1e3, "half_width_ms": interval.half_width * 1e3,
            })).collect::<Vec<_>>(),
            "figures": written,
        }))?;
        return Ok(exit);
    }
    writeln!(
        console.out,
        "{} requests a second, {}; P99 to the first token within {} ms\n",
        rate,
        Archetype::of(cdf).as_str(),
        search.spec.bounds.ttft_p99_ms
    )?;
    let mut table =
        Table::new(["γ", "short", "instances", "a year", "saves", "P99 short", "P99 long", "tok/W", "meets"]);
    for cell in shown {
        let p99 = |pool: Option<Sized>| pool.map_or("—".to_owned(), |pool| ms(pool.ttft_p99_s));
        let count = |pool: Option<Sized>| pool.map_or(0, |pool| pool.instances);
        table.row([
            format!("{:.1}", cell.gamma),
            percent(cell.short_share),
            format!("{} + {}", count(cell.short), count(cell.long)),
            per_year(cell.price_per_hour),
            percent(1.0 - cell.price_per_hour / whole.price_per_hour),
            p99(cell.short),
            p99(cell.long),
            format!("{:.2}", cell.tokens_per_watt),
            yes(cell.meets),
        ]);
    }
    table.draw(console)?;
    writeln!(
        console.out,
        "\nbest: B = {}, γ = {:.1}: {} instances, {} a year, {:.1} kW\none pool of {}: {} instances, {} a year",
        best.boundary,
        best.gamma,
        best.instances(),
        per_year(best.price_per_hour),
        best.power_w / 1e3,
        search.pools.context,
        whole.instances(),
        per_year(whole.price_per_hour),
    )?;
    for (name, interval) in checks {
        let half = ms(interval.half_width);
        writeln!(
            console.out,
            "simulated, {name}: P99 {} ± {half} (95 %, {} runs)",
            ms(interval.mean),
            search.verify
        )?;
    }
    for path in written {
        writeln!(console.out, "wrote {}", path.display())?;
    }
    Ok(exit)
}

/// Both pools of a cell with their populations.
fn stations(
    pools: &TwoPool<'_>,
    search: &Search<'_>,
    cell: &Cell,
) -> Vec<(&'static str, Sized, Population, u32)> {
    let (short, long) = pools.populations(&search.spec.workload.cdf, cell.boundary, cell.gamma);
    let all = [("short", cell.short, short, cell.boundary), ("long", cell.long, long, search.pools.context)];
    all.into_iter()
        .filter_map(|(name, pool, population, context)| Some((name, pool?, population, context)))
        .collect()
}

fn check(pools: &TwoPool<'_>, search: &Search<'_>, cell: &Cell) -> Vec<(&'static str, Interval)> {
    if search.verify == 0 {
        return Vec::new();
    }
    let profile = |name: &str| if name == "short" { pools.short } else { pools.long };
    stations(pools, search, cell)
        .into_iter()
        .filter_map(|(name, pool, population, context)| {
            let rate = search.spec.workload.rate_per_s;
            Some((name, simulated(profile(name), context, pool.instances, &population, rate, search.verify)?))
        })
        .collect()
}

fn simulated(
    profile: &Profile,
    context: u32,
    instances: u32,
    population: &Population,
    rate: f64,
    runs: u32,
) -> Option<Interval> {
    let rate = rate * population.mass();
    let station = Station { profile, context, instances, population, rate };
    let run = |run| station.run(REQUESTS, SEED, run).map(|measured| measured.ttft_p99_s);
    let values: Option<Vec<f64>> = replicate(runs, threads(), run).into_iter().collect();
    Some(Interval::of(&values?))
}

pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// P99 of the slower pool against the rate, the fleet as planned: by formula, and with an interval at some rates.
#[expect(clippy::type_complexity, reason = "points of two series")]
fn latency(pools: &TwoPool<'_>, search: &Search<'_>, cell: &Cell) -> (Vec<(f64, f64)>, Vec<(f64, f64, f64)>) {
    let planned = search.spec.workload.rate_per_s;
    let profile = |name: &str| if name == "short" { pools.short } else { pools.long };
    let stations = stations(pools, search, cell);
    let p99 = |rate: f64| {
        let of = stations.iter().filter_map(|(name, pool, population, context)| {
            let demand = Demand::new(population, profile(name), *context)?;
            let sized = Sized::of(rate * demand.mass, pool.instances, &demand, profile(name), &pools.bounds);
            Some(sized.ttft_p99_s * 1e3)
        });
        of.fold(0.0, f64::max)
    };
    let formula =
        (20..=130).map(|part| planned * f64::from(part) / 100.0).map(|rate| (rate, p99(rate))).collect();
    let points = [0.3, 0.6, 0.8, 0.9, 1.0, 1.05, 1.1, 1.15, 1.2].map(|part| planned * part);
    let slowest = |rate: f64| {
        let intervals = stations.iter().filter_map(|(name, pool, population, context)| {
            simulated(profile(name), *context, pool.instances, population, rate, 4)
        });
        intervals.reduce(|slow, it| if it.mean > slow.mean { it } else { slow })
    };
    let simulated = points
        .into_iter()
        .filter_map(|rate| slowest(rate).map(|it| (rate, it.mean * 1e3, it.half_width * 1e3)))
        .collect();
    (formula, simulated)
}

pub(crate) fn of_cell(cell: &Cell) -> Value {
    let pool = |pool: Option<Sized>| {
        pool.map(|pool| {
            json!({
                "instances": pool.instances,
                "utilisation": pool.utilisation,
                "ttft_p99_ms": pool.ttft_p99_s * 1e3,
                "tpot_ms": pool.tpot_s * 1e3,
                "meets": pool.meets,
            })
        })
    };
    json!({
        "boundary": cell.boundary,
        "gamma": cell.gamma,
        "short_share": cell.short_share,
        "short": pool(cell.short),
        "long": pool(cell.long),
        "instances": cell.instances(),
        "price_per_hour": cell.price_per_hour,
        "price_per_year": cell.price_per_hour * 8760.0,
        "power_kw": cell.power_w / 1e3,
        "tokens_per_watt": cell.tokens_per_watt,
        "meets": cell.meets,
    })
}

impl Search<'_> {
    /// The reference's sweep, and its check of the three cheapest.
    pub(crate) fn as_the_reference(&self, console: &mut Console<'_>) -> anyhow::Result<Exit> {
        let (short, long) = (self.pools.short()?, self.pools.long()?);
        let setting = Setting {
            short: &short,
            long: &long,
            boundary: self.boundary.context("`--compat` needs `--boundary`")?,
            bound_ms: self.spec.bounds.ttft_p99_ms,
            long_context: self.pools.context,
            compressible: self.spec.workload.compressible,
            availability: self.spec.bounds.availability,
        };
        let (cdf, rate) = (&self.spec.workload.cdf, self.spec.workload.rate_per_s);
        let rows = compat::sweep(cdf, rate, &setting, &compat::gammas());
        let checked = if self.verify > 0 { 3 } else { 0 };
        let verified: Vec<_> = rows
            .iter()
            .take(checked)
            .map(|row| (row, compat::verify(cdf, rate, &setting, row, REQUESTS)))
            .collect();
        if self.format == Format::Json {
            console.json_pretty(&json!({
                "version": 1,
                "rows": rows.iter().map(super::reference::of_row).collect::<Vec<_>>(),
                "simulated": verified.iter().map(|(row, it)| json!({
                    "gamma": row.gamma, "n_s": row.short, "n_l": row.long,
                    "p99_ttft_short_ms": it.short_p99_ms, "p99_ttft_long_ms": it.long_p99_ms,
                })).collect::<Vec<_>>(),
            }))?;
            return Ok(Exit::Fine);
        }
        let mut table = Table::new(["γ", "short", "instances", "a year", "P99 short", "P99 long", "meets"]);
        for row in &rows {
            table.row([
                format!("{:.1}", row.gamma),
                percent(row.short_share),
                format!("{} + {}", row.short, row.long),
                per_year(row.price_per_hour),
                format!("{:.1} ms", row.short_p99_ms),
                format!("{:.1} ms", row.long_p99_ms),
                yes(row.meets),
            ]);
        }
        table.draw(console)?;
        writeln!(console.out)?;
        for (row, it) in verified {
            writeln!(
                console.out,
                "simulated, γ = {:.1}: P99 short {:.1} ms, long {:.1} ms",
                row.gamma, it.short_p99_ms, it.long_p99_ms
            )?;
        }
        Ok(Exit::Fine)
    }
}
