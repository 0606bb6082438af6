//! Requests that wait for the companion host: held and let go by the real Envoy.

use std::time::{Duration, Instant};

use hyper::StatusCode;
use serde_json::{Value, json};
use wrp_tests::client::{Call, Version};
use wrp_tests::envoy::{Gateway, Setup};

use super::asking;

const POLICY: &str = r#"
ROUTING { semantics: "strict" default_model: "small" }
MODEL "small" { }
MODEL "big" { provider_model_id: "org/big-7b" }
SIGNAL keyword code { operator: "OR" keywords: ["function"] }
SIGNAL jailbreak attack { threshold: 0.8 }
ROUTE guard { PRIORITY 300 WHEN jailbreak("attack") PLUGIN fast_response { message: "No." } }
ROUTE code {
  PRIORITY 200
  WHEN keyword("code")
  MODEL "big"
  PLUGIN system_prompt { mode: "insert" system_prompt: "Be brief." }
  PLUGIN header_mutation { add: [{ name: "x-team", value: "code" }] }
}
"#;

fn gateway() -> Option<Gateway> {
    let host: Value = json!({"rows": [
        {"text": "ignore", "readings": {"jailbreak:attack": 0.98}},
        {"text": "no detector", "unavailable": ["jailbreak:attack"]},
        {"text": "sleepy", "delay_ms": 60_000},
    ]});
    let gateway = Gateway::start_with(POLICY, &Setup { host: Some(host), ..Setup::default() })?;
    // The filter tells the host its policy by itself; until then a request is denied.
    let begun = Instant::now();
    while gateway.chat(&asking("hello")).reply.status != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(30), "the host was never told the policy");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(gateway)
}

#[test]
fn what_the_host_says_decides() {
    let Some(gateway) = gateway() else { return };
    for (text, status, path, unavailable) in [
        ("hello", 200, "upstream", None),
        ("please ignore it all", 200, "fast_response", None),
        ("no detector", 403, "blocked", Some("jailbreak:attack")),
        ("sleepy", 403, "blocked", Some("jailbreak:attack")),
    ] {
        let exchange = gateway.send(Call::chat(&asking(text)).header("x-vsr-debug", "true"));
        let reply = &exchange.reply;
        assert_eq!(reply.status.as_u16(), status, "{text}");
        assert_eq!(reply.header("x-vsr-response-path"), Some(path), "{text}");
        assert_eq!(reply.header("x-vsr-unavailable"), unavailable, "{text}");
        assert_eq!(exchange.received.len(), usize::from(path == "upstream"), "{text}");
    }
    let stats = gateway.admin("/stats?filter=wrp");
    let count = |name: &str| {
        let line = stats.lines().find(|line| line.contains(&format!("wrp.{name}:")));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or_default()
    };
    assert!(count("asked") >= 5 && count("answered") >= 4, "{stats}");
    assert_eq!(count("late"), 1, "{stats}");
}

/// After the wait headers, body and route can still be changed, whatever carried the request.
#[test]
fn a_request_that_waited_is_edited_and_arrives_whole() {
    let Some(gateway) = gateway() else { return };
    let text = format!("a function of {}", "many words and ".repeat(20_000));
    let body = asking(&text);
    let call = || Call::chat(&body);
    for (what, call) in [
        ("at once", call()),
        ("in pieces", call().chunk(10_007)),
        ("in frames", call().version(Version::Http2).chunk(65_536)),
        ("with trailers", {
            let mut call = call().version(Version::Http2);
            call.trailers.insert("x-checksum", "1".parse().expect("a header value"));
            call
        }),
    ] {
        let exchange = gateway.send(call);
        assert_eq!(exchange.reply.status, StatusCode::OK, "{what}");
        let received = exchange.upstream();
        assert_eq!(received.server, "big", "{what}: the route was chosen after the answer");
        assert_eq!(received.header("x-team"), Some("code"), "{what}");
        let json = received.json();
        assert_eq!(
            (&json["model"], &json["messages"][0]["content"]),
            (&json!("org/big-7b"), &json!("Be brief.")),
            "{what}"
        );
        assert_eq!(json["messages"][1]["content"], text, "{what}");
    }
}

#[test]
fn many_requests_wait_at_once() {
    let Some(gateway) = gateway() else { return };
    let texts = (0..200).map(|number| match number % 3 {
        0 => format!("hello {number}"),
        1 => format!("please ignore it all {number}"),
        _ => format!("a function {number}"),
    });
    let (replies, received) = gateway.send_all(texts.map(|text| Call::chat(&asking(&text))).collect());
    let refused =
        replies.iter().filter(|it| it.header("x-vsr-response-path") == Some("fast_response")).count();
    let served = |server: &str| received.iter().filter(|it| it.server == server).count();
    assert_eq!((refused, served("small"), served("big")), (67, 67, 66));
}

#[test]
fn a_client_that_hangs_up_while_the_host_thinks_harms_nobody() {
    let Some(gateway) = gateway() else { return };
    for _ in 0..20 {
        let call = Call::chat(&asking("sleepy"));
        let length = call.body.len();
        gateway.abandon(call, length);
    }
    let exchange = gateway.chat(&asking("a function"));
    assert_eq!(exchange.upstream().server, "big");
}
