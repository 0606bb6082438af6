//! What `wrpc up` shows once it serves.

use std::net::SocketAddr;

use super::Args;
use crate::Console;
use crate::gateway::Address;
use crate::gateway::samples::{Arrival, Sample};
use crate::policy::Loaded;
use crate::report::plural;

/// What is served, and where.
pub(super) fn banner(
    arguments: &Args,
    loaded: &Loaded,
    address: SocketAddr,
    echoing: bool,
    host: Option<&Address>,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let bold = console.style(anstyle::Style::new().bold());
    let names: Vec<String> = arguments.paths.iter().map(|path| path.display().to_string()).collect();
    let routes: usize = loaded.graph.recipes.iter().map(|recipe| recipe.routes.len()).sum();
    let proxy = if arguments.envoy { "Envoy" } else { "the embedded gateway" };
    let behind = if echoing { "models that echo" } else { "the given upstreams" };
    let graph = loaded.graph.encode().len();
    writeln!(
        console.out,
        "{bold}{}{bold:#}  {} in {graph} bytes",
        names.join(", "),
        plural(routes, "route")
    )?;
    writeln!(console.out, "on {bold}http://{address}{bold:#} by {proxy}, before {behind}")?;
    let asks = loaded.graph.recipes.iter().any(|recipe| !recipe.queries.is_empty());
    match host {
        Some(host) => writeln!(console.out, "asking the host at {host} what only a model can tell\n")?,
        None if asks => writeln!(
            console.out,
            "without a host: what only a model can tell is unavailable, and each route says what then happens\n"
        )?,
        None => writeln!(console.out)?,
    }
    Ok(())
}

/// Where each request went.
pub(super) fn table(arrivals: &[Arrival], console: &mut Console<'_>) -> anyhow::Result<()> {
    let bold = console.style(anstyle::Style::new().bold());
    type Column = (&'static str, fn(&Arrival) -> String);
    let columns: [Column; 5] = [
        ("request", |it| it.request.chars().take(48).collect()),
        ("status", |it| it.status.to_string()),
        ("route", |it| it.route.clone()),
        ("model", |it| it.model.clone()),
        ("answered by", |it| it.path.clone()),
    ];
    let width = |(head, cell): &Column| {
        arrivals.iter().map(|arrival| cell(arrival).chars().count()).chain([head.len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(columns.iter().map(|(head, _)| (*head).to_owned()).collect());
    writeln!(console.out, "{bold}{head}{bold:#}")?;
    for arrival in arrivals {
        writeln!(console.out, "{}", line(columns.iter().map(|(_, cell)| cell(arrival)).collect()))?;
    }
    Ok(())
}

/// One request to send by hand.
pub(super) fn invitation(
    address: SocketAddr,
    samples: &[Sample],
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let Some(sample) = samples.iter().min_by_key(|sample| sample.request.body.len()) else { return Ok(()) };
    // A single quote ends the shell's string: it is closed, escaped and opened again.
    let body = String::from_utf8_lossy(&sample.request.body).replace('\'', r"'\''");
    writeln!(console.out, "\ntry it:\n  curl -i http://{address}{} -d '{body}'", sample.request.path)?;
    Ok(())
}
