//! `wrpc fleet simulate`: requests through pools of instances, step by step, with cache, preemption and failures.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::json;
use wrp_fleet::simulate::{
    Balance, Draw, Failures, Fleet, Interval, Pool, Report, Request, Router, poisson, replicate,
};
use wrp_fleet::sizing::Population;
use wrp_fleet::spec::Spec;

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::boundary::threads;
use crate::fleet::input::{PoolArgs, WorkloadArgs, simulated_pool};
use crate::fleet::split::{self, SplitArgs};
use crate::fleet::table::{Table, ms, percent};
use crate::policy;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc fleet simulate --cdf azure_cdf.json --rate 200 --boundary 6144 --instances 19,9\n  wrpc fleet \
                  simulate --workload w.json --policy p.wrp --instances 4,2,1 --router policy"
)]
pub(crate) struct Args {
    #[command(flatten)]
    workload: WorkloadArgs,
    #[command(flatten)]
    pools: PoolArgs,
    #[command(flatten)]
    split: SplitArgs,
    /// Instances of each pool, in order
    #[arg(long, value_delimiter = ',', required = true)]
    instances: Vec<u32>,
    /// Where the workload names no pools: a short pool up to here, and a long one
    #[arg(long, value_name = "TOKENS")]
    boundary: Option<u32>,
    #[arg(long, value_enum, default_value_t)]
    router: By,
    /// For `--router policy`
    #[arg(long)]
    policy: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    balance: To,
    /// Failures of an instance per day
    #[arg(long, default_value_t = 0.0, value_name = "PER DAY")]
    failures: f64,
    /// Hours that a repair takes
    #[arg(long, default_value_t = 4.0, value_name = "HOURS")]
    repair: f64,
    /// Requests of a run, after a fifth as many to warm up
    #[arg(long, default_value_t = 30_000)]
    count: u32,
    #[arg(long, default_value_t = 4)]
    runs: u32,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How a pool is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// The first whose context takes the request
    #[default]
    Length,
    /// The one with the least pending
    LeastLoaded,
    /// By length, but on to the next when requests wait
    Spill,
    /// The one that serves the model that the policy decides on
    Policy,
}

/// How an instance is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum To {
    #[default]
    LeastLoaded,
    InTurn,
    Random,
    /// Back to who has the session's prefix; sessions are every tenth request
    Session,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let spec = arguments.workload.read()?;
    let fleet = fleet(&arguments, &spec)?;
    let decided = match (&arguments.policy, arguments.router) {
        (Some(path), By::Policy) => {
            let Some(loaded) = policy::load_one(path, console)? else { return Ok(Exit::Findings) };
            let samples = split::samples(&arguments.split, &spec)?;
            let taken = split::decide(&loaded.graph, &samples);
            let pool = |(sample, taken): (&split::Sample, split::Taken)| {
                let tokens = sample.prompt + sample.answer;
                (sample.prompt, sample.answer, taken.model.and_then(|model| spec.pool_of(&model, tokens)))
            };
            Some(samples.iter().zip(taken).map(pool).collect::<Vec<_>>())
        }
        (None, By::Policy) => bail!("`--router policy` needs `--policy`"),
        _ => None,
    };
    let warm = arguments.count / 5;
    let draw = Draw::new(&Population::whole(&spec.workload.cdf, spec.workload.prompt_share));
    let reports: Vec<Report> = replicate(arguments.runs, threads(), |run| {
        let count = arguments.count + warm;
        let mut requests = poisson(&draw, spec.workload.rate_per_s, count, arguments.split.seed(), run);
        if let Some(decided) = &decided {
            decide(&mut requests, decided, run);
        }
        if arguments.balance == To::Session {
            requests
                .iter_mut()
                .enumerate()
                .for_each(|(nth, request)| request.session = nth as u64 % 10 + nth as u64 / 1000 * 10 + 1);
        }
        fleet.run(&requests, warm as usize, arguments.split.seed() ^ run)
    });
    show(&fleet, &reports, arguments.format, console)
}

/// Arrivals as drawn, lengths and pools as the policy was asked.
fn decide(requests: &mut [Request], decided: &[(u32, u32, Option<usize>)], run: u64) {
    use wrp_fleet::random::{Random, Xoshiro};
    let mut random = Xoshiro::of_run(7, run);
    let last = u32::try_from(decided.len() - 1).unwrap_or(u32::MAX);
    for request in requests {
        let (prompt, answer, pool) = decided[random.between(0, last) as usize];
        (request.prompt, request.answer, request.pool) = (prompt, answer, pool);
    }
}

