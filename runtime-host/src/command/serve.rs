//! `wrp-host serve`: answers what filters ask, by models or from a table.

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;
use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};
use wrp_host::family::{self, Answerer, Families};
use wrp_host::heads;
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;
use wrp_host::queue::{self, Queue, Runner};
use wrp_host::serve::listen::{self, Listener};
use wrp_host::serve::script::{Script, Table};
use wrp_host::serve::{self, Service};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wrp-host serve\n  \
                        wrp-host serve --uds /run/wrp/host.sock --models mine.toml\n  \
                        wrp-host serve --scripted answers.json\n\n\
                        SIGHUP reads the models or the table again; SIGTERM ends once the questions at hand are answered. The first \
                        line\nof the output says where it listens.")]
pub(crate) struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8811")]
    listen: SocketAddr,
    /// Listen on this Unix socket instead
    #[arg(long, value_name = "PATH", conflicts_with = "listen")]
    uds: Option<PathBuf>,
    /// Models of your own, preferred to ours; may be given more than once
    #[arg(long, value_name = "FILE")]
    models: Vec<PathBuf>,
    /// Where models are kept [default: WRP_MODELS, or `wrp/models` in the user's cache]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// What the host decides where a policy leaves it to the host: thresholds, detectors, knowledge bases
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Answer from a table instead of by models
    #[arg(long, value_name = "FILE", conflicts_with_all = ["models", "store", "settings"])]
    scripted: Option<PathBuf>,
    /// Batches at once; one for each core unless said otherwise
    #[arg(long, value_name = "N")]
    workers: Option<NonZeroUsize>,
    /// Jobs in a batch; 1 runs each alone
    #[arg(long, value_name = "N", default_value_t = queue::Settings::default().max_batch)]
    max_batch: NonZeroUsize,
    /// How long a job may wait for company while a worker is idle
    #[arg(long, value_name = "US", default_value_t = queue::Settings::default().linger.as_micros() as u64)]
    linger_us: u64,
    /// Jobs that may wait
    #[arg(long, value_name = "N", default_value_t = queue::Settings::default().max_queued)]
    max_queued: usize,
    /// How much of the answers is kept; 0 keeps none
    #[arg(long, value_name = "MIB", default_value_t = queue::Settings::default().cache_bytes >> 20)]
    cache_mib: u64,
    /// Questions at once
    #[arg(long, value_name = "N", default_value_t = serve::Settings::default().max_in_flight)]
    max_in_flight: usize,
    /// What is said of each question on the standard error
    #[arg(long, value_enum, default_value_t)]
    log: Log,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Log {
    /// Only what goes wrong
    #[default]
    Quiet,
    Text,
    Json,
}

pub(super) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    start_log(arguments.log);
    match &arguments.scripted {
        Some(path) => by_script(&arguments, path),
        None => by_models(&arguments),
    }
}

fn by_script(arguments: &Args, path: &Path) -> anyhow::Result<ExitCode> {
    let table = read(path)?;
    let queue = start(arguments, Arc::new(table.cost.unwrap_or_default()))?;
    let script = Script::new(table, queue.clone());
    serve(arguments, script, queue, |script| {
        script.replace(read(path)?);
        Ok(())
    })
}

fn by_models(arguments: &Args) -> anyhow::Result<ExitCode> {
    let settings = match &arguments.settings {
        Some(path) => {
            let shown = path.display();
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
            toml::from_str(&text).with_context(|| format!("`{shown}` holds no settings"))?
        }
        None => family::Settings::default(),
    };
    let queue = start(arguments, Arc::new(shelf(arguments)?))?;
    let families = Families::new(queue.clone(), settings);
    serve(arguments, families, queue.clone(), |_| {
        queue.replace(Arc::new(shelf(arguments)?));
        Ok(())
    })
}

/// The models that are there; those that are not are named, and their parts do without.
fn shelf(arguments: &Args) -> anyhow::Result<Shelf> {
    let store = match &arguments.store {
        Some(folder) => Store::at(folder),
        None => Store::of_user().context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?,
    };
    let fitted = store.folder().join("heads");
    let mut shelf = Shelf::new(store);
    if let Err(error) = heads::ensure_domain(&mut shelf, &fitted) {
        tracing::warn!("domains go by their phrases alone: {error}");
    }
    for list in &arguments.models {
        shelf.add(list).map_err(|error| anyhow::anyhow!("`{}`: {error}", list.display()))?;
    }
    if shelf.absent().len() == shelf.specs().count() {
        tracing::warn!("no model is here: `wrp-host models pull` fetches them");
    }
    Ok(shelf)
}

fn start(arguments: &Args, runner: Arc<dyn Runner>) -> anyhow::Result<Queue> {
    Queue::start(runner, settings(arguments)).context("no threads to run on")
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    serde_json::from_reader(BufReader::new(file)).with_context(|| format!("`{shown}` is no table of answers"))
}

fn settings(arguments: &Args) -> queue::Settings {
    // A model computes on the thread that runs its batch.
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    queue::Settings {
        workers: arguments.workers.unwrap_or(cores),
        max_batch: arguments.max_batch,
        linger: Duration::from_micros(arguments.linger_us),
        max_queued: arguments.max_queued,
        cache_bytes: arguments.cache_mib << 20,
        ..queue::Settings::default()
    }
}

fn start_log(log: Log) {
    let level = if log == Log::Quiet { tracing::Level::WARN } else { tracing::Level::INFO };
    let log_to_err = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    match log {
        Log::Json => log_to_err.json().init(),
        Log::Quiet | Log::Text => log_to_err.init(),
    }
}

/// Serves until somebody wants us to end, and answers what was asked before.
fn serve<A: Answerer + 'static>(
    arguments: &Args,
    answerer: A,
    queue: Queue,
    reload: impl Fn(&A) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let mut registry = Registry::default();
    queue.stats().register(&mut registry);
    let settings = serve::Settings {
        max_in_flight: arguments.max_in_flight,
        warm_up: arguments.scripted.is_none(),
        ..serve::Settings::default()
    };
    let measured = queue.clone();
    let refresh = move || {
        measured.stats();
    };
    let service = Arc::new(Service::new(answerer, settings, registry, refresh));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    runtime.block_on(async {
        let listener = match &arguments.uds {
            Some(path) => {
                Listener::unix(path).with_context(|| format!("cannot listen on `{}`", path.display()))?
            }
            None => Listener::tcp(arguments.listen)
                .await
                .with_context(|| format!("cannot listen on {}", arguments.listen))?,
        };
        let mut out = std::io::stdout();
        writeln!(out, "wrp-host listens on {}", listener.url()?)?;
        out.flush()?;
        let mut hangup = signal(SignalKind::hangup())?;
        let serving = listen::serve(listener, service.clone(), ended());
        tokio::pin!(serving);
        loop {
            tokio::select! {
                () = &mut serving => break,
                Some(()) = hangup.recv() => match reload(service.answerer()) {
                    Ok(()) => tracing::warn!("read again"),
                    Err(error) => tracing::error!("what was read before goes on: {error:#}"),
                },
            }
        }
        Ok::<_, anyhow::Error>(())
    })?;
    queue.close(settings.last_requests);
    // Whoever was cut off does not keep the program.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

async fn ended() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
