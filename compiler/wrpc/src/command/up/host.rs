//! The companion host beside the gateway: one that runs already, or a child that ends with us.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use wrp_graph::graph::Graph;

use super::Args;
use crate::Console;
use crate::companion::Asker;
use crate::gateway::Address;

/// How long a host may take until it listens: it may have models to load.
const PATIENCE: Duration = Duration::from_secs(120);

/// A host that listens.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) address: Address,
    /// Ends with this value.
    _process: Option<Process>,
}

#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The host that was named; else, for a policy that asks one, the program that lies where it should.
pub(super) async fn start(
    arguments: &Args,
    graph: &Graph,
    console: &mut Console<'_>,
) -> anyhow::Result<Option<Host>> {
    if graph.recipes.iter().all(|recipe| recipe.queries.is_empty()) {
        return Ok(None);
    }
    if let Some(address) = &arguments.host {
        return Ok(Some(Host { address: address.clone(), _process: None }));
    }
    if let Some(program) = &arguments.host_bin {
        return run(program, graph).await.map(Some);
    }
    let Some(program) = find() else { return Ok(None) };
    match run(&program, graph).await {
        Ok(host) => Ok(Some(host)),
        Err(error) => {
            writeln!(console.err, "the host does not run, and the gateway goes on without: {error:#}")?;
            Ok(None)
        }
    }
}

fn find() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("WRP_HOST_BIN") {
        return Some(program.into());
    }
    let name = format!("wrp-host{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok()?.with_file_name(name);
    beside.is_file().then_some(beside)
}

/// Runs the program, which says on its first line where it listens, and has it load its models.
async fn run(program: &Path, graph: &Graph) -> anyhow::Result<Host> {
    let shown = program.display().to_string();
    let child = Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{shown}`"))?;
    let mut process = Process(child);
    let output = process.0.stdout.take().context("its output cannot be read")?;
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map(|_| line)
    });
    let line = tokio::time::timeout(PATIENCE, line)
        .await
        .with_context(|| format!("`{shown}` does not listen after {} s", PATIENCE.as_secs()))???;
    let url = line.split_whitespace().find(|word| word.starts_with("http://"));
    let url = url.with_context(|| format!("`{shown}` has ended without listening"))?;
    let address: Address = url.parse()?;
    let (asked, graph) = (address.clone(), graph.clone());
    tokio::task::spawn_blocking(move || Asker::new(asked)?.warm_up(&graph)).await??;
    Ok(Host { address, _process: Some(process) })
}
