//! The real filter in a real Envoy: what clients and model servers see, and nothing else.
//!
//! Each test runs one policy. `cargo xtask test` fetches Envoy; `WRP_SKIP_ENVOY=1` goes without.

mod config;
mod example;
mod host;
mod plugins;
mod protocols;
mod routing;
mod trust;
mod wire;

use serde_json::{Value, json};
use wrp_tests::envoy::{Exchange, Gateway};

/// A chat request of one user message, to be routed.
fn asking(text: &str) -> Value {
    json!({ "model": "auto", "messages": [{ "role": "user", "content": text }] })
}

/// What the client is told about the decision, and the server that got the request.
#[track_caller]
fn route_of(exchange: &Exchange) -> (Option<&str>, &str) {
    assert_eq!(exchange.reply.status, 200, "{:?}", exchange.reply);
    (exchange.reply.header("x-vsr-selected-decision"), &exchange.upstream().server)
}

/// Sends each text and expects its route and the server that gets it.
#[track_caller]
fn check_routes(gateway: &Gateway, table: &[(&str, Option<&str>, &str)]) {
    for (text, decision, server) in table {
        let exchange = gateway.chat(&asking(text));
        assert_eq!(route_of(&exchange), (*decision, *server), "{text}");
        assert_eq!(exchange.upstream().json()["model"], **server, "{text}");
    }
}
