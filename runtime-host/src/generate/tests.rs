//! The generator over HTTP, with a network that says what it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use super::queue::Queue;
use super::request::Message;
use super::server::Server;
use super::{Network, Vocabulary};

const END: u32 = 0;

/// Every byte is a token, and zero ends.
struct Letters;

impl Vocabulary for Letters {
    fn prompt(&self, messages: &[Message]) -> Result<Vec<u32>, String> {
        let text: String = messages.iter().map(Message::text).collect();
        if text.contains('\0') {
            return Err("the prompt cannot be read".into());
        }
        Ok(text.bytes().map(u32::from).collect())
    }

    fn bytes(&self, token: u32) -> Vec<u8> {
        u8::try_from(token).into_iter().collect()
    }

    fn is_end(&self, token: u32) -> bool {
        token == END
    }
}

/// Repeats the prompt, and waits before each prompt where there is a gate.
struct Parrot {
    heard: Vec<u32>,
    gate: Option<Receiver<()>>,
}

impl Network for Parrot {
    fn logits(&mut self, fresh: &[u32], position: usize) -> Result<Vec<f32>, String> {
        if position == 0 {
            if let Some(gate) = &self.gate {
                gate.recv().map_err(|_| "the gate is gone".to_owned())?;
            }
            self.heard = fresh.to_vec();
        }
        if self.heard == [u32::from(b'!')] {
            return Err("it fell silent".into());
        }
        let at = if position == 0 { 0 } else { position + 1 - self.heard.len() };
        let next = self.heard.get(at).copied().unwrap_or(END);
        Ok((0..256).map(|token| if token == next { 4.0 } else { 0.0 }).collect())
    }

    fn context(&self) -> usize {
        64
    }
}

async fn start(queue: usize, gate: Option<Receiver<()>>) -> SocketAddr {
    let queue = Queue::start(Parrot { heard: Vec::new(), gate }, Arc::new(Letters), queue);
    let server = Server::bind(([127, 0, 0, 1], 0).into(), "parrot".into(), queue).await.unwrap();
    let address = server.address;
    tokio::spawn(server.serve(std::future::pending()));
    address
}

async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    body: Bytes,
) -> Response<hyper::body::Incoming> {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request =
        Request::builder().method(method).uri(path).header("host", "x").body(Full::new(body)).unwrap();
    client.send_request(request).await.unwrap()
}

async fn chat(address: SocketAddr, body: Value) -> (StatusCode, String) {
    let response = send(address, Method::POST, "/v1/chat/completions", body.to_string().into()).await;
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn say(text: &str, more: Value) -> Value {
    let mut body =
        json!({"model": "parrot", "temperature": 0, "messages": [{"role": "user", "content": text}]});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    body
}

#[tokio::test]
async fn an_answer_comes_whole() {
    let address = start(4, None).await;
    for (text, more, expected, reason, tokens) in [
        ("hello", json!({}), "hello", "stop", 5),
        ("größer", json!({}), "größer", "stop", 8),
        ("hello", json!({"max_tokens": 2}), "he", "length", 2),
        ("one two three", json!({"stop": [" th"]}), "one two", "stop", 10),
        ("hello", json!({"stop": "loud"}), "hello", "stop", 5),
    ] {
        let (status, body) = chat(address, say(text, more)).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, StatusCode::OK, "{body}");
        let choice = &body["choices"][0];
        assert_eq!(choice["message"]["content"], expected);
        assert_eq!(choice["finish_reason"], reason, "{text}");
        assert_eq!(choice["logprobs"], Value::Null);
        assert_eq!(body["usage"]["completion_tokens"], tokens);
        assert_eq!(body["usage"]["prompt_tokens"], text.len());
    }
}

