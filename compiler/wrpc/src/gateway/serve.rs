//! Accepting connections, and ending well.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;

use super::exchange;
use super::upstream::Upstreams;
use crate::companion::Companion;
use crate::proxy::{Error, Filter, Vm};

/// How long requests may go on after the gateway has been told to end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// What the gateway runs: the filter with one configuration, and the models behind.
#[derive(Debug)]
pub struct Running {
    workers: Vec<Vm>,
    next: AtomicUsize,
    pub(super) upstreams: Upstreams,
    pub(super) companion: Option<Companion>,
}

impl Running {
    /// Starts a filter for each worker.
    pub fn start(filter: &Filter, configuration: &[u8], upstreams: Upstreams) -> Result<Running, Error> {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = (0..count).map(|_| Vm::start(filter, configuration)).collect::<Result<_, _>>()?;
        Ok(Running { workers, next: AtomicUsize::new(0), upstreams, companion: None })
    }

    /// With a host that answers what only a model can tell.
    #[must_use]
    pub fn asking(self, companion: Companion) -> Running {
        Running { companion: Some(companion), ..self }
    }

    /// Wakes every filter once, and makes the calls that it then wants made: it tells the host its policy.
    async fn wake(&self) {
        let Some(companion) = &self.companion else { return };
        for worker in &self.workers {
            // A filter that has broken off says so to the next request.
            for call in worker.tick().unwrap_or_default() {
                let answer = companion.carry(&call).await;
                let _ = worker.answer(&call, Some(answer));
            }
        }
    }

    fn tick_period(&self) -> Option<Duration> {
        self.companion.as_ref()?;
        self.workers.first()?.tick_period()
    }

    /// The worker whose turn it is.
    pub(super) fn worker(&self) -> &Vm {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        &self.workers[turn % self.workers.len()]
    }

    /// Lines the filters have logged since the last time.
    pub fn take_logs(&self) -> Vec<String> {
        self.workers.iter().flat_map(Vm::take_logs).map(|log| log.message).collect()
    }
}

/// A gateway that is listening.
#[derive(Debug)]
pub struct Gateway {
    pub address: SocketAddr,
    listener: TcpListener,
    running: RwLock<Arc<Running>>,
}

impl Gateway {
    pub async fn bind(listen: SocketAddr, running: Running) -> std::io::Result<Gateway> {
        let listener = TcpListener::bind(listen).await?;
        let running = Arc::new(running);
        running.wake().await;
        keep_awake(&running);
        Ok(Gateway { address: listener.local_addr()?, listener, running: RwLock::new(running) })
    }

    /// Requests that begin from now on see the new one; those on their way end with the old.
    pub fn replace(&self, running: Running) {
        let running = Arc::new(running);
        keep_awake(&running);
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = running;
    }

    pub fn running(&self) -> Arc<Running> {
        self.running.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves HTTP/1.1 and HTTP/2 in clear until `end` completes; then lets requests on their way finish.
    pub async fn serve(self: Arc<Self>, end: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30));
        builder.http2().timer(TokioTimer::new());
        tokio::pin!(end);
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // Out of descriptors, or the caller has gone: others may still come.
                    Err(_) => {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        continue;
                    }
                },
                () = &mut end => break,
            };
            // Events are small and shall not wait for company.
            let _ = stream.set_nodelay(true);
            let gateway = self.clone();
            let service = service_fn(move |request| {
                let running = gateway.running();
                async move { Ok::<_, Infallible>(exchange::answer(running, request).await) }
            });
            let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A connection that breaks off has nobody to be told.
                let _ = connection.await;
            });
        }
        // Whoever is still not done after that is cut off.
        let _ = tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await;
    }
}

/// Wakes the filters as often as they want, for as long as they are used.
fn keep_awake(running: &Arc<Running>) {
    let Some(period) = running.tick_period() else { return };
    let running = Arc::downgrade(running);
    tokio::spawn(async move {
        while let Some(running) = running.upgrade() {
            running.wake().await;
            drop(running);
            tokio::time::sleep(period).await;
        }
    });
}