fn fleet(arguments: &Args, spec: &Spec) -> anyhow::Result<Fleet> {
    let mut pools: Vec<Pool> = Vec::new();
    if spec.pools.is_empty() {
        if let Some(boundary) = arguments.boundary {
            pools.push(simulated_pool("short", &arguments.pools.short()?, boundary, 0));
        }
        pools.push(simulated_pool("long", &arguments.pools.long()?, arguments.pools.context, 0));
    }
    for pool in &spec.pools {
        pools.push(simulated_pool(&pool.name, &pool.profile.profile()?, pool.context, 0));
    }
    if arguments.instances.len() != pools.len() {
        bail!("{} pools need as many numbers of instances, not {}", pools.len(), arguments.instances.len());
    }
    for (pool, instances) in pools.iter_mut().zip(&arguments.instances) {
        pool.instances = *instances;
    }
    pools.retain(|pool| pool.instances > 0 || arguments.router == By::Policy);
    Ok(Fleet {
        pools,
        router: match arguments.router {
            By::Length => Router::Length,
            By::LeastLoaded => Router::LeastLoaded,
            By::Spill => Router::Spill { waiting_per_instance: 1.0 },
            By::Policy => Router::Assigned,
        },
        balance: match arguments.balance {
            To::LeastLoaded => Balance::LeastLoaded,
            To::InTurn => Balance::InTurn,
            To::Random => Balance::Random,
            To::Session => Balance::Session { kept_s: 300.0 },
        },
        failures: (arguments.failures > 0.0)
            .then_some(Failures { per_day: arguments.failures, repair_s: arguments.repair * 3600.0 }),
        ttft_bound_s: spec.bounds.ttft_p99_ms / 1e3,
    })
}

fn show(
    fleet: &Fleet,
    reports: &[Report],
    format: Format,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let interval = |of: fn(&Report) -> f64| Interval::of(&reports.iter().map(of).collect::<Vec<_>>());
    let first = reports.first().context("no runs")?;
    let ttft = interval(|it| it.ttft_p99_s);
    let within = interval(|it| it.within_bound);
    let count = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    let exit = if ttft.mean <= fleet.ttft_bound_s { Exit::Fine } else { Exit::Findings };
    if format == Format::Json {
        let of = |interval: Interval, scale: f64| {
            json!({"mean": interval.mean * scale,
                   "half_width": Some(interval.half_width * scale).filter(|it| it.is_finite())})
        };
        console.json_pretty(&json!({
            "version": 1,
            "ttft_p50_ms": of(interval(|it| it.ttft_p50_s), 1e3),
            "ttft_p99_ms": of(ttft, 1e3),
            "tpot_mean_ms": of(interval(|it| it.tpot_mean_s), 1e3),
            "tpot_p99_ms": of(interval(|it| it.tpot_p99_s), 1e3),
            "end_to_end_p99_s": of(interval(|it| it.end_to_end_p99_s), 1.0),
            "within_bound": of(within, 1.0),
            "tokens_per_watt": of(interval(|it| it.tokens_per_watt), 1.0),
            "finished": count(|it| it.finished), "refused": count(|it| it.refused),
            "preemptions": count(|it| it.preemptions), "failures": count(|it| it.failures),
            "events": count(|it| it.events),
            "pools": first.pools.iter().map(|pool| json!({
                "pool": pool.name, "finished": pool.finished, "ttft_p99_ms": pool.ttft_p99_s * 1e3,
                "utilisation": pool.utilisation,
            })).collect::<Vec<_>>(),
        }))?;
        return Ok(exit);
    }
    let plus = |interval: Interval| format!("{} ± {}", ms(interval.mean), ms(interval.half_width));
    writeln!(console.out, "first token   P50 {}", plus(interval(|it| it.ttft_p50_s)))?;
    writeln!(console.out, "              P99 {}", plus(ttft))?;
    writeln!(console.out, "a token       mean {}", plus(interval(|it| it.tpot_mean_s)))?;
    writeln!(console.out, "in time       {} ± {}", percent(within.mean), percent(within.half_width))?;
    writeln!(console.out, "energy        {:.2} tok/W", interval(|it| it.tokens_per_watt).mean)?;
    writeln!(
        console.out,
        "{} finished, {} refused, {} preemptions, {} failures, {} events in {} runs\n",
        count(|it| it.finished),
        count(|it| it.refused),
        count(|it| it.preemptions),
        count(|it| it.failures),
        count(|it| it.events),
        reports.len()
    )?;
    let mut table = Table::new(["pool", "instances", "finished", "P99", "busy"]);
    for (pool, report) in fleet.pools.iter().zip(&first.pools) {
        table.row([
            pool.name.clone(),
            pool.instances.to_string(),
            report.finished.to_string(),
            ms(report.ttft_p99_s),
            percent(report.utilisation),
        ]);
    }
    table.draw(console)?;
    Ok(exit)
}
