//! `wrpc fleet plan`: pools for a policy's routes, or two pools for a distribution of lengths.

use std::path::PathBuf;

use anyhow::bail;

use crate::Console;
use crate::command::{Exit, Format};
use crate::fleet::boundary::{self, Search};
use crate::fleet::input::{PoolArgs, WorkloadArgs};
use crate::fleet::routes;
use crate::fleet::split::SplitArgs;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a policy, requests up to a boundary B go to a short pool, and of those up to γB the compressible \
                  share as\nwell, compressed. With one, every pool that the workload names is sized for what the routes send \
                  it, and once more\nwithout each route. A policy with POOL and WORKLOAD blocks of its own needs no workload beside it."
)]
pub(crate) struct Args {
    policy: Option<PathBuf>,
    #[command(flatten)]
    workload: WorkloadArgs,
    #[command(flatten)]
    pools: PoolArgs,
    #[command(flatten)]
    split: SplitArgs,
    /// The boundary in tokens; without it the best of the distribution's knots
    #[arg(long, value_name = "TOKENS", conflicts_with = "policy")]
    boundary: Option<u32>,
    /// Runs that check the best, of 30,000 requests a pool each; 0 for none
    #[arg(long, default_value_t = 8, value_name = "RUNS")]
    verify: u32,
    /// Compute as the reference simulator does, its mistakes included
    #[arg(long, conflicts_with = "policy", requires = "boundary")]
    compat: bool,
    /// Write figures here
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    if let Some(policy) = &arguments.policy
        && arguments.workload.is_empty()
    {
        return routes::plan_own(policy, &arguments.split, arguments.format, console);
    }
    let spec = arguments.workload.read()?;
    let Some(policy) = &arguments.policy else {
        let search = Search {
            spec: &spec,
            pools: &arguments.pools,
            boundary: arguments.boundary,
            verify: arguments.verify,
            plots: arguments.plots.as_deref(),
            format: arguments.format,
        };
        return if arguments.compat {
            search.as_the_reference(console)
        } else {
            boundary::plan(&search, console)
        };
    };
    if spec.pools.is_empty() {
        bail!("the workload names no pools: add `pools` to `--workload`");
    }
    routes::plan(policy, &spec, &arguments.split, arguments.format, console)
}
