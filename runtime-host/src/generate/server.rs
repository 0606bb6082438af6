//! HTTP before the queue: `/v1/chat/completions`, `/v1/models`, `/health`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Method, Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use super::course::Order;
use super::queue::Queue;
use super::reading::{Body, Reading, json_response};
use super::request::{Request, Unfit};
use super::response::{self, Heading};
use crate::serve::listen::{self, Listener, Times};

/// In bytes. No context of a small model holds more.
const LARGEST_BODY: usize = 1024 * 1024;
/// For a client to say what it wants, and for the last answers.
const TIMES: Times = Times { patience: Duration::from_secs(30), last_requests: Duration::from_secs(10) };
/// For clients that do not say how much they want.
const USUAL_TOKENS: usize = 256;

/// A generator that is listening.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    listener: TcpListener,
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Desk {
    model: String,
    queue: Queue,
    created: u64,
    answers: AtomicU64,
}

impl Server {
    pub async fn bind(listen: SocketAddr, model: String, queue: Queue) -> std::io::Result<Server> {
        let listener = TcpListener::bind(listen).await?;
        let desk = Desk { model, queue, created: now(), answers: AtomicU64::new(0) };
        Ok(Server { address: listener.local_addr()?, listener, desk: Arc::new(desk) })
    }

    /// Serves HTTP/1.1 and HTTP/2 in clear until `end` completes, and lets answers on their way finish.
    pub async fn serve(self, end: impl Future<Output = ()>) {
        let answer = move |request| {
            let desk = self.desk.clone();
            async move { desk.answer(request).await }
        };
        listen::run(Listener::Tcp(self.listener), TIMES, answer, end, || {}).await;
    }
}

impl Desk {
    async fn answer(&self, request: hyper::Request<Incoming>) -> Response<Body> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/health") => json_response(StatusCode::OK, &json!({"status": "ok"})),
            (&Method::GET, "/v1/models") => {
                json_response(StatusCode::OK, &response::models(&self.model, self.created))
            }
            (&Method::POST, "/v1/chat/completions") => match read(request).await {
                Ok(body) => self.complete(&body).await,
                Err(refused) => refused,
            },
            (_, "/health" | "/v1/models" | "/v1/chat/completions") => {
                refuse(StatusCode::METHOD_NOT_ALLOWED, "this method is not allowed here", None, None)
            }
            _ => refuse(StatusCode::NOT_FOUND, "there is nothing here", None, Some("not_found")),
        }
    }

    async fn complete(&self, body: &[u8]) -> Response<Body> {
        let request = match Request::read(body) {
            Ok(request) => request,
            Err(Unfit { field, why }) => return refuse(StatusCode::BAD_REQUEST, &why, Some(field), None),
        };
        if request.model.as_ref().is_some_and(|model| *model != self.model) {
            let why = format!("there is no model `{}` here", request.model.unwrap_or_default());
            return refuse(StatusCode::NOT_FOUND, &why, Some("model"), Some("model_not_found"));
        }
        let prompt = match self.queue.vocabulary().prompt(&request.messages) {
            Ok(prompt) => prompt,
            Err(why) => return refuse(StatusCode::BAD_REQUEST, &why, Some("messages"), None),
        };
        let (length, context) = (prompt.len(), self.queue.context());
        if length >= context {
            let why = format!("the prompt has {length} tokens, and the context holds {context}");
            let code = Some("context_length_exceeded");
            return refuse(StatusCode::BAD_REQUEST, &why, Some("messages"), code);
        }
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let order = Order {
            prompt,
            max_tokens: request.max_tokens.unwrap_or(USUAL_TOKENS),
            temperature: request.temperature,
            top_p: request.top_p,
            seed: request.seed.unwrap_or_else(|| now().rotate_left(32) ^ number),
            stops: request.stops(),
            top: request.top_logprobs,
        };
        let Ok(events) = self.queue.order(order) else {
            let mut full =
                refuse(StatusCode::TOO_MANY_REQUESTS, "the queue is full", None, Some("overloaded"));
            full.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            return full;
        };
        let heading = Heading {
            id: format!("chatcmpl-{}-{number}", self.created),
            created: now(),
            model: self.model.clone(),
        };
        let reading = Reading { heading, events, prompt: length, logprobs: request.logprobs };
        match request.stream {
            true => reading.stream(request.stream_options.include_usage),
            false => reading.whole().await,
        }
    }
}

async fn read(request: hyper::Request<Incoming>) -> Result<Bytes, Response<Body>> {
    let body = Limited::new(request.into_body(), LARGEST_BODY).collect();
    match tokio::time::timeout(TIMES.patience, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => {
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or broke off", None, None))
        }
        Err(_) => Err(refuse(StatusCode::REQUEST_TIMEOUT, "the body took too long", None, None)),
    }
}

fn refuse(status: StatusCode, why: &str, field: Option<&str>, code: Option<&str>) -> Response<Body> {
    json_response(status, &response::error(why, "invalid_request_error", field, code))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
