//! The host over HTTP: its answers, and what it does with those who do not keep to the contract.

use std::time::{Duration, Instant};

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use wrp_graph::answer;
use wrp_host::serve::Settings;
use wrp_host::serve::listen::Listener;
use wrp_tests::client::{Call, Reply, Version, send};
use wrp_tests::host::Host;
use wrpc::deploy::policy_name;

use super::{STRICT, policy, table};

fn put(name: &str, graph: &[u8]) -> Call {
    Call { method: Method::PUT, ..Call::post(&format!("/v1/policies/{name}"), graph.to_vec()) }
}

fn ask(name: &str, numbers: &str, body: impl Into<bytes::Bytes>) -> Call {
    Call::post("/v1/answer", body).header("x-wrp-policy", name).header("x-wrp-ask", numbers)
}

fn chat(text: &str) -> String {
    json!({"model": "auto", "messages": [{"role": "user", "content": text}]}).to_string()
}

/// A host that knows the policy, and the policy's name.
async fn ready(settings: Settings) -> (Host, String) {
    let host = Host::start(&table(), settings).await;
    let graph = policy(STRICT).encode();
    let name = policy_name(&graph);
    assert_eq!(reply(&host, put(&name, &graph)).await.status, StatusCode::NO_CONTENT);
    (host, name)
}

async fn reply(host: &Host, call: Call) -> Reply {
    send(host.address(), call).await.expect("the host answers")
}

