//! `wrp-host generate`: a small model behind the interface of OpenAI's clients.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// A model of the list
    #[arg(long, value_name = "NAME", default_value = "smollm2-135m-q4")]
    model: String,
    /// A list with models of yours, or a folder with a `model.toml`
    #[arg(long, value_name = "PATH")]
    models: Option<PathBuf>,
    /// How many requests may wait; more are answered 429
    #[arg(long, value_name = "COUNT", default_value_t = 32)]
    queue: usize,
}

#[cfg(feature = "generate")]
pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    use anyhow::Context;
    use wrp_host::generate::queue::Queue;
    use wrp_host::generate::{llama, server::Server};
    use wrp_host::models::Shelf;
    use wrp_host::models::store::Store;

    let store = Store::of_user().context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?;
    let mut shelf = Shelf::new(store);
    if let Some(list) = &arguments.models {
        shelf.add(list)?;
    }
    let weights = shelf.generator(&arguments.model)?;
    let opened = llama::open(weights).map_err(anyhow::Error::msg);
    let (network, vocabulary) = opened.with_context(|| format!("model `{}`", arguments.model))?;
    let queue = Queue::start(network, vocabulary, arguments.queue);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = Server::bind(arguments.listen, arguments.model, queue)
            .await
            .with_context(|| format!("cannot listen on {}", arguments.listen))?;
        eprintln!("generating on http://{}/v1/chat/completions", server.address);
        server
            .serve(async {
                // Where no signal can be had, the process is ended another way.
                let _ = tokio::signal::ctrl_c().await;
            })
            .await;
        Ok(ExitCode::SUCCESS)
    })
}

#[cfg(not(feature = "generate"))]
pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    let Args { model, .. } = arguments;
    anyhow::bail!("this `wrp-host` cannot run `{model}`; build it with `--features generate`")
}
