//! The embedded gateway: real HTTP, the real filter, models that remember or fail.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::StatusCode;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use wrp_lang::source::Source;
use wrp_tests::client::{Call, Reply, Version, send};
use wrp_tests::filter;
use wrp_tests::upstream::{self, Record};
use wrpc::gateway::echo::Echo;
use wrpc::gateway::{Gateway, Running, Upstreams};

const POLICY: &str = r#"
ROUTING { semantics: "strict" default_model: "general" }
MODEL general { }
MODEL coder { provider_model_id: "vendor/coder-1" }
SIGNAL keyword code { operator: "OR" keywords: ["function"] }
ROUTE code {
  WHEN keyword("code")
  MODEL coder
  PLUGIN system_prompt { mode: "insert" system_prompt: "Be brief." }
}
"#;

fn running(policy: &str, models: &[(&str, SocketAddr)], answer_within: Duration) -> Running {
    let compiled = wrp_lang::compile(&[Source::new("p.wrp", policy)]);
    let graph = compiled.graph.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let addresses: BTreeMap<_, _> = models
        .iter()
        .map(|(model, address)| ((*model).to_owned(), format!("http://{address}/v1").parse().expect("a URL")))
        .collect();
    let configuration = filter::configuration(&graph, "");
    let upstreams = Upstreams::new(addresses, answer_within);
    Running::start(filter::filter(), configuration.as_bytes(), upstreams).expect("the filter starts")
}

async fn gateway_before(running: Running) -> Arc<Gateway> {
    let gateway = Gateway::bind(([127, 0, 0, 1], 0).into(), running).await.expect("loopback has a free port");
    let gateway = Arc::new(gateway);
    tokio::spawn(gateway.clone().serve(std::future::pending()));
    gateway
}

/// A gateway before servers that remember, and what they have received.
async fn before_recorders() -> (Arc<Gateway>, Record) {
    let record = Record::default();
    let general = upstream::serve("general", &record).await;
    let coder = upstream::serve("coder", &record).await;
    let models = [("general", general), ("coder", coder)];
    (gateway_before(running(POLICY, &models, Duration::from_secs(30))).await, record)
}

async fn reply(gateway: &Gateway, call: Call) -> Reply {
    send(gateway.address, call).await.expect("the gateway answers")
}

fn chat(prompt: &str) -> Value {
    json!({"model": "auto", "messages": [{"role": "user", "content": prompt}]})
}

#[tokio::test]
async fn the_chosen_model_gets_the_rewritten_request() {
    let (gateway, record) = before_recorders().await;
    for version in [Version::Http1, Version::Http2] {
        let call = Call::chat(&chat("why does this function fail?"))
            .version(version)
            .header("x-request-id", "r1")
            .header("x-authz-user-groups", "admins");
        let answer = reply(&gateway, call).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("x-vsr-selected-decision"), Some("code"));
        let received = record.take().pop().expect("a model was asked");
        assert_eq!((received.server.as_str(), received.path.as_str()), ("coder", "/v1/chat/completions"));
        assert_eq!(received.header("x-selected-model"), Some("coder"));
        assert_eq!(received.header("x-request-id"), Some("r1"));
        assert_eq!(received.header("x-authz-user-groups"), None, "nobody vouches for the client's own word");
        assert_eq!(received.json()["model"], "vendor/coder-1");
        assert_eq!(received.json()["messages"][0]["content"], "Be brief.");
        assert_eq!(received.header("content-length"), Some(received.body.len().to_string().as_str()));
    }
}

