//! `wrpc up`: a policy at work on this machine, with one command.

mod envoy;
mod host;
mod show;
mod watch;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;

use super::{Exit, Format};
use crate::Console;
use crate::companion::Companion;
use crate::gateway::echo::Echo;
use crate::gateway::samples;
use crate::gateway::{Address, Gateway, Running, Upstreams};
use crate::policy::{self, Loaded};
use crate::proxy::{Filter, Metering};
use watch::Watch;

/// How often the policy's files are looked at.
const WATCH_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wrpc up quick-start.wrp\n  wrpc up policy.wrp --upstream small=http://10.0.0.7:8000 --upstream \
                        '*=https://api.example.com/v1'\n  wrpc up quick-start.wrp --once\n\nWithout --upstream every model is \
                        an echo: it answers with its name and what it was told.\nThe filter is the one that Envoy runs. A \
                        changed policy is taken up at once."
)]
pub(crate) struct Args {
    /// The files of one policy
    #[arg(required = true, value_name = "POLICY")]
    paths: Vec<PathBuf>,
    /// Where the gateway listens; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8801")]
    listen: SocketAddr,
    /// Where a model is served, `*` for all others
    #[arg(long = "upstream", value_name = "MODEL=URL", value_parser = assignment)]
    upstreams: Vec<(String, String)>,
    /// The filter's module; otherwise WRP_FILTER_WASM, or where `cargo xtask wasm` puts it
    #[arg(long, value_name = "PATH")]
    wasm: Option<PathBuf>,
    /// Believe x-authz-user-id and x-authz-user-groups: whoever can reach this port is then whoever they say
    #[arg(long)]
    trust_identity_headers: bool,
    /// Seconds until an upstream must begin to answer
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    timeout: u64,
    /// The companion host that answers what only a model can tell
    #[arg(long, value_name = "URL", conflicts_with = "host_bin")]
    host: Option<Address>,
    /// The host's program, to be run beside the gateway; otherwise WRP_HOST_BIN, or `wrp-host` beside this program
    #[arg(long, value_name = "PATH")]
    host_bin: Option<PathBuf>,
    /// How long the filter waits for the host
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    host_timeout_ms: u64,
    /// Run Envoy instead of the embedded gateway: the one that WRP_ENVOY names, or `envoy`
    #[arg(long)]
    envoy: bool,
    /// Show where the sample requests go, and end
    #[arg(long)]
    once: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (model, url) = text.split_once('=').ok_or_else(|| format!("`{text}` is not MODEL=URL"))?;
    url.parse::<Address>().map_err(|error| format!("{error:#}"))?;
    Ok((model.to_owned(), url.to_owned()))
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load(&arguments.paths, console)? else { return Ok(Exit::Findings) };
    let wasm = Filter::find(arguments.wasm.as_deref())?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    let exit = runtime.block_on(up(&arguments, loaded, wasm, console));
    // Connections that are still open do not keep the program.
    runtime.shutdown_timeout(Duration::from_secs(1));
    exit
}

