//! The command line as a library: what `main` runs, and what tests run in process.
//!
//! [`run`] parses arguments and hands over to one file in [`command`]; everything it reads and writes goes through
//! a [`Console`]. [`sources`] finds policy files, [`policy`] compiles them, [`report`] draws what the compiler found.
//! [`trace`] decides on one request here, [`traffic`] and [`corpus`] read recorded ones, [`probe`] holds tables of requests
//! against a policy; [`proxy`] runs the real filter, [`gateway`] puts HTTP around it, and [`companion`] asks the host. [`lsp`]
//! serves editors, and
//! [`fleet`] is what the fleet commands share.

mod cases;
pub mod command;
pub mod companion;
pub mod console;
mod corpus;
pub mod deploy;
mod difference;
mod fleet;
pub mod gateway;
pub mod import;
pub mod lsp;
pub mod policy;
pub mod probe;
mod progress;
pub mod project;
pub mod proxy;
pub mod report;
pub mod request;
pub mod sources;
pub mod trace;
mod traffic;

use std::ffi::OsString;

use clap::Parser;

pub use command::Exit;
pub use console::Console;

/// Runs one command line, the program's own name first.
pub fn run<I, A>(arguments: I, console: &mut Console<'_>) -> Exit
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let cli = match command::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(refusal) => return answer_without_running(&refusal, console),
    };
    match cli.command.run(console) {
        Ok(exit) => exit,
        // Whoever read our output has gone away (`wrpc check … | head`): nobody is left to tell.
        Err(error) if is_broken_pipe(&error) => Exit::Fine,
        Err(error) => {
            let style = console.error_style();
            // If stderr is gone too, the exit code still says it.
            let _ = writeln!(console.err, "{style}error{style:#}: {error:#}");
            Exit::Refused
        }
    }
}

/// Help and version are answers; anything else clap says is a usage error.
fn answer_without_running(refusal: &clap::Error, console: &mut Console<'_>) -> Exit {
    let text = refusal.render();
    let (to, coloured) = match refusal.use_stderr() {
        true => (&mut *console.err, console.colour_err),
        false => (&mut *console.out, console.colour),
    };
    let _ = match coloured {
        true => write!(to, "{}", text.ansi()),
        false => write!(to, "{text}"),
    };
    match refusal.use_stderr() {
        true => Exit::Refused,
        false => Exit::Fine,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| match cause.downcast_ref::<std::io::Error>() {
        Some(cause) => cause.kind() == std::io::ErrorKind::BrokenPipe,
        None => cause
            .downcast_ref::<serde_json::Error>()
            .is_some_and(|cause| cause.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe)),
    })
}