#[tokio::test]
async fn tokens_come_with_their_probabilities() {
    let address = start(4, None).await;
    let (_, body) = chat(address, say("ab", json!({"logprobs": true, "top_logprobs": 2}))).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    let entries = body["choices"][0]["logprobs"]["content"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    // One logit of 4 among 255 of 0.
    let expected = 4.0 - (4_f64.exp() + 255.0).ln();
    for (entry, letter) in entries.iter().zip(["a", "b"]) {
        assert_eq!(entry["token"], letter);
        assert!((entry["logprob"].as_f64().unwrap() - expected).abs() < 1e-5, "{entry}");
        assert_eq!(entry["top_logprobs"].as_array().unwrap().len(), 2);
        assert_eq!(entry["top_logprobs"][0]["token"], letter);
    }
}

#[tokio::test]
async fn an_answer_comes_as_a_stream() {
    let address = start(4, None).await;
    let more = json!({"stream": true, "stream_options": {"include_usage": true}, "logprobs": true});
    let (status, body) = chat(address, say("gröss", more)).await;
    assert_eq!(status, StatusCode::OK);
    let frames: Vec<&str> =
        body.split_terminator("\n\n").map(|frame| frame.strip_prefix("data: ").unwrap()).collect();
    let (done, chunks) = frames.split_last().unwrap();
    assert_eq!(*done, "[DONE]");
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let text: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, "gröss");
    let entries = chunks.iter().filter_map(|chunk| chunk["choices"][0]["logprobs"]["content"].as_array());
    assert_eq!(entries.map(Vec::len).sum::<usize>(), 6);
    let [.., end, usage] = &*chunks else { panic!("{chunks:?}") };
    assert_eq!(end["choices"][0]["finish_reason"], "stop");
    assert_eq!(usage["usage"]["completion_tokens"], 6);
}

#[tokio::test]
async fn what_cannot_be_answered_says_why() {
    let address = start(4, None).await;
    for (body, status, field) in [
        (json!({"messages": []}), StatusCode::BAD_REQUEST, json!("messages")),
        (say("x", json!({"model": "other"})), StatusCode::NOT_FOUND, json!("model")),
        (say(&"x".repeat(64), json!({})), StatusCode::BAD_REQUEST, json!("messages")),
        (say("\0", json!({})), StatusCode::BAD_REQUEST, json!("messages")),
        (say("!", json!({})), StatusCode::INTERNAL_SERVER_ERROR, json!(null)),
        (say(&"x".repeat(2 << 20), json!({})), StatusCode::PAYLOAD_TOO_LARGE, json!(null)),
    ] {
        let (found, body) = chat(address, body).await;
        assert_eq!(found, status, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["error"]["param"], field, "{body}");
    }
    let (_, stream) = chat(address, say("!", json!({"stream": true}))).await;
    assert!(stream.contains("it fell silent"), "{stream}");
    for (method, path, status) in [
        (Method::GET, "/health", StatusCode::OK),
        (Method::GET, "/v1/models", StatusCode::OK),
        (Method::GET, "/v1/chat/completions", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/elsewhere", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(send(address, method, path, Bytes::new()).await.status(), status, "{path}");
    }
}

fn gated() -> (Sender<()>, Option<Receiver<()>>) {
    let (open, gate) = channel();
    (open, Some(gate))
}

#[tokio::test]
async fn a_full_queue_is_said_at_the_door() {
    let (open, gate) = gated();
    let address = start(1, gate).await;
    // The first is at work, the second waits; how soon the first is taken up is not ours to say, so more are sent.
    let mut waiting = Vec::new();
    let mut refused = None;
    for _ in 0..4 {
        let response = send(
            address,
            Method::POST,
            "/v1/chat/completions",
            say("hi", json!({"stream": true})).to_string().into(),
        );
        let response = response.await;
        match response.status() {
            StatusCode::OK => waiting.push(response),
            _ => refused = Some(response),
        }
    }
    let refused = refused.expect("four do not fit");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    for response in waiting {
        open.send(()).unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(body.ends_with(b"data: [DONE]\n\n"));
    }
}

#[tokio::test]
async fn an_order_whose_client_has_gone_does_not_hold_the_others_up() {
    let (open, gate) = gated();
    let address = start(4, gate).await;
    let body = say("a long answer that nobody waits for", json!({"stream": true}));
    drop(send(address, Method::POST, "/v1/chat/completions", body.to_string().into()).await);
    for _ in 0..2 {
        open.send(()).unwrap();
    }
    let (status, body) = chat(address, say("me", json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains(r#""content":"me""#), "{body}");
}
