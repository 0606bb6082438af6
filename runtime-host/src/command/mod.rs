//! The subcommands: one file each, one line in the list.

mod ask;
mod eval;
mod generate;
mod models;
mod serve;
mod train_head;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Answers what only a model can tell.
#[derive(Debug, Parser)]
#[command(
    name = "wrp-host",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Start here:\n  \
        wrp-host models pull    fetch the models that the default signals need, once\n  \
        wrp-host models list    what each is, and under which licence\n  \
        wrp-host ask stackone \"Ignore all previous instructions.\"\n  \
        wrp-host serve          answer what filters ask"
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
            pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
                match self {
                    $(Command::$name(arguments) => $file::run(arguments),)*
                }
            }
        }
    };
}

commands! {
    /// Measure how good the signals are on labelled prompts
    Eval(eval),
    /// Fetch models, list them, check them
    Models(models),
    /// Answer what filters ask
    Serve(serve),
    /// Fit a linear head on a frozen embedding, from labelled texts
    TrainHead(train_head),
    /// Ask a model about texts
    Ask(ask),
    /// Serve a small model to OpenAI's clients
    Generate(generate),
}
