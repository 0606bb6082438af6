//! The subcommands: one file each, one line in the list.

mod check;
mod compile;
mod completions;
mod diff;
mod eval;
mod explain;
mod fleet;
mod fmt;
mod graph;
mod import;
mod lsp;
mod new;
mod route;
mod signals;
mod test;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::Console;

/// Compiles LLM routing policy: text in, a decision graph for the proxy out.
#[derive(Debug, Parser)]
#[command(
    name = "wrpc",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Start here:\n  \
        wrpc new hello       a small policy with its table of requests\n  \
        wrpc up hello.wrp    a gateway that runs it, with echoing models behind\n  \
        wrpc explain         every signal, plugin, algorithm and finding has a page"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// One subcommand a line: its file, its name, what it is for.
macro_rules! commands {
    ($($(#[$about:meta])* $name:ident($file:ident),)*) => {
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($(#[$about])* $name($file::Args),)*
        }

        impl Command {
            pub(crate) fn run(self, console: &mut Console<'_>) -> anyhow::Result<Exit> {
                match self {
                    $(Command::$name(arguments) => $file::run(arguments, console),)*
                }
            }
        }
    };
}

commands! {
    /// Say what is wrong with policies, or could be
    Check(check),
    /// Turn policies into what a proxy takes
    Compile(compile),
    /// Say which requests two versions of a policy serve otherwise
    Diff(diff),
    /// Serve a policy on this machine
    Up(up),
    /// Run the tests of policies
    Test(test),
    /// Show where one request goes, and why
    Route(route),
    /// Explain a finding, a signal, a plugin or an algorithm
    Explain(explain),
    /// Write policies in the one way
    Fmt(fmt),
    /// Begin a policy, with a table of requests
    New(new),
    /// Turn a configuration of the reference system into a policy
    Import(import),
    /// Draw signals, routes and models
    Graph(graph),
    /// Decide on signals that are given
    Eval(eval),
    /// Print what a policy sees in requests
    Signals(signals),
    /// Size, simulate and compare fleets for policies and workloads
    Fleet(fleet),
    /// Serve an editor: findings, pages, names, completion
    Lsp(lsp),
    /// Print a completion script for a shell
    Completions(completions),
}

/// How a command ended; the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: nothing to say against it.
    Fine,
    /// 1: it ran, and found something.
    Findings,
    /// 2: it could not run: usage, or the world.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Refused => 2,
        })
    }
}

/// For people, or for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    /// One JSON value with a `version` field
    Json,
}

/// ` (did you mean …?)` where a known name is close, nothing otherwise.
pub(crate) fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let close = known
        .map(|candidate| {
            (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= name.chars().count() / 3 + 1)
        .min_by_key(|(distance, _)| *distance);
    match close {
        Some((_, candidate)) => format!("; did you mean `{candidate}`?"),
        None => String::new(),
    }
}