async fn up(
    arguments: &Args,
    loaded: Loaded,
    wasm: PathBuf,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let models: Vec<String> = loaded.graph.models.iter().map(|model| model.name.clone()).collect();
    let echo = match arguments.upstreams.is_empty() {
        true => Some(Echo::start(models).await.context("cannot start the echoing model")?),
        false => None,
    };
    let mut addresses: BTreeMap<String, String> = arguments.upstreams.iter().cloned().collect();
    if let Some(echo) = &echo {
        addresses.insert("*".to_owned(), format!("http://{}", echo.address));
    }
    let host = host::start(arguments, &loaded.graph, console).await?;
    let url = host.as_ref().map(|host| host.address.clone());
    let samples = samples::of_policy(&loaded.policy, &arguments.paths[0], url.is_some())?;
    let behind = Behind { addresses, host: url };
    let front = match arguments.envoy {
        true => Front::Envoy(envoy::start(arguments, &loaded, &behind, &wasm).await?),
        false => Front::Embedded(embedded(arguments, &loaded, &behind, &wasm).await?),
    };
    let address = front.address();
    let serving = match &front {
        Front::Embedded(embedded) => Some(tokio::spawn(embedded.gateway.clone().serve(ended()))),
        Front::Envoy(_) => None,
    };
    let mut arrivals = Vec::new();
    for sample in &samples {
        arrivals.push(
            samples::send(address, sample).await.with_context(|| format!("request `{}`", sample.name))?,
        );
    }
    match arguments.format {
        Format::Json => {
            console.json_pretty(&json!({"version": 1, "address": address, "requests": arrivals}))?;
        }
        Format::Human => {
            show::banner(arguments, &loaded, address, echo.is_some(), behind.host.as_ref(), console)?;
            show::table(&arrivals, console)?;
            show::invitation(address, &samples, console)?;
        }
    }
    console.out.flush()?;
    if arguments.once {
        return Ok(Exit::Fine);
    }
    match (front, serving) {
        (Front::Embedded(embedded), Some(serving)) => {
            tokio::pin!(serving);
            let mut watch = Watch::of(&loaded);
            loop {
                tokio::select! {
                    done = &mut serving => {
                        done.context("the gateway broke off")?;
                        return Ok(Exit::Fine);
                    }
                    () = tokio::time::sleep(WATCH_EVERY) => {
                        if watch.changed() {
                            reload(arguments, &embedded, &behind, console)?;
                        }
                        for log in embedded.gateway.running().take_logs() {
                            writeln!(console.err, "filter: {log}")?;
                        }
                    }
                }
            }
        }
        (Front::Envoy(mut envoy), _) => loop {
            tokio::select! {
                () = ended() => return Ok(Exit::Fine),
                () = tokio::time::sleep(WATCH_EVERY) => {
                    envoy.is_alive()?;
                }
            }
        },
        (Front::Embedded(_), None) => unreachable!("an embedded gateway serves"),
    }
}

/// What stands behind: where models are, and who is asked what only a model can tell.
struct Behind {
    addresses: BTreeMap<String, String>,
    host: Option<Address>,
}

/// What stands in front.
enum Front {
    Embedded(Embedded),
    Envoy(envoy::Envoy),
}

struct Embedded {
    gateway: Arc<Gateway>,
    filter: Filter,
}

impl Front {
    fn address(&self) -> SocketAddr {
        match self {
            Front::Embedded(embedded) => embedded.gateway.address,
            Front::Envoy(envoy) => envoy.address,
        }
    }
}

fn running(arguments: &Args, loaded: &Loaded, behind: &Behind, filter: &Filter) -> anyhow::Result<Running> {
    let timeout_ms = behind.host.as_ref().map(|_| arguments.host_timeout_ms);
    let config = policy::filter_config(&loaded.graph, arguments.trust_identity_headers, timeout_ms);
    let addresses = behind
        .addresses
        .iter()
        .map(|(model, url)| Ok((model.clone(), url.parse()?)))
        .collect::<anyhow::Result<_>>()?;
    let upstreams = Upstreams::new(addresses, Duration::from_secs(arguments.timeout));
    let running = Running::start(filter, config.to_json().as_bytes(), upstreams)?;
    Ok(match &behind.host {
        Some(host) => running.asking(Companion::new(host.clone())),
        None => running,
    })
}

async fn embedded(
    arguments: &Args,
    loaded: &Loaded,
    behind: &Behind,
    wasm: &Path,
) -> anyhow::Result<Embedded> {
    let filter = Filter::load(wasm, Metering::Off)?;
    let running = running(arguments, loaded, behind, &filter)?;
    let gateway = Gateway::bind(arguments.listen, running)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    Ok(Embedded { gateway: Arc::new(gateway), filter })
}

fn reload(
    arguments: &Args,
    embedded: &Embedded,
    behind: &Behind,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    // A policy that does not compile has been drawn; what ran goes on running.
    match policy::load(&arguments.paths, console) {
        Ok(Some(loaded)) => {
            embedded.gateway.replace(running(arguments, &loaded, behind, &embedded.filter)?);
            writeln!(console.err, "the changed policy is taken up")?;
        }
        Ok(None) => writeln!(console.err, "the policy before the change goes on")?,
        Err(error) => writeln!(console.err, "the policy before the change goes on: {error:#}")?,
    }
    Ok(())
}

/// Somebody wants us to end: from the terminal, or from what runs us.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Where no signal can be had, the program is ended from outside.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
