//! Bodies of every size and cut, both versions of HTTP, many requests at once, and clients that go away.

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::json;
use wrp_tests::client::{Call, Version};
use wrp_tests::envoy::{Gateway, Setup};

use super::{asking, route_of};

const POLICY: &str = r#"
ROUTING { default_model: "general" }
MODEL "general" { provider_model_id: "a-longer-name-than-the-alias" }
SIGNAL keyword urgent { operator: "OR" keywords: ["urgent"] }
ROUTE urgent { WHEN keyword("urgent") MODEL "fast" }
"#;

/// A chat request of exactly so many bytes whose last word is `urgent`; every kind of odd spacing included.
fn body_of(bytes: usize) -> Bytes {
    let head = "{ \"model\" :\t\"auto\",\n\"unknown\": [1.50, 1e3, \"\\u00e9\", null ],\r\n \"messages\":[{\"role\":\"user\",\"content\":\"";
    let tail = " urgent\"}]   }";
    let filling: String = "lorem ipsum dolor \\\"sit\\\" amet \\u4e2d ".chars().cycle().take(bytes).collect();
    let mut length = bytes - head.len() - tail.len();
    // Not in the middle of an escape.
    while filling[..length].ends_with(|c: char| c == '\\' || c == 'u' || c.is_ascii_digit() || c == 'e') {
        length -= 1;
    }
    let padding = " ".repeat(bytes - head.len() - tail.len() - length);
    Bytes::from([head, &filling[..length], tail, &padding].concat())
}

/// The same bytes with another model.
fn renamed(body: &Bytes, model: &str) -> Vec<u8> {
    let text = std::str::from_utf8(body).unwrap();
    text.replacen("\"auto\"", &format!("\"{model}\""), 1).into_bytes()
}

#[test]
fn every_byte_but_the_model_arrives() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    for bytes in [300, 4_096, 80_000, 220_000, 1_000_000] {
        for version in [Version::Http1, Version::Http2] {
            let body = body_of(bytes);
            assert_eq!(body.len(), bytes);
            let exchange = gateway.send(Call::post("/v1/chat/completions", body.clone()).version(version));
            assert_eq!(route_of(&exchange), (Some("urgent"), "fast"), "{bytes} bytes, {version:?}");
            let arrived = &exchange.upstream().body;
            assert!(
                arrived[..] == renamed(&body, "fast")[..],
                "{bytes} bytes, {version:?}: the body has changed"
            );
        }
    }
}

#[test]
fn twelve_small_pieces_arrive_as_one_body() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let body = body_of(12 * 47);
    for version in [Version::Http1, Version::Http2] {
        let exchange =
            gateway.send(Call::post("/v1/chat/completions", body.clone()).chunk(47).version(version));
        assert_eq!(route_of(&exchange), (Some("urgent"), "fast"), "{version:?}");
        assert_eq!(exchange.upstream().body, renamed(&body, "fast"), "{version:?}");
    }
}

#[test]
fn a_megabyte_in_pieces_arrives_whole() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let body = body_of(1_000_000);
    let exchange = gateway.send(Call::post("/v1/chat/completions", body.clone()).chunk(16_384));
    assert!(exchange.upstream().body[..] == renamed(&body, "fast")[..], "the body has changed");
}

#[test]
fn a_longer_model_name_makes_room_for_itself() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let exchange = gateway.chat(&asking("hello"));
    let upstream = exchange.upstream();
    assert_eq!(upstream.json()["model"], "a-longer-name-than-the-alias");
    assert_eq!(upstream.header("content-length"), Some(upstream.body.len().to_string().as_str()));
}

#[test]
fn trailers_end_a_request_as_well() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", "abc".parse().unwrap());
    let call = Call { trailers, ..Call::chat(&asking("urgent")).version(Version::Http2) };
    let exchange = gateway.send(call);
    assert_eq!(route_of(&exchange), (Some("urgent"), "fast"));
    assert_eq!(exchange.upstream().json()["model"], "fast");
}

#[test]
fn a_body_beyond_the_limit_is_refused_in_the_apis_words() {
    let setup = Setup { filter: Some(|filter| filter.max_body_bytes(2_000)), ..Setup::default() };
    let Some(gateway) = Gateway::start_with(POLICY, &setup) else { return };
    assert_eq!(gateway.send(Call::post("/v1/chat/completions", body_of(2_000))).reply.status, 200);
    // With a length that says so, and in pieces that say nothing.
    for call in [
        Call::post("/v1/chat/completions", body_of(2_001)),
        Call::post("/v1/chat/completions", body_of(2_001)).chunk(500),
    ] {
        let exchange = gateway.send(call);
        assert_eq!(exchange.reply.status, 413);
        assert_eq!(exchange.reply.json()["error"]["type"], "invalid_request_error");
        assert!(exchange.received.is_empty());
    }
}

#[test]
fn requests_at_once_do_not_mix() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let body = |number: usize| {
        let text = if number.is_multiple_of(2) { "urgent" } else { "calm" };
        let mut body = asking(&format!("{text} {number} {}", "x".repeat(number * 50)));
        body["user"] = json!(number.to_string());
        body
    };
    let calls: Vec<Call> = (0..60)
        .map(|number| {
            let call = Call::chat(&body(number));
            let version = if number.is_multiple_of(3) { Version::Http2 } else { Version::Http1 };
            if number.is_multiple_of(5) { call.chunk(100) } else { call }.version(version)
        })
        .collect();
    let (replies, received) = gateway.send_all(calls);
    assert_eq!(received.len(), 60);
    for (number, reply) in replies.iter().enumerate() {
        let expected = number.is_multiple_of(2).then_some("urgent");
        assert_eq!(reply.header("x-vsr-selected-decision"), expected, "request {number}");
    }
    for received in received {
        let number: usize = received.json()["user"].as_str().unwrap().parse().unwrap();
        let server = if number.is_multiple_of(2) { "fast" } else { "general" };
        assert_eq!(received.server, server, "request {number}");
        assert_eq!(received.json()["messages"], body(number)["messages"], "request {number}");
    }
}

#[test]
fn a_client_that_goes_away_takes_nothing_along() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    for version in [Version::Http1, Version::Http2] {
        for after in [1, 40, 3_000] {
            gateway.abandon(Call::post("/v1/chat/completions", body_of(4_096)).version(version), after);
        }
        // The next request finds a filter that works.
        let exchange = gateway.chat(&asking("urgent"));
        assert_eq!(route_of(&exchange), (Some("urgent"), "fast"), "{version:?}");
    }
    // No half body was ever on its way to a server, and no virtual machine had to be started again.
    let stats = gateway.admin("/stats?filter=upstream_rq_total|vm_reload");
    let count = |name: &str| -> u64 {
        let counts =
            stats.lines().filter(|line| line.contains(name)).filter_map(|line| line.rsplit(": ").next());
        counts.map(|count| count.parse::<u64>().unwrap()).sum()
    };
    assert_eq!((count("upstream_rq_total"), count("vm_reload")), (2, 0), "{stats}");
}
