//! Everything that must hold before a change is taken, in the order of what fails fastest.

use std::time::Instant;

use crate::{Chore, shell, test, tidy, wasm};

pub(crate) const CHORE: Chore = Chore { name: "ci", arguments: "", summary: "all checks and all tests", run };

type Step = (&'static str, fn() -> anyhow::Result<()>);

/// The tests build the module and weigh it, so the size needs no step of its own.
static STEPS: &[Step] = &[
    ("format", || shell::run(&mut shell::cargo(["fmt", "--all", "--check"]))),
    ("tidy", || tidy::run(&[])),
    ("lint", || shell::run(&mut shell::cargo(["clippy", "--all-targets", "--", "-D", "warnings"]))),
    ("lint the filter", lint_filter),
    ("test", || test::run(&[])),
    ("document", document),
    ("dependencies", dependencies),
];

fn run(_: &[String]) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for (name, step) in STEPS {
        eprintln!("\n── {name}");
        let start = Instant::now();
        step()?;
        times.push(format!("{name} {} s", start.elapsed().as_secs()));
    }
    eprintln!("\nall fine: {}", times.join(", "));
    Ok(())
}

/// As it is built: for the proxy, without the compiler's features.
fn lint_filter() -> anyhow::Result<()> {
    wasm::add_target()?;
    shell::run(&mut shell::cargo([
        "clippy",
        "-p",
        "wrp-filter",
        "--target",
        wasm::TARGET,
        "--",
        "-D",
        "warnings",
    ]))
}

fn document() -> anyhow::Result<()> {
    let mut doc = shell::cargo(["doc", "--quiet", "--no-deps", "--document-private-items"]);
    shell::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn dependencies() -> anyhow::Result<()> {
    if shell::is_installed(&mut shell::cargo(["deny", "--version"])) {
        return shell::run(&mut shell::cargo(["deny", "check", "bans", "licenses", "sources"]));
    }
    eprintln!("cargo-deny is not installed: dependencies are not checked against deny.toml");
    Ok(())
}
