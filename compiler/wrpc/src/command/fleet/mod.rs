//! `wrpc fleet`: what a policy and its workload need in machines; one file for each of its commands.

mod allocate;
mod disagg;
mod estimate;
mod oracle;
mod pareto;
mod plan;
mod power;
mod schedule;
mod simulate;
mod watch;
mod whatif;

use clap::Subcommand;

use super::Exit;
use crate::Console;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc fleet plan --cdf azure_cdf.json --rate 200 --boundary 6144 --plots figures\n  wrpc fleet plan \
                  policy.wrp --workload w.json\n  wrpc fleet whatif old.wrp new.wrp --workload w.json\n\nA workload is JSON: \
                  {\"version\":1,\"workload\":{\"rate_per_s\":200,\"cdf\":[[512,0.4],[8192,1.0]]},\n\"pools\":[{\"name\":\"small\",\"profile\":\"a100\",\"context\":8192}]}. \
                  A file with a bare distribution will do where\npools are not asked for."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// One command a line: its file, its name, what it is for.
macro_rules! commands {
    ($($(#[$about:meta])* $name:ident($file:ident),)*) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($(#[$about])* $name(Box<$file::Args>),)*
        }

        pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
            match arguments.command {
                $(Command::$name(arguments) => $file::run(*arguments, console),)*
            }
        }
    };
}

commands! {
    /// Size pools for a policy, or two pools for a distribution of lengths
    Plan(plan),
    /// Follow requests through a fleet, step by step
    Simulate(simulate),
    /// Tokens per watt, by context and by how far power is turned down
    Power(power),
    /// Say whether prefill and decoding should be apart
    Disagg(disagg),
    /// Compare two policies on one workload
    Whatif(whatif),
    /// Divide a workload over many kinds of instances
    Allocate(allocate),
    /// Size regions through the day, apart and as one fleet
    Schedule(schedule),
    /// Compare boundaries by price and time to the first token
    Pareto(pareto),
    /// Turn a trace into a workload
    Estimate(estimate),
    /// Read decision logs, propose better boundaries
    Watch(watch),
    /// Answer questions in JSON lines, as the reference simulator does
    Oracle(oracle),
}
