//! Every test with all its set-up: the real filter, the real Envoy, real models, the pages, the doc tests.

use std::process::Command;

use crate::{Chore, envoy, models, shell, wasm};

pub(crate) const CHORE: Chore = Chore {
    name: "test",
    arguments: "[FILTER…]",
    summary: "build what tests need and run them all, or those whose names hold FILTER",
    run,
};

pub(crate) fn run(filters: &[String]) -> anyhow::Result<()> {
    let filter = wasm::build()?;
    models::ensure(&shell::programs()?)?;
    let mut tests = runner();
    tests.args(filters).env("WRP_FILTER_WASM", filter);
    if envoy::is_skipped() {
        eprintln!("{} is set: nothing is tested in a real Envoy", envoy::SKIP);
    } else {
        tests.env("WRP_ENVOY", envoy::ensure()?);
    }
    shell::run(&mut tests)?;
    if filters.is_empty() {
        shell::run(&mut shell::cargo(["test", "--quiet", "--doc"]))?;
    }
    Ok(())
}

/// nextest where it is installed: it shows what hangs, and kills it.
fn runner() -> Command {
    if shell::is_installed(&mut shell::cargo(["nextest", "--version"])) {
        shell::cargo(["nextest", "run", "--no-fail-fast", "--status-level=fail", "--final-status-level=slow"])
    } else {
        shell::cargo(["test", "--quiet", "--no-fail-fast", "--lib", "--bins", "--tests"])
    }
}
