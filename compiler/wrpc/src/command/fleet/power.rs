//! `wrpc fleet power`: tokens per watt by context, and how far a fleet's power can be turned down.

use serde_json::json;
use wrp_fleet::energy::{flex, law};
use wrp_fleet::sizing::{Demand, Population, size};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::{WorkloadArgs, profile};
use crate::fleet::table::{Table, ms, percent, yes};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc fleet power --gpus h100,a100,h100/llama-3.1-70b/8\n  wrpc fleet power --gpus h100 --cdf \
                  azure_cdf.json --rate 200 --instances 40 --context 8192"
)]
pub(crate) struct Args {
    /// Profiles: a10g, a100, h100, or `gpu/model/count`
    #[arg(long, value_delimiter = ',', default_value = "h100")]
    gpus: Vec<String>,
    #[command(flatten)]
    workload: WorkloadArgs,
    /// Instances whose power is turned down; without it as many as the workload needs
    #[arg(long)]
    instances: Option<u32>,
    /// The longest request
    #[arg(long, default_value_t = 8192)]
    context: u32,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const CONTEXTS: &[u32] = &[2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const STEPS: &[f64] = &[0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0];

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let given = [&arguments.workload.workload, &arguments.workload.cdf, &arguments.workload.trace];
    let spec = match given.iter().any(|file| file.is_some()) {
        true => Some(arguments.workload.read()?),
        false => None,
    };
    let mut reports = Vec::new();
    for name in &arguments.gpus {
        let profile = profile(name)?;
        let rows = law(&profile, CONTEXTS);
        let flexed = spec.as_ref().map(|spec| {
            let population = Population::whole(&spec.workload.cdf, spec.workload.prompt_share);
            let rate = spec.workload.rate_per_s;
            let needed = Demand::new(&population, &profile, arguments.context)
                .map_or(1, |demand| size(rate, &demand, &profile, &spec.bounds.bounds()).instances);
            let instances = arguments.instances.unwrap_or(needed);
            let bound_s = spec.bounds.ttft_p99_ms / 1e3;
            (instances, flex(&population, rate, &profile, arguments.context, instances, bound_s, STEPS))
        });
        if arguments.format == Format::Json {
            reports.push(json!({
                "profile": profile.name,
                "law": rows.iter().map(|row| json!({
                    "context": row.context, "slots": row.slots, "step_ms": row.step_s * 1e3,
                    "power_w": row.power_w, "tokens_per_watt": row.tokens_per_watt,
                })).collect::<Vec<_>>(),
                "instances": flexed.as_ref().map(|(instances, _)| instances),
                "flex": flexed.as_ref().map(|(_, points)| points.iter().map(|point| json!({
                    "percent": point.percent, "slots": point.slots, "instance_w": point.instance_w,
                    "fleet_kw": point.fleet_kw, "utilisation": point.pool.utilisation,
                    "ttft_p99_ms": Some(point.pool.ttft_p99_s * 1e3).filter(|it| it.is_finite()),
                    "meets": point.pool.meets,
                })).collect::<Vec<_>>()),
            }));
            continue;
        }
        writeln!(console.out, "{}", profile.name)?;
        let mut table = Table::new(["context", "slots", "step", "power", "tok/W"]);
        for row in &rows {
            table.row([
                row.context.to_string(),
                row.slots.to_string(),
                ms(row.step_s),
                format!("{:.0} W", row.power_w),
                format!("{:.3}", row.tokens_per_watt),
            ]);
        }
        table.draw(console)?;
        if let Some((instances, points)) = flexed {
            writeln!(console.out, "\n{instances} instances, turned down:")?;
            let mut table = Table::new(["by", "slots", "an instance", "fleet", "busy", "P99", "meets"]);
            for point in &points {
                table.row([
                    format!("{:.0} %", point.percent),
                    point.slots.to_string(),
                    format!("{:.0} W", point.instance_w),
                    format!("{:.1} kW", point.fleet_kw),
                    percent(point.pool.utilisation),
                    ms(point.pool.ttft_p99_s),
                    yes(point.pool.meets),
                ]);
            }
            table.draw(console)?;
        }
        writeln!(console.out)?;
    }
    if arguments.format == Format::Json {
        console.json_pretty(&json!({"version": 1, "profiles": reports}))?;
    }
    Ok(Exit::Fine)
}
