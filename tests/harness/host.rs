//! The companion host in this process, answering from a table.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wrp_host::queue::{self, Queue};
use wrp_host::serve::listen::{self, Listener};
use wrp_host::serve::script::Script;
use wrp_host::serve::{Service, Settings};

/// A host that listens; it ends with the runtime, or when it is told to.
#[derive(Debug)]
pub struct Host {
    pub url: String,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Host {
    /// On loopback, with a port of its own.
    pub async fn start(table: &Value, settings: Settings) -> Host {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Host::on(Listener::tcp(any).await.expect("loopback has a free port"), table, settings)
    }

    pub fn on(listener: Listener, table: &Value, settings: Settings) -> Host {
        let table: wrp_host::serve::script::Table =
            serde_json::from_value(table.clone()).expect("the test's table is one");
        let runner = Arc::new(table.cost.unwrap_or_default());
        let queue = Queue::start(runner, queue::Settings::default()).expect("the system gives threads");
        let mut registry = Default::default();
        queue.stats().register(&mut registry);
        let measured = queue.clone();
        let refresh = move || {
            measured.stats();
        };
        let service = Arc::new(Service::new(Script::new(table, queue), settings, registry, refresh));
        let url = listener.url().expect("a listener has an address");
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(listen::serve(listener, service, async move {
            // Dropped without a word means that it may go on for as long as the runtime does.
            if ended.await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
        Host { url, end: Some(end), serving }
    }

    pub fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().expect("it listens on an address")
    }

    /// Calls the end; what was asked before may still be answered.
    pub fn call_end(&mut self) {
        if let Some(end) = self.end.take() {
            end.send(()).expect("it still serves");
        }
    }

    /// Waits until it has ended.
    pub async fn ended(self) {
        self.serving.await.expect("it ends well");
    }
}
