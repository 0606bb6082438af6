//! A model that repeats what it was told: whoever tries a policy sees which model was asked, and with what.
//!
//! [`words`] is what it says; it speaks chat completions, Anthropic's messages and OpenAI's responses, at once or as a stream of events.

mod words;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::body::{Body, whole, written};
use words::{Protocol, complete, events, reply};

/// Between two words of a stream: slow enough to see that it streams.
const WORD_PAUSE: Duration = Duration::from_millis(8);

/// An echo model that is listening.
#[derive(Debug)]
pub struct Echo {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Echo {
    /// Starts on a free port of this machine. `models` is what `/v1/models` lists.
    pub async fn start(models: Vec<String>) -> std::io::Result<Echo> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let models: std::sync::Arc<[String]> = models.into();
        let serving = tokio::spawn(async move {
            // Accepting fails for one connection, not for the listener.
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let models = models.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let models = models.clone();
                        async move { Ok::<_, Infallible>(answer(request, &models).await) }
                    });
                    // A caller that hangs up has nothing to be told.
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Echo { address, serving })
    }
}

async fn answer(request: Request<Incoming>, models: &[String]) -> Response<Body> {
    let protocol = match (request.method(), request.uri().path()) {
        (&Method::GET, "/v1/models") => return json_answer(StatusCode::OK, &catalogue(models)),
        (&Method::GET, "/health") => return json_answer(StatusCode::OK, &json!({"status": "ok"})),
        (&Method::POST, "/v1/chat/completions") => Protocol::Chat,
        (&Method::POST, "/v1/messages") => Protocol::Messages,
        (&Method::POST, "/v1/responses") => Protocol::Responses,
        (_, path) => return refusal(StatusCode::NOT_FOUND, &format!("the echo model does not serve {path}")),
    };
    let Ok(body) = request.into_body().collect().await else {
        return refusal(StatusCode::BAD_REQUEST, "the body broke off");
    };
    let Ok(body) = serde_json::from_slice::<Value>(&body.to_bytes()) else {
        return refusal(StatusCode::BAD_REQUEST, "the body is not JSON");
    };
    let model = body["model"].as_str().unwrap_or("(no model)").to_owned();
    let reply = reply(protocol, &model, &body);
    if body["stream"] == json!(true) {
        let usage = body["stream_options"]["include_usage"] == json!(true);
        stream_answer(events(protocol, &model, &reply, usage))
    } else {
        json_answer(StatusCode::OK, &complete(protocol, &model, &reply))
    }
}

fn catalogue(models: &[String]) -> Value {
    let listed: Vec<Value> = models
        .iter()
        .map(|model| json!({"id": model, "object": "model", "created": 0, "owned_by": "echo"}))
        .collect();
    json!({"object": "list", "data": listed})
}

fn json_answer(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(whole(value.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    let error = json!({"message": message, "type": "invalid_request_error", "code": status.as_u16()});
    json_answer(status, &json!({"error": error}))
}

fn stream_answer(frames: Vec<String>) -> Response<Body> {
    let (mut sender, body) = written();
    tokio::spawn(async move {
        for frame in frames {
            // The caller may leave in the middle of a word.
            if sender.send_data(Bytes::from(frame)).await.is_err() {
                return;
            }
            tokio::time::sleep(WORD_PAUSE).await;
        }
    });
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert("content-type", hyper::header::HeaderValue::from_static("text/event-stream"));
    headers.insert("cache-control", hyper::header::HeaderValue::from_static("no-cache"));
    response
}