#[tokio::test]
async fn headers_about_the_connection_end_here() {
    let (gateway, record) = before_recorders().await;
    let call = Call::chat(&chat("hello"))
        .header("connection", "x-private")
        .header("x-private", "1")
        .header("te", "trailers")
        .header("proxy-authorization", "secret");
    reply(&gateway, call).await;
    let received = record.take().pop().expect("a model was asked");
    for name in ["connection", "x-private", "te", "proxy-authorization"] {
        assert_eq!(received.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_megabyte_arrives_byte_for_byte() {
    let (gateway, record) = before_recorders().await;
    let text = "Ünïcødé \\u00e9 \\\"quoted\\\" and   spaces. ".repeat(27_000);
    let body = format!(
        "{{ \"messages\" : [ {{\"content\":\"{text}\",\"role\":\"user\"}} ], \"model\" :\"auto\", \"x\": 1.50 }}"
    );
    assert!(body.len() > 1 << 20);
    for call in [
        Call::post("/v1/chat/completions", body.clone()),
        Call::post("/v1/chat/completions", body.clone()).chunk(10_007),
        Call::post("/v1/chat/completions", body.clone()).chunk(65_536).version(Version::Http2),
    ] {
        assert_eq!(reply(&gateway, call).await.status, StatusCode::OK);
        let received = record.take().pop().expect("a model was asked");
        let expected = body.replace("\"model\" :\"auto\"", "\"model\" :\"general\"");
        assert!(received.body == expected.as_bytes(), "{} of {} bytes", received.body.len(), expected.len());
    }
}

#[tokio::test]
async fn events_arrive_as_they_are_written() {
    let echo = Echo::start(vec!["general".to_owned()]).await.expect("the echo starts");
    let gateway = gateway_before(running(POLICY, &[("*", echo.address)], Duration::from_secs(30))).await;
    let mut body = chat("one two three four five six seven eight nine ten");
    body["stream"] = json!(true);
    let stream = TcpStream::connect(gateway.address).await.expect("the gateway listens");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    let request = hyper::Request::post("/v1/chat/completions")
        .header("host", "gateway")
        .header("content-type", "application/json")
        .body(Full::new(bytes::Bytes::from(body.to_string())))
        .expect("a request");
    let mut response = sender.send_request(request).await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut arrivals, mut text) = (Vec::new(), Vec::new());
    while let Some(frame) = response.frame().await {
        if let Ok(data) = frame.expect("the stream goes on").into_data() {
            arrivals.push(Instant::now());
            text.extend_from_slice(&data);
        }
    }
    let text = String::from_utf8(text).expect("events are text");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    // The echo pauses between words: held back, they would all have come at once.
    assert!(arrivals.len() > 5, "{} parts", arrivals.len());
    let spread = arrivals[arrivals.len() - 1] - arrivals[0];
    assert!(spread > Duration::from_millis(20), "{spread:?}");
}

#[tokio::test]
async fn every_protocol_is_echoed() {
    let echo = Echo::start(vec!["general".to_owned()]).await.expect("the echo starts");
    let gateway = gateway_before(running(POLICY, &[("*", echo.address)], Duration::from_secs(30))).await;
    let asked = "fix this function";
    for (path, body, pointer) in [
        ("/v1/chat/completions", chat(asked), "/choices/0/message/content"),
        (
            "/v1/messages",
            json!({"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": asked}]}),
            "/content/0/text",
        ),
        ("/v1/responses", json!({"model": "auto", "input": asked}), "/output/0/content/0/text"),
    ] {
        let answer = reply(&gateway, Call::post(path, body.to_string())).await.json();
        let told =
            answer.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{path}: {answer}"));
        assert!(told.starts_with("I am vendor/coder-1.\nsystem: Be brief."), "{path}: {told}");
        assert!(told.ends_with("you said: fix this function"), "{path}: {told}");
    }
}

#[tokio::test]
async fn models_that_fail_answer_like_a_model_api() {
    // One port that nobody listens on, and one where nobody ever answers.
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("its address");
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let late = silent.local_addr().expect("its address");
    let wait = Duration::from_millis(300);
    for (models, status) in [
        (vec![("general", closed)], StatusCode::BAD_GATEWAY),
        (vec![("general", late)], StatusCode::GATEWAY_TIMEOUT),
        (vec![("coder", late)], StatusCode::BAD_GATEWAY),
    ] {
        let gateway = gateway_before(running(POLICY, &models, wait)).await;
        let answer = reply(&gateway, Call::chat(&chat("hello"))).await;
        assert_eq!(answer.status, status, "{models:?}");
        assert_eq!(answer.json()["error"]["code"], status.as_u16());
        assert_eq!(answer.json()["error"]["type"], "upstream_error");
    }
}

#[tokio::test]
async fn what_the_filter_refuses_never_leaves() {
    let (gateway, record) = before_recorders().await;
    let unknown = json!({"model": "gpt-17", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    for body in ["", "{", "[]", "{\"model\":\"auto\"}", unknown.as_str()] {
        let answer = reply(&gateway, Call::post("/v1/chat/completions", body.to_owned())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer.json()["error"]["message"].is_string(), "{body}");
    }
    assert!(record.take().is_empty());
}

#[tokio::test]
async fn a_changed_policy_is_taken_up_between_requests() {
    let record = Record::default();
    let general = upstream::serve("general", &record).await;
    let coder = upstream::serve("coder", &record).await;
    let models = [("general", general), ("coder", coder)];
    let gateway = gateway_before(running(POLICY, &models, Duration::from_secs(30))).await;
    let asked = || Call::chat(&chat("what is a monad?"));
    assert_eq!(reply(&gateway, asked()).await.header("x-vsr-selected-model"), Some("general"));
    gateway.replace(running(&POLICY.replace("\"function\"", "\"monad\""), &models, Duration::from_secs(30)));
    assert_eq!(reply(&gateway, asked()).await.header("x-vsr-selected-model"), Some("coder"));
}
