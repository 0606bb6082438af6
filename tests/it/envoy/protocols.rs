//! The three protocols that clients speak, and what is said to those who speak none.

use serde_json::json;
use wrp_tests::client::Call;
use wrp_tests::envoy::Gateway;

use super::asking;

const POLICY: &str = r#"
ROUTING { default_model: "general" }
MODEL "general" { provider_model_id: "vendor/general" }
SIGNAL keyword urgent { operator: "OR" keywords: ["urgent"] }
SIGNAL keyword card { operator: "OR" keywords: ["card number"] }
ROUTE urgent { PRIORITY 10 WHEN keyword("urgent") MODEL "fast" }
ROUTE refuse { PRIORITY 20 WHEN keyword("card") PLUGIN fast_response { message: "No cards." } }
"#;

#[test]
fn each_protocol_is_routed_and_keeps_its_path() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    for (path, body) in [
        ("/v1/chat/completions", asking("this is urgent")),
        (
            "/v1/messages",
            json!({ "model": "auto", "max_tokens": 10, "messages": [
                { "role": "user", "content": [{ "type": "text", "text": "this is urgent" }] },
            ] }),
        ),
        ("/v1/responses", json!({ "model": "auto", "input": "this is urgent" })),
        (
            "/v1/responses",
            json!({ "model": "auto", "input": [
                { "role": "user", "content": [{ "type": "input_text", "text": "this is urgent" }] },
            ] }),
        ),
    ] {
        let exchange = gateway.send(Call::post(path, body.to_string()));
        assert_eq!(exchange.reply.status, 200, "{path}: {:?}", exchange.reply);
        assert_eq!(exchange.reply.header("x-vsr-selected-decision"), Some("urgent"), "{path}");
        let upstream = exchange.upstream();
        assert_eq!((upstream.server.as_str(), upstream.path.as_str()), ("fast", path));
        let mut expected = body.clone();
        expected["model"] = json!("fast");
        assert_eq!(upstream.json(), expected, "{path}");
    }
}

#[test]
fn a_fixed_answer_speaks_the_clients_protocol() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    for (path, body, pointer) in [
        ("/v1/chat/completions", asking("card number"), "/choices/0/message/content"),
        (
            "/v1/messages",
            json!({ "model": "auto", "max_tokens": 9, "messages": [{ "role": "user", "content": "card number" }] }),
            "/content/0/text",
        ),
        ("/v1/responses", json!({ "model": "auto", "input": "card number" }), "/output/0/content/0/text"),
    ] {
        let reply = gateway.send(Call::post(path, body.to_string())).reply;
        assert_eq!(reply.header("x-vsr-fast-response"), Some("true"), "{path}");
        assert_eq!(reply.json().pointer(pointer), Some(&json!("No cards.")), "{path}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_and_reaches_no_server() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let unknown = json!({ "model": "nobody", "messages": [{ "role": "user", "content": "hi" }] });
    let post = |body: &str| Call::post("/v1/chat/completions", body.to_owned());
    for (what, call, status) in [
        ("cut JSON", post(r#"{"model":"auto","#), 400),
        ("no JSON at all", post("hello"), 400),
        ("two documents", post(r#"{"model":"auto","messages":[]} {}"#), 400),
        ("no messages", post(r#"{"model":"auto"}"#), 400),
        ("no model", post(r#"{"messages":[{"role":"user","content":"hi"}]}"#), 400),
        ("an unknown model", Call::chat(&unknown), 400),
        ("no body", post(""), 400),
        ("an unknown endpoint", Call::post("/v1/nothing", "{}"), 404),
        ("a wrong method", Call::get("/v1/chat/completions"), 405),
        ("posting to the list of models", Call::post("/v1/models", "{}"), 405),
        ("an encoded body", post("{}").header("content-encoding", "gzip"), 415),
    ] {
        let exchange = gateway.send(call);
        assert_eq!(exchange.reply.status, status, "{what}: {:?}", exchange.reply);
        assert!(exchange.received.is_empty(), "{what}");
        assert_eq!(exchange.reply.header("content-type"), Some("application/json"), "{what}");
        assert_eq!(exchange.reply.header("x-vsr-response-path"), Some("error"), "{what}");
        let error = &exchange.reply.json()["error"];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}: {error}");
    }
}

#[test]
fn paths_outside_the_api_pass_untouched() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    let exchange = gateway.send(Call::post("/healthz", "any bytes at all"));
    let upstream = exchange.upstream();
    assert_eq!((upstream.server.as_str(), &upstream.body[..]), ("*", &b"any bytes at all"[..]));
    assert_eq!(exchange.reply.header("x-vsr-response-path"), None);
}
