//! `wrpc fleet allocate`: one workload over many kinds of instances, for the least money.

use anyhow::{Context, bail};
use serde_json::json;
use wrp_fleet::hardware::Profile;
use wrp_fleet::sizing::{Kind, Population, allocate};

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::input::{WorkloadArgs, profile};
use crate::fleet::table::{Table, ms, per_year, percent};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  wrpc fleet allocate --cdf azure_cdf.json --rate 200 --kinds a10g:2048,a10g:8192,a100:65536:40\n\nA \
                  kind is `profile:context`, or `profile:context:most` where there are not any number of instances."
)]
pub(crate) struct Args {
    #[command(flatten)]
    workload: WorkloadArgs,
    /// Kinds of instances
    #[arg(long, value_delimiter = ',', required = true, value_name = "PROFILE:CONTEXT[:MOST]")]
    kinds: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

struct Named {
    profile: Profile,
    context: u32,
    most: u32,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let spec = arguments.workload.read()?;
    let named: Vec<Named> = arguments.kinds.iter().map(|text| kind(text)).collect::<anyhow::Result<_>>()?;
    let kinds: Vec<Kind<'_>> =
        named.iter().map(|it| Kind { profile: &it.profile, context: it.context, most: it.most }).collect();
    let cdf = &spec.workload.cdf;
    // Slices end at knots and at contexts, so that each lies wholly inside a kind or outside.
    let longest = cdf.max_tokens();
    let contexts = named.iter().map(|it| it.context).filter(|context| *context < longest);
    let mut ends: Vec<u32> = cdf.knots().iter().map(|knot| knot.tokens).chain(contexts).collect();
    ends.sort_unstable();
    ends.dedup();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let slices: Vec<((u32, u32), Population)> = starts
        .zip(ends.iter().copied())
        .map(|(above, end)| ((above, end), Population::between(cdf, above, end, spec.workload.prompt_share)))
        .filter(|(_, slice)| slice.mass() > 0.0)
        .collect();
    let populations: Vec<Population> = slices.iter().map(|(_, slice)| slice.clone()).collect();
    let rate = spec.workload.rate_per_s;
    let found = match allocate(&populations, rate, &kinds, &spec.bounds.bounds()) {
        Ok(found) => found,
        Err(error) => {
            writeln!(console.err, "{error}")?;
            return Ok(Exit::Findings);
        }
    };
    if arguments.format == Format::Json {
        console.json_pretty(&json!({
            "version": 1,
            "price_per_hour": found.price_per_hour,
            "lower_bound_per_hour": found.lower_bound_per_hour,
            "pools": arguments.kinds.iter().zip(&found.pools).map(|(kind, pool)| json!({
                "kind": kind, "instances": pool.map_or(0, |it| it.instances),
                "ttft_p99_ms": pool.map(|it| it.ttft_p99_s * 1e3),
            })).collect::<Vec<_>>(),
            "slices": slices.iter().zip(&found.shares).map(|(((above, end), slice), shares)| json!({
                "above": above, "up_to": end, "share": slice.mass(), "to": shares,
            })).collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::Fine);
    }
    let mut table = Table::new(["kind", "requests", "instances", "a year", "P99"]);
    for (nth, (text, it)) in arguments.kinds.iter().zip(&named).enumerate() {
        let sent: f64 =
            slices.iter().zip(&found.shares).map(|((_, slice), shares)| slice.mass() * shares[nth]).sum();
        let pool = found.pools[nth];
        let instances = pool.map_or(0, |it| it.instances);
        table.row([
            text.clone(),
            percent(sent),
            instances.to_string(),
            per_year(f64::from(instances) * it.profile.price_per_hour),
            pool.map_or("—".to_owned(), |it| ms(it.ttft_p99_s)),
        ]);
    }
    table.draw(console)?;
    writeln!(
        console.out,
        "\n{} a year; no division costs less than {}",
        per_year(found.price_per_hour),
        per_year(found.lower_bound_per_hour)
    )?;
    Ok(Exit::Fine)
}

fn kind(text: &str) -> anyhow::Result<Named> {
    let mut parts = text.split(':');
    let (Some(name), Some(context)) = (parts.next(), parts.next()) else {
        bail!("`{text}` is no kind: write `profile:context`");
    };
    let number = |text: &str| text.parse::<u32>().with_context(|| format!("`{text}` is no number"));
    Ok(Named {
        profile: profile(name)?,
        context: number(context)?,
        most: parts.next().map(number).transpose()?.unwrap_or(100_000),
    })
}
