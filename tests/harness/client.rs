//! A client that decides how its bytes are cut: chunks, pauses, trailers, either version of HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
use hyper::client::conn::{http1, http2};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Http1,
    Http2,
}

/// One request, and how it is put on the wire.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub version: Version,
    /// Sends the body in pieces of so many bytes, each on its way before the next is written.
    pub chunk: Option<usize>,
    /// HTTP/2 only.
    pub trailers: HeaderMap,
}

impl Call {
    pub fn get(path: &str) -> Call {
        Call {
            method: Method::GET,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
            version: Version::Http1,
            chunk: None,
            trailers: HeaderMap::new(),
        }
    }

    pub fn post(path: &str, body: impl Into<Bytes>) -> Call {
        let json = ("content-type".to_owned(), "application/json".to_owned());
        Call { method: Method::POST, headers: vec![json], body: body.into(), ..Call::get(path) }
    }

    pub fn chat(body: &Value) -> Call {
        Call::post("/v1/chat/completions", body.to_string())
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn version(self, version: Version) -> Call {
        Call { version, ..self }
    }

    #[must_use]
    pub fn chunk(self, bytes: usize) -> Call {
        Call { chunk: Some(bytes), ..self }
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("header values in tests are text"))
    }
}

/// The upstream has had time to act on what it was sent.
const PAUSE: Duration = Duration::from_millis(2);

/// A body whose pieces come from a channel.
#[derive(Debug)]
struct Pieces {
    frames: mpsc::Receiver<Frame<Bytes>>,
    /// What the head announces; without it the body ends when it ends.
    length: Option<u64>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.frames.poll_recv(context).map(|frame| frame.map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// Sends one call over a connection of its own.
pub async fn send(address: SocketAddr, call: Call) -> Result<Reply, hyper::Error> {
    let (frames, pieces) = mpsc::channel(1);
    let request = request(address, &call, pieces);
    let feed = tokio::spawn(async move {
        let size = call.chunk.unwrap_or(call.body.len()).max(1);
        let pieces: Vec<Bytes> = call.body.chunks(size).map(|piece| call.body.slice_ref(piece)).collect();
        for piece in pieces {
            // A gateway that has already answered reads no further.
            if frames.send(Frame::data(piece)).await.is_err() {
                return;
            }
            if call.chunk.is_some() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        if !call.trailers.is_empty() {
            let _ = frames.send(Frame::trailers(call.trailers)).await;
        }
    });
    let reply = exchange(address, call.version, request).await;
    feed.abort();
    reply
}

/// Sends the head and the first bytes of a body, then goes away.
pub async fn abandon(address: SocketAddr, call: Call, after: usize) {
    let (frames, pieces) = mpsc::channel(1);
    let request = request(address, &call, pieces);
    let exchange = tokio::spawn(exchange(address, call.version, request));
    let first = call.body.slice(..after.min(call.body.len()));
    frames.send(Frame::data(first)).await.expect("the gateway takes the first bytes");
    tokio::time::sleep(PAUSE * 10).await;
    exchange.abort();
}

fn request(address: SocketAddr, call: &Call, frames: mpsc::Receiver<Frame<Bytes>>) -> Request<Pieces> {
    // HTTP/1 names the host in a header, HTTP/2 in the target.
    let (uri, host) = match call.version {
        Version::Http1 => (call.path.clone(), Some(address.to_string())),
        Version::Http2 => (format!("http://{address}{}", call.path), None),
    };
    let is_whole = call.chunk.is_none() && call.trailers.is_empty();
    let length = is_whole.then_some(call.body.len() as u64);
    let mut request = Request::builder().method(&call.method).uri(uri);
    for (name, value) in host
        .iter()
        .map(|host| ("host", host))
        .chain(call.headers.iter().map(|(name, value)| (name.as_str(), value)))
    {
        request = request.header(name, value);
    }
    request.body(Pieces { frames, length }).expect("calls in tests are well formed")
}

async fn exchange(
    address: SocketAddr,
    version: Version,
    request: Request<Pieces>,
) -> Result<Reply, hyper::Error> {
    let stream = TcpStream::connect(address).await.expect("the gateway listens");
    stream.set_nodelay(true).expect("a fresh connection takes options");
    let stream = TokioIo::new(stream);
    let response = match version {
        Version::Http1 => {
            let (mut sender, connection) = http1::handshake(stream).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
        Version::Http2 => {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
    };
    let (head, body) = response.into_parts();
    Ok(Reply { status: head.status, headers: head.headers, body: body.collect().await?.to_bytes() })
}
