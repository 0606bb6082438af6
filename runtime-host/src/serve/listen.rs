//! Accepting connections on TCP or a Unix socket, and ending well.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::{Service, Settings};
use crate::family::Answerer;

/// Where a host listens.
#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, PathBuf),
}

impl Listener {
    pub async fn tcp(address: SocketAddr) -> io::Result<Listener> {
        Ok(Listener::Tcp(TcpListener::bind(address).await?))
    }

    /// A socket file that a host has left behind is replaced; one that somebody listens on is not.
    #[cfg(unix)]
    pub fn unix(path: &Path) -> io::Result<Listener> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                match std::os::unix::net::UnixStream::connect(path) {
                    Ok(_) => return Err(error),
                    Err(_) => {
                        std::fs::remove_file(path)?;
                        UnixListener::bind(path)?
                    }
                }
            }
            bound => bound?,
        };
        Ok(Listener::Unix(listener, path.to_owned()))
    }

    /// As whoever wants to connect writes it.
    pub fn url(&self) -> io::Result<String> {
        Ok(match self {
            Listener::Tcp(listener) => format!("http://{}", listener.local_addr()?),
            #[cfg(unix)]
            Listener::Unix(_, path) => format!("unix:{}", path.display()),
        })
    }
}

/// What connections are allowed.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// For a request's headers, and for a sign of life.
    pub patience: Duration,
    /// For answers on their way after the end.
    pub last_requests: Duration,
}

/// Serves HTTP/1.1 and HTTP/2 in clear until `end` completes; then lets requests on their way finish.
pub async fn serve<A: Answerer + 'static>(
    listener: Listener,
    service: Arc<Service<A>>,
    end: impl Future<Output = ()>,
) {
    let Settings { patience, last_requests, .. } = *service.settings();
    let answering = service.clone();
    let answer = move |request| {
        let service = answering.clone();
        async move { service.handle(request).await }
    };
    run(listener, Times { patience, last_requests }, answer, end, || service.close()).await;
}

/// The same for whoever answers; `ended` is called when no more is accepted, before the last answers.
pub async fn run<B, F>(
    listener: Listener,
    times: Times,
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    end: impl Future<Output = ()>,
    ended: impl FnOnce(),
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(times.patience);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(times.patience)
        .keep_alive_timeout(times.patience);
    tokio::pin!(end);
    match &listener {
        Listener::Tcp(tcp) => loop {
            tokio::select! {
                accepted = tcp.accept() => match accepted {
                    Ok((stream, _)) => {
                        // Answers are small and shall not wait for company.
                        let _ = stream.set_nodelay(true);
                        connect(&builder, &graceful, &answer, stream);
                    }
                    Err(_) => breathe().await,
                },
                () = &mut end => break,
            }
        },
        #[cfg(unix)]
        Listener::Unix(unix, _) => loop {
            tokio::select! {
                accepted = unix.accept() => match accepted {
                    Ok((stream, _)) => connect(&builder, &graceful, &answer, stream),
                    Err(_) => breathe().await,
                },
                () = &mut end => break,
            }
        },
    }
    ended();
    #[cfg(unix)]
    if let Listener::Unix(_, path) = &listener {
        // Somebody else may have removed it.
        let _ = std::fs::remove_file(path);
    }
    drop(listener);
    // Whoever is still not done after that is cut off.
    let _ = tokio::time::timeout(times.last_requests, graceful.shutdown()).await;
}

fn connect<B, F>(
    builder: &auto::Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    answer: &(impl Fn(Request<Incoming>) -> F + Clone + Send + 'static),
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let answer = answer.clone();
    let service = service_fn(move |request| {
        let answered = answer(request);
        async move { Ok::<_, Infallible>(answered.await) }
    });
    let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    tokio::spawn(async move {
        // A connection that breaks off has nobody to be told.
        let _ = connection.await;
    });
}

/// Out of descriptors, or the caller has gone: others may still come.
async fn breathe() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
