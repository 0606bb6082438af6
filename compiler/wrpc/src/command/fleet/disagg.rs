//! `wrpc fleet disagg`: prefill and decoding together or apart, whichever is cheaper within the bounds.

use serde_json::json;
use wrp_fleet::hardware::{Model, Reading};
use wrp_fleet::sizing::{Bounds, Disagg, Phases, Population};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::{WorkloadArgs, profile};
use crate::fleet::table::{Table, ms, per_year, yes};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet disagg --cdf azure_cdf.json --rate 100 --gpu h100 --model llama-3.1-70b --gpus 8 \
                  --tpot-ms 30"
)]
pub(crate) struct Args {
    #[command(flatten)]
    workload: WorkloadArgs,
    /// The model that both phases serve
    #[arg(long, default_value = "llama-3.1-70b")]
    model: String,
    /// GPU of both phases
    #[arg(long, default_value = "h100")]
    gpu: String,
    /// GPU of prefill instances, where it is another
    #[arg(long, value_name = "GPU")]
    gpu_prefill: Option<String>,
    /// GPU of decoding instances, where it is another
    #[arg(long, value_name = "GPU")]
    gpu_decode: Option<String>,
    /// GPUs of an instance
    #[arg(long, default_value_t = 8)]
    gpus: u32,
    /// The longest request
    #[arg(long, default_value_t = 8192)]
    context: u32,
    /// Gigabytes a second between instances
    #[arg(long, default_value_t = 50.0, value_name = "GB/S")]
    link: f64,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let spec = arguments.workload.read()?;
    let instance = |gpu: &str| profile(&format!("{gpu}/{}/{}", arguments.model, arguments.gpus));
    let prefill = instance(arguments.gpu_prefill.as_ref().unwrap_or(&arguments.gpu))?;
    let decode = instance(arguments.gpu_decode.as_ref().unwrap_or(&arguments.gpu))?;
    let together = instance(&arguments.gpu)?;
    let model = Model::named(&arguments.model, Reading::Corrected);
    let disagg = Disagg {
        prefill: &prefill,
        decode: &decode,
        together: &together,
        context: arguments.context,
        bounds: Bounds { ttft_s: spec.bounds.ttft_p99_ms / 1e3, busiest: spec.bounds.busiest },
        tpot_bound_s: spec.bounds.tpot_ms / 1e3,
        cache_bytes: model.map_or(0.0, |model| model.cache_bytes(2.0)),
        link_bytes_per_s: arguments.link * 1e9,
    };
    let population = Population::whole(&spec.workload.cdf, spec.workload.prompt_share);
    let Some(verdict) = disagg.decide(&population, spec.workload.rate_per_s) else {
        anyhow::bail!("no instance holds a request of {} tokens", arguments.context);
    };
    let (together, apart) = (verdict.together, verdict.apart);
    let meets = together.meets || apart.meets;
    let exit = if meets { Exit::Fine } else { Exit::Findings };
    if arguments.format == Format::Json {
        let of = |phases: &Phases| {
            json!({
                "prefill": phases.prefill,
                "decode": phases.decode,
                "gpus": phases.gpus,
                "slots": phases.slots,
                "ttft_p99_ms": Some(phases.ttft_p99_s * 1e3).filter(|it| it.is_finite()),
                "tpot_ms": phases.tpot_s * 1e3,
                "price_per_hour": phases.price_per_hour,
                "meets": phases.meets,
            })
        };
        console.json_pretty(&json!({
            "version": 1, "together": of(&together), "apart": of(&apart), "apart_pays": verdict.apart_pays(),
        }))?;
        return Ok(exit);
    }
    let mut table =
        Table::new(["", "instances", "GPUs", "slots", "P99 first token", "a token", "a year", "meets"]);
    for (name, phases) in [("together", together), ("apart", apart)] {
        let instances = match phases.prefill {
            0 => phases.decode.to_string(),
            prefill => format!("{prefill} + {}", phases.decode),
        };
        table.row([
            name.to_owned(),
            instances,
            phases.gpus.to_string(),
            phases.slots.to_string(),
            ms(phases.ttft_p99_s),
            ms(phases.tpot_s),
            per_year(phases.price_per_hour),
            yes(phases.meets),
        ]);
    }
    table.draw(console)?;
    let word = match (meets, verdict.apart_pays()) {
        (false, _) => "neither keeps the bounds",
        (true, true) => "apart pays",
        (true, false) => "together is cheaper",
    };
    writeln!(console.out, "\n{word}")?;
    Ok(exit)
}
