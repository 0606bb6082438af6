//! Model servers that answer like the OpenAI API and remember what they were sent.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A request as a model server got it.
#[derive(Clone, Debug)]
pub struct Received {
    /// The model whose server this is.
    pub server: String,
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: Option<HeaderMap>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("what reaches a model server is JSON")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("header values in tests are text"))
    }
}

/// What all servers of one test have received, in order of completion.
#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Mutex<Vec<Received>>>);

impl Record {
    /// Everything since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, received: Received) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    }
}

/// Starts the server of one model on the current runtime; it ends with the runtime.
pub async fn serve(model: &str, record: &Record) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let (model, record) = (model.to_owned(), record.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (model, record) = (model.clone(), record.clone());
            let answer = service_fn(move |request| answer(model.clone(), record.clone(), request));
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                // A connection that breaks is the proxy's to report.
                let _ = server.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    address
}

async fn answer(
    server: String,
    record: Record,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    // A request that was cut off has not been received.
    let Ok(body) = body.collect().await else {
        return Ok(Response::new(Full::default()));
    };
    let trailers = body.trailers().cloned();
    let received = Received {
        server,
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: body.to_bytes(),
        trailers,
    };
    let response = respond(&received);
    record.push(received);
    Ok(response)
}

fn respond(received: &Received) -> Response<Full<Bytes>> {
    let request: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let model = &request["model"];
    let (kind, body) = if request["stream"] == json!(true) {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": model,
            "choices": [{ "index": 0, "delta": { "role": "assistant", "content": "hello" }, "finish_reason": null }],
        });
        ("text/event-stream", format!("data: {chunk}\n\ndata: [DONE]\n\n"))
    } else {
        let completion = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": model,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": "hello" },
                "finish_reason": "stop",
            }],
            "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
        });
        ("application/json", completion.to_string())
    };
    let response = Response::builder().header(CONTENT_TYPE, kind).body(Full::from(body));
    response.expect("these parts make a response")
}
