//! `wrpc completions`: the grammar of the command line, for shells.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit};
use crate::Console;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  wrpc completions zsh > ~/.zfunc/_wrpc")]
pub(crate) struct Args {
    shell: Shell,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    // Into memory first: the generator itself panics where nobody reads.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "wrpc", &mut script);
    console.out.write_all(&script)?;
    Ok(Exit::Fine)
}
