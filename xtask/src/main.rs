//! The project's chores: `cargo xtask` lists them, `cargo xtask NAME` does one with all its set-up.

mod bench;
mod ci;
mod envoy;
mod models;
mod new;
mod project;
mod shell;
mod test;
mod tidy;
mod up;
mod wasm;

use std::process::ExitCode;

/// One thing that `cargo xtask` can do; each stands in a file of its name.
struct Chore {
    name: &'static str,
    /// What may follow the name.
    arguments: &'static str,
    summary: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

/// In the order in which a newcomer meets them.
static CHORES: &[Chore] =
    &[up::CHORE, test::CHORE, wasm::CHORE, bench::CHORE, envoy::CHORE, ci::CHORE, tidy::CHORE, new::CHORE];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        eprintln!("error: there is no chore `{name}`\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (chore.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask <chore> [arguments]\n\n");
    for chore in CHORES {
        let call = format!("{} {}", chore.name, chore.arguments);
        text += &format!("  {call:<34} {}\n", chore.summary);
    }
    text
}
