//! One request through the filter to a model, and the answer back: nothing is held but what the filter holds.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::channel::Sender;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::http::{HeaderMap, request, response};
use hyper::{Request, Response, StatusCode};

use super::body::{Body, BodyError, whole, written};
use super::serve::Running;
use super::upstream::Unreached;
use crate::proxy::{self, Headers, Message, Reply, Stream, Verdict};

/// Names the model that shall serve; the filter sets it.
const SELECTED_MODEL: &str = "x-selected-model";

/// Headers that are about one connection, not about the message.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Why an exchange ends with an answer of the gateway's own.
#[derive(Debug)]
enum Failure {
    /// The filter does not run.
    Filter(proxy::Error),
    /// The filter waits for something that nobody will give.
    Stuck,
    /// What the filter left is not HTTP.
    Malformed(String),
    /// The request broke off.
    Client(hyper::Error),
    Upstream(Unreached),
}

impl From<proxy::Error> for Failure {
    fn from(error: proxy::Error) -> Failure {
        Failure::Filter(error)
    }
}

/// The filter's side of the exchange, shared by the two directions.
type Shared = Arc<Mutex<Stream>>;

fn with<T>(stream: &Shared, work: impl FnOnce(&mut Stream) -> T) -> T {
    work(&mut stream.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Answers one request; whatever goes wrong is an answer too.
pub async fn answer(running: Arc<Running>, request: Request<Incoming>) -> Response<Body> {
    match run(&running, request).await {
        Ok(response) => response,
        Err(failure) => failure.answer(),
    }
}

async fn run(running: &Running, request: Request<Incoming>) -> Result<Response<Body>, Failure> {
    let (head, mut body) = request.into_parts();
    let stream: Shared = Arc::new(Mutex::new(running.worker().open()?));
    let mut ended = body.is_end_stream();
    let mut verdict = with(&stream, |stream| stream.request_headers(request_headers(&head), ended))?;
    while verdict == Verdict::Hold && !ended {
        let chunk = next_chunk(&mut body).await.map_err(Failure::Client)?;
        ended = chunk.is_none() || body.is_end_stream();
        verdict = with(&stream, |stream| stream.request_body(&chunk.unwrap_or_default(), ended))?;
    }
    while verdict == Verdict::Hold
        && let Some(companion) = &running.companion
        && let Some(call) = with(&stream, |stream| stream.call())
    {
        let answer = companion.carry(&call).await;
        verdict = with(&stream, |stream| stream.answer(&call, Some(answer)))?;
    }
    let message = match verdict {
        Verdict::Hold => return Err(Failure::Stuck),
        Verdict::Reply(reply) => return own_answer(reply),
        Verdict::Forward(message) => message,
    };
    let model = message.headers.get(SELECTED_MODEL).unwrap_or_default().to_owned();
    let (head, first) = upstream_request(message)?;
    let request = match ended {
        // The filter may have changed the length of what it held.
        true => {
            let length = first.len();
            let mut request = Request::from_parts(head, whole(first));
            if length > 0 || request.headers().contains_key(CONTENT_LENGTH) {
                request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            request
        }
        false => {
            let (sender, rest) = written();
            tokio::spawn(relay(stream.clone(), Stream::request_body, body, first, sender));
            Request::from_parts(head, rest)
        }
    };
    let response = running.upstreams.send(&model, request).await.map_err(Failure::Upstream)?;
    back(stream, response).await
}

/// How the filter is shown one part of a body.
type Show = fn(&mut Stream, &[u8], bool) -> Result<Verdict, proxy::Error>;

/// What is left of a body, each part as the filter lets it go.
async fn relay(
    stream: Shared,
    show: Show,
    mut body: Incoming,
    first: Vec<u8>,
    mut sender: Sender<Bytes, BodyError>,
) {
    if !first.is_empty() && sender.send_data(first.into()).await.is_err() {
        return;
    }
    loop {
        let chunk = match next_chunk(&mut body).await {
            Ok(chunk) => chunk,
            Err(error) => return sender.abort(error.into()),
        };
        let ended = chunk.is_none() || body.is_end_stream();
        match with(&stream, |stream| show(stream, &chunk.unwrap_or_default(), ended)) {
            Ok(Verdict::Forward(part)) if !part.body.is_empty() => {
                if sender.send_data(part.body.into()).await.is_err() {
                    return;
                }
            }
            Ok(Verdict::Forward(_) | Verdict::Hold) => {}
            // The head is on its way: the rest can only be broken off.
            Ok(Verdict::Reply(_)) => return sender.abort("the filter refused the rest of the body".into()),
            Err(error) => return sender.abort(error.into()),
        }
        if ended {
            return;
        }
    }
}

/// The answer through the filter: headers as soon as it lets them go, then each part as it comes.
async fn back(stream: Shared, response: Response<Incoming>) -> Result<Response<Body>, Failure> {
    let (head, mut body) = response.into_parts();
    let mut ended = body.is_end_stream();
    let mut verdict = with(&stream, |stream| stream.response_headers(response_headers(&head), ended))?;
    while verdict == Verdict::Hold && !ended {
        let chunk = next_chunk(&mut body)
            .await
            .map_err(|error| Failure::Upstream(Unreached::Failed(error.to_string())))?;
        ended = chunk.is_none() || body.is_end_stream();
        verdict = with(&stream, |stream| stream.response_body(&chunk.unwrap_or_default(), ended))?;
    }
    let message = match verdict {
        Verdict::Hold => return Err(Failure::Stuck),
        Verdict::Reply(reply) => return own_answer(reply),
        Verdict::Forward(message) => message,
    };
    let status = message.headers.get(":status").and_then(|status| status.parse().ok());
    let body_left = match ended {
        true => whole(message.body),
        false => {
            let (sender, rest) = written();
            tokio::spawn(relay(stream, Stream::response_body, body, message.body, sender));
            rest
        }
    };
    let mut response = Response::new(body_left);
    *response.status_mut() = status.unwrap_or(head.status);
    *response.headers_mut() = regular(&message.headers)?;
    Ok(response)
}

/// The next bytes, `None` at the end. Trailers carry nothing that a model API uses; they are dropped.
async fn next_chunk(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// A request's head as a proxy shows it: pseudo-headers first, nothing about the connection.
fn request_headers(head: &request::Parts) -> Headers {
    let authority = head
        .uri
        .authority()
        .map(|authority| authority.as_str().as_bytes().to_vec())
        .or_else(|| head.headers.get("host").map(|host| host.as_bytes().to_vec()))
        .unwrap_or_default();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = Headers::default();
    headers.add(":method", head.method.as_str().as_bytes());
    headers.add(":path", path.as_bytes());
    headers.add(":authority", &authority);
    headers.add(":scheme", b"http");
    add_regular(&mut headers, &head.headers, &["host", "expect"]);
    headers
}

fn response_headers(head: &response::Parts) -> Headers {
    let mut headers = Headers::default();
    headers.add(":status", head.status.as_str().as_bytes());
    add_regular(&mut headers, &head.headers, &[]);
    headers
}

fn add_regular(to: &mut Headers, from: &HeaderMap, without: &[&str]) {
    let named: Vec<String> = from
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for (name, value) in from {
        let name = name.as_str();
        let hop = HOP_BY_HOP.contains(&name) || named.iter().any(|connection| connection == name);
        if !hop && !without.contains(&name) {
            to.add(name, value.as_bytes());
        }
    }
}

/// The head and the body that the filter let go.
fn upstream_request(message: Message) -> Result<(request::Parts, Vec<u8>), Failure> {
    let malformed = |what: String| Failure::Malformed(what);
    let request = Request::builder()
        .method(message.headers.get(":method").unwrap_or("GET"))
        .uri(message.headers.get(":path").unwrap_or("/"))
        .body(())
        .map_err(|error| malformed(error.to_string()))?;
    let (mut head, ()) = request.into_parts();
    head.headers = regular(&message.headers)?;
    Ok((head, message.body))
}

/// Headers without the pseudo ones.
fn regular(headers: &Headers) -> Result<HeaderMap, Failure> {
    let mut map = HeaderMap::with_capacity(headers.0.len());
    for (name, value) in headers.0.iter().filter(|(name, _)| !name.starts_with(':')) {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|error| Failure::Malformed(error.to_string()))?;
        let value = HeaderValue::from_bytes(value).map_err(|error| Failure::Malformed(error.to_string()))?;
        map.append(name, value);
    }
    Ok(map)
}

/// What the filter answered itself.
fn own_answer(reply: Reply) -> Result<Response<Body>, Failure> {
    let mut response = Response::new(whole(reply.body));
    let status = u16::try_from(reply.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = regular(&reply.headers)?;
    Ok(response)
}

impl Failure {
    /// The failure as clients of model APIs read errors.
    fn answer(self) -> Response<Body> {
        let (status, kind, message) = match self {
            Failure::Filter(error) => (StatusCode::INTERNAL_SERVER_ERROR, "filter_error", error.to_string()),
            Failure::Stuck => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "filter_error",
                "the filter waits for a host that this gateway does not have".to_owned(),
            ),
            Failure::Malformed(error) => (StatusCode::INTERNAL_SERVER_ERROR, "filter_error", error),
            Failure::Client(error) => (StatusCode::BAD_REQUEST, "invalid_request_error", error.to_string()),
            Failure::Upstream(Unreached::Unknown(model)) if model.is_empty() => (
                StatusCode::NOT_FOUND,
                "invalid_request_error",
                "no model was selected for this request, and there is no upstream for the rest".to_owned(),
            ),
            Failure::Upstream(Unreached::Unknown(model)) => (
                StatusCode::BAD_GATEWAY,
                "upstream_error",
                format!("no upstream is known for model `{model}`"),
            ),
            Failure::Upstream(Unreached::Failed(error)) => {
                (StatusCode::BAD_GATEWAY, "upstream_error", format!("the upstream failed: {error}"))
            }
            Failure::Upstream(Unreached::Late(limit)) => (
                StatusCode::GATEWAY_TIMEOUT,
                "upstream_error",
                format!("the upstream did not answer within {} s", limit.as_secs_f64()),
            ),
        };
        let error = serde_json::json!({"error": {"message": message, "type": kind, "code": status.as_u16()}});
        let mut response = Response::new(whole(error.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("x-vsr-response-path", HeaderValue::from_static("error"));
        response
    }
}
