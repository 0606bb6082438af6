//! HTTP before the queue: `/v1/chat/completions`, `/v1/models`, `/health`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

use super::course::{End, Order};
use super::queue::{Event, Queue};
use super::request::{Request, Unfit};
use super::response::{self, Heading, Usage};

/// In bytes. No context of a small model holds more.
const LARGEST_BODY: usize = 1024 * 1024;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long answers may go on after the end was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
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

type Body = Either<Full<Bytes>, Channel<Bytes>>;

impl Server {
    pub async fn bind(listen: SocketAddr, model: String, queue: Queue) -> std::io::Result<Server> {
        let listener = TcpListener::bind(listen).await?;
        let desk = Desk { model, queue, created: now(), answers: AtomicU64::new(0) };
        Ok(Server { address: listener.local_addr()?, listener, desk: Arc::new(desk) })
    }

    /// Serves HTTP/1.1 and HTTP/2 in clear until `end` completes, and lets answers on their way finish.
    pub async fn serve(self, end: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
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
            let desk = self.desk.clone();
            let service = service_fn(move |request| {
                let desk = desk.clone();
                async move { Ok::<_, Infallible>(desk.answer(request).await) }
            });
            let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
            let watched = graceful.watch(connection);
            // A connection that breaks concerns only the client that broke it.
            tokio::spawn(async move { watched.await.ok() });
        }
        tokio::time::timeout(LAST_ANSWERS, graceful.shutdown()).await.ok();
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

/// The events of one order on their way to a client.
struct Reading {
    heading: Heading,
    events: UnboundedReceiver<Event>,
    prompt: usize,
    logprobs: bool,
}

impl Reading {
    async fn whole(mut self) -> Response<Body> {
        let mut text = String::new();
        let mut entries = Vec::new();
        let mut completion = 0;
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Step(step) => {
                    completion += 1;
                    text += &step.text;
                    entries.extend(self.logprobs.then(|| response::logprob(&step)));
                }
                Event::End(end, held) => {
                    let usage = Usage { prompt: self.prompt, completion };
                    let logprobs = self.logprobs.then_some(entries);
                    let whole = self.heading.completion(&(text + &held), logprobs, &end, usage);
                    return json_response(StatusCode::OK, &whole);
                }
                Event::Failed(why) => return failed(&why),
            }
        }
        failed("the generator has stopped")
    }

    fn stream(self, with_usage: bool) -> Response<Body> {
        let (to, body) = Channel::new(16);
        tokio::spawn(self.send(to, with_usage));
        let mut response = Response::new(Either::Right(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    /// Ends early when the client is gone, and the order with it.
    async fn send(mut self, mut to: Sender<Bytes>, with_usage: bool) -> Option<()> {
        let first = self.heading.chunk(json!({"role": "assistant", "content": ""}), None, None);
        frame(&mut to, &first).await?;
        let mut completion = 0;
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Step(step) => {
                    completion += 1;
                    let logprobs = self.logprobs.then(|| vec![response::logprob(&step)]);
                    if !step.text.is_empty() || logprobs.is_some() {
                        let chunk = self.heading.chunk(json!({"content": step.text}), logprobs, None);
                        frame(&mut to, &chunk).await?;
                    }
                }
                Event::End(end, held) => {
                    self.end(&mut to, &end, &held).await?;
                    if with_usage {
                        let usage = Usage { prompt: self.prompt, completion };
                        frame(&mut to, &self.heading.usage_chunk(usage)).await?;
                    }
                    return to.send_data(Bytes::from_static(b"data: [DONE]\n\n")).await.ok();
                }
                Event::Failed(why) => {
                    return frame(&mut to, &response::error(&why, "server_error", None, None)).await;
                }
            }
        }
        None
    }

    async fn end(&self, to: &mut Sender<Bytes>, end: &End, held: &str) -> Option<()> {
        if !held.is_empty() {
            frame(to, &self.heading.chunk(json!({"content": held}), None, None)).await?;
        }
        frame(to, &self.heading.chunk(json!({}), None, Some(end))).await
    }
}

async fn read(request: hyper::Request<Incoming>) -> Result<Bytes, Response<Body>> {
    let body = Limited::new(request.into_body(), LARGEST_BODY).collect();
    match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => {
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or broke off", None, None))
        }
        Err(_) => Err(refuse(StatusCode::REQUEST_TIMEOUT, "the body took too long", None, None)),
    }
}

async fn frame(to: &mut Sender<Bytes>, value: &Value) -> Option<()> {
    to.send_data(format!("data: {value}\n\n").into()).await.ok()
}

fn failed(why: &str) -> Response<Body> {
    json_response(StatusCode::INTERNAL_SERVER_ERROR, &response::error(why, "server_error", None, None))
}

fn refuse(status: StatusCode, why: &str, field: Option<&str>, code: Option<&str>) -> Response<Body> {
    json_response(status, &response::error(why, "invalid_request_error", field, code))
}

fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(value.to_string().into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