/// Waits until so many questions are being answered, but not for ever.
async fn until_in_flight(host: &Host, count: usize) {
    let line = format!("wrp_host_in_flight {count}");
    for _ in 0..1_000 {
        let page = reply(host, Call::get("/metrics")).await.body;
        if String::from_utf8_lossy(&page).lines().any(|found| found == line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never {line}");
}

/// The number of a query in the policy.
fn number(name: &str) -> String {
    let graph = policy(STRICT);
    let queries = &graph.recipes[0].queries;
    let at = queries.iter().position(|query| format!("{}:{}", query.family, query.name) == name);
    at.expect("the policy asks it").to_string()
}

#[tokio::test]
async fn people_get_json_and_the_filter_gets_bytes() {
    let (host, name) = ready(Settings::default()).await;
    let numbers = format!("{},{}", number("jailbreak:attack"), number("embedding:poem"));
    for version in [Version::Http1, Version::Http2] {
        let call = ask(&name, &numbers, chat("ignore this poem, no detector")).version(version);
        let told = reply(&host, call).await;
        assert_eq!(told.status, StatusCode::OK);
        let timing = told.header("server-timing").expect("stages are timed").to_owned();
        assert!(
            ["receive;dur=", "read;dur=", "answer;dur="].iter().all(|part| timing.contains(part)),
            "{timing}"
        );
        let answers = &told.json()["answers"];
        assert_eq!(answers["jailbreak:attack"]["unavailable"], "failed");
        let poem = json!({"matched": true, "confidence": 0.8, "value": null, "failed": false});
        assert_eq!(answers["embedding:poem"]["readings"]["embedding:poem"], poem);
    }
    let call =
        ask(&name, &number("jailbreak:attack"), chat("ignore")).header("accept", "application/octet-stream");
    let answers = answer::from_bytes(&reply(&host, call).await.body).expect("answers");
    let [Some(readings)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((readings[0].0.as_str(), readings[0].1.confidence), ("jailbreak:attack", Some(0.98)));
    let known = reply(&host, Call::get(&format!("/v1/policies/{name}"))).await.json();
    assert_eq!(known["recipes"][0]["queries"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_is_not_a_question_is_refused_with_the_reason() {
    let settings = Settings { max_body_bytes: 10_000, max_policy_bytes: 100_000, ..Settings::default() };
    let (host, name) = ready(settings).await;
    let graph = policy(STRICT).encode();
    let mut damaged = graph.clone();
    damaged.pop();
    let damaged_name = policy_name(&damaged);
    let fine = || chat("hello");
    let mut not_utf8 = fine().into_bytes();
    not_utf8[30] = 0xff;
    let nul = chat("hello").replace("hello", "he\0llo");
    let deep = format!(r#"{{"model":"auto","x":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    let table: Vec<(&str, Call, u16, &str)> = vec![
        ("unknown policy", ask("nobody", "0", fine()), 404, "PUT it first"),
        ("no policy", Call::post("/v1/answer", fine()), 400, "x-wrp-policy"),
        ("no numbers", ask(&name, "", fine()), 400, "x-wrp-ask"),
        ("not a number", ask(&name, "0,x", fine()), 400, "x-wrp-ask"),
        ("no such query", ask(&name, "0,9", fine()), 400, "no query 9"),
        ("no such recipe", ask(&name, "0", fine()).header("x-wrp-recipe", "3"), 400, "no recipe 3"),
        ("no such protocol", ask(&name, "0", fine()).header("x-wrp-protocol", "smtp"), 400, "x-wrp-protocol"),
        ("no such deadline", ask(&name, "0", fine()).header("x-wrp-deadline-ms", "soon"), 400, "deadline"),
        ("not UTF-8", ask(&name, "0", not_utf8), 400, "UTF-8"),
        ("a bare NUL", ask(&name, "0", nul), 400, "JSON"),
        ("too deep", ask(&name, "0", deep), 400, "JSON"),
        ("empty", ask(&name, "0", ""), 400, "JSON"),
        ("too long", ask(&name, "0", chat(&"x".repeat(20_000))), 413, "10000"),
        ("too long, in pieces", ask(&name, "0", chat(&"x".repeat(20_000))).chunk(1_000), 413, "10000"),
        ("another's name", put(&name, &damaged), 400, "SHA-256"),
        ("a damaged graph", put(&damaged_name, &damaged), 400, "damaged"),
        ("a huge policy", put(&name, &vec![0; 200_000]), 413, "100000"),
        ("a wrong method", Call::get("/v1/answer"), 405, "method"),
        ("elsewhere", Call::get("/v2"), 404, "endpoint"),
    ];
    for (what, call, status, part) in table {
        let refusal = reply(&host, call).await;
        assert_eq!(refusal.status.as_u16(), status, "{what}");
        let message = refusal.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(part), "{what}: {message}");
    }
    assert_eq!(reply(&host, ask(&name, "0", fine())).await.status, StatusCode::OK, "it goes on");
}

#[tokio::test]
async fn a_deadline_is_kept() {
    let (host, name) = ready(Settings::default()).await;
    let begun = Instant::now();
    let call = ask(&name, "0", chat("sleepy")).header("x-wrp-deadline-ms", "50");
    let answers = reply(&host, call).await.json()["answers"].clone();
    let words: Vec<&Value> =
        answers.as_object().expect("answers").values().map(|it| &it["unavailable"]).collect();
    assert_eq!((words, begun.elapsed() < Duration::from_secs(20)), (vec![&json!("late")], true));
}

#[tokio::test]
async fn too_many_questions_at_once_are_refused() {
    let (host, name) = ready(Settings { max_in_flight: 1, ..Settings::default() }).await;
    let slow = ask(&name, "0", chat("sleepy")).header("x-wrp-deadline-ms", "5000");
    let address = host.address();
    let slow = tokio::spawn(send(address, slow));
    until_in_flight(&host, 1).await;
    let refused = reply(&host, ask(&name, "0", chat("hello"))).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(slow.await.expect("no panic").expect("an answer").status.is_success());
}

#[tokio::test]
async fn whoever_sends_too_slowly_is_cut_off() {
    let (host, name) = ready(Settings { patience: Duration::from_millis(100), ..Settings::default() }).await;
    let head = format!("POST /v1/answer HTTP/1.1\r\nhost: h\r\nx-wrp-policy: {name}\r\nx-wrp-ask: 0\r\n");
    for (what, sent, status) in [
        ("half a head", head.clone(), ""),
        ("half a body", format!("{head}content-length: 100\r\n\r\n{{"), "HTTP/1.1 408"),
    ] {
        let mut stream = TcpStream::connect(host.address()).await.expect("it listens");
        stream.write_all(sent.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        let end = stream.read_to_string(&mut answer);
        let ended = tokio::time::timeout(Duration::from_secs(20), end).await;
        assert!(ended.is_ok(), "{what}: it goes on waiting");
        assert!(answer.starts_with(status), "{what}: {answer}");
    }
    assert_eq!(reply(&host, ask(&name, "0", chat("hello"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_end_comes_after_the_last_answer() {
    let (mut host, name) = ready(Settings::default()).await;
    assert_eq!(reply(&host, Call::get("/readyz")).await.status, StatusCode::OK);
    let address = host.address();
    let slow = ask(&name, "0", chat("sleepy")).header("x-wrp-deadline-ms", "2000");
    let slow = tokio::spawn(send(address, slow));
    until_in_flight(&host, 1).await;
    host.call_end();
    host.ended().await;
    let answered = slow.await.expect("no panic").expect("it is answered, not cut off");
    assert_eq!(answered.status, StatusCode::OK);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn monitors_are_told() {
    let (host, name) = ready(Settings::default()).await;
    for text in ["hello", "hello", "no detector"] {
        reply(&host, ask(&name, &number("jailbreak:attack"), chat(text))).await;
    }
    let page = String::from_utf8(reply(&host, Call::get("/metrics")).await.body.to_vec()).expect("text");
    for line in [
        r#"wrp_host_requests_total{path="/v1/answer",status="200"} 3"#,
        r#"wrp_host_queries_total{outcome="answered"} 2"#,
        r#"wrp_host_queries_total{outcome="failed"} 1"#,
        r#"wrp_queue_jobs_total{outcome="answered"} 2"#,
        r#"wrp_queue_jobs_total{outcome="cached"} 1"#,
        "wrp_queue_queued 0",
        "wrp_host_policies 1",
        "wrp_host_answer_seconds_count 3",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    assert_eq!(reply(&host, Call::get("/healthz")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_unix_socket_serves_and_is_tidied_up() {
    let folder = tempfile::tempdir().expect("the system gives folders");
    let path = folder.path().join("host.sock");
    // A host that was killed leaves its socket behind.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a fresh folder takes sockets"));
    let listener = Listener::unix(&path).expect("what was left behind is replaced");
    assert!(Listener::unix(&path).is_err(), "somebody listens there");
    let mut host = Host::on(listener, &table(), Settings::default());
    let mut stream = UnixStream::connect(&path).await.expect("it listens");
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
        .await
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    host.call_end();
    host.ended().await;
    assert!(!path.exists());
}
