//! The benchmarks, with all their set-up; what they measured once is in `docs/benchmarks.md`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::{Chore, models, project, shell, wasm};

pub(crate) const CHORE: Chore = Chore {
    name: "bench",
    arguments: "[decide|allocations|scan|prove|models]",
    summary: "measure a part, or all of them one after the other",
    run,
};

type Part = (&'static str, fn() -> anyhow::Result<()>);

static PARTS: &[Part] = &[
    ("decide", decide),
    ("allocations", || bench("wrp-lang", "allocations", &[])),
    ("scan", || bench("wrp-graph", "scan", &["--features", "build"])),
    ("prove", || bench("wrp-lang", "prove", &[])),
    ("models", models::bench),
];

fn run(arguments: &[String]) -> anyhow::Result<()> {
    if let Some(unknown) = arguments.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        bail!("there is no part `{unknown}`\n\nusage: cargo xtask bench {}", CHORE.arguments);
    }
    for (name, part) in PARTS {
        if arguments.is_empty() || arguments.iter().any(|argument| argument == name) {
            println!("\n── {name}");
            part()?;
        }
    }
    Ok(())
}

fn bench(package: &str, name: &str, more: &[&str]) -> anyhow::Result<()> {
    shell::run(shell::cargo(["bench", "--quiet", "-p", package, "--bench", name]).args(more))
}

/// Natively, and as a proxy would: the same program built for wasm, under V8.
fn decide() -> anyhow::Result<()> {
    bench("wrp-lang", "decide", &[])?;
    let mut node = Command::new("node");
    if !shell::is_installed(node.arg("--version")) {
        println!("node is not installed: nothing is measured under V8");
        return Ok(());
    }
    wasm::add_target()?;
    let mut build = shell::cargo(["bench", "--no-run", "--quiet", "-p", "wrp-lang", "--bench", "decide"]);
    build.args(["--target", wasm::TARGET, "--message-format", "json"]);
    let module = module(&shell::output(&mut build)?)?;
    println!("under V8:");
    let runner = project::root().join("compiler/wrp-lang/benches/decide.mjs");
    shell::run(Command::new("node").arg("--no-warnings").arg(runner).arg(module))
}

/// What cargo says it has built.
pub(crate) fn module(messages: &str) -> anyhow::Result<PathBuf> {
    let built = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut built = built.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    built.next_back().context("cargo names no module that it has built")
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn the_last_executable_is_the_module() {
        let messages = "{\"executable\":null}\nnoise\n{\"executable\":\"out/decide.wasm\"}\n";
        assert_eq!(module(messages).unwrap().to_str(), Some("out/decide.wasm"));
        assert!(module("{}").is_err());
    }
}
