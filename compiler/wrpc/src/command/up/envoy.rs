//! Envoy in place of the embedded gateway, with the configuration that `wrpc compile --emit envoy` writes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use super::{Args, Behind};
use crate::deploy::{self, envoy};
use crate::policy::{self, Loaded};

/// A running Envoy; ends with us, and its configuration with it.
#[derive(Debug)]
pub(super) struct Envoy {
    process: Child,
    pub(super) address: SocketAddr,
    config: PathBuf,
}

impl Envoy {
    /// An error once the process has ended by itself.
    pub(super) fn is_alive(&mut self) -> anyhow::Result<()> {
        match self.process.try_wait()? {
            Some(status) => anyhow::bail!("Envoy has ended: {status}"),
            None => Ok(()),
        }
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.config);
    }
}

/// Starts Envoy with a configuration of its own, and waits until it listens.
pub(super) async fn start(
    arguments: &Args,
    loaded: &Loaded,
    behind: &Behind,
    wasm: &Path,
) -> anyhow::Result<Envoy> {
    let mut upstreams = deploy::Upstreams::default();
    for (model, url) in &behind.addresses {
        upstreams.add(&format!("{model}={}", url.trim_end_matches('/').trim_end_matches("/v1")))?;
    }
    let listen = free_port(arguments.listen)?;
    let models: Vec<&str> = loaded.graph.models.iter().map(|model| model.name.as_str()).collect();
    if let Some(host) = &behind.host {
        upstreams.host = Some(host.to_string().parse()?);
    }
    let timeout_ms = behind.host.as_ref().map(|_| arguments.host_timeout_ms);
    let filter = policy::filter_config(&loaded.graph, arguments.trust_identity_headers, timeout_ms);
    let wasm = std::fs::canonicalize(wasm).with_context(|| format!("cannot find `{}`", wasm.display()))?;
    let yaml = envoy::bootstrap(&envoy::Deployment {
        models: &models,
        filter: &filter,
        module: &wasm,
        listen,
        admin: free_port((Ipv4Addr::LOCALHOST, 0).into())?,
        upstreams: &upstreams,
    })
    .context("give each model an --upstream, or `*=URL` for all others")?;
    let config = std::env::temp_dir().join(format!("wrpc-envoy-{}.yaml", std::process::id()));
    std::fs::write(&config, yaml).with_context(|| format!("cannot write `{}`", config.display()))?;
    let binary = std::env::var_os("WRP_ENVOY").unwrap_or_else(|| "envoy".into());
    let process = Command::new(&binary)
        .arg("--config-path")
        .arg(&config)
        .args(["--use-dynamic-base-id", "--log-level", "warning", "--concurrency", "2"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| {
            format!(
                "cannot run `{}`: set WRP_ENVOY, or use `cargo xtask up --envoy`",
                binary.to_string_lossy()
            )
        })?;
    let mut envoy = Envoy { process, address: listen, config };
    for _ in 0..300 {
        envoy.is_alive()?;
        if tokio::net::TcpStream::connect(listen).await.is_ok() {
            return Ok(envoy);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("Envoy does not listen on {listen}")
}

/// The address itself, its port chosen now where it is 0: Envoy cannot tell us afterwards.
fn free_port(address: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener =
        std::net::TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    Ok(listener.local_addr()?)
}
