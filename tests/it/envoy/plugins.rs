//! What a route's plugins do, as the model server sees it.

use serde_json::{Value, json};
use wrp_tests::client::Call;
use wrp_tests::envoy::Gateway;

use super::asking;

/// A policy whose one route takes every request.
fn policy(plugin: &str) -> String {
    format!("MODEL \"m\" {{ context_window_size: 32768 }}\nROUTE all {{\n  MODEL \"m\"\n  {plugin}\n}}\n")
}

/// Sends a body through a route with one plugin, and returns what the server got.
#[track_caller]
fn upstream_of(plugin: &str, body: &Value) -> Option<Value> {
    let gateway = Gateway::start(&policy(plugin))?;
    let exchange = gateway.chat(body);
    assert_eq!(exchange.reply.status, 200, "{:?}", exchange.reply);
    Some(exchange.upstream().json())
}

fn with(mut body: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("members are an object") };
    body.as_object_mut().expect("a request is an object").extend(members);
    body
}

fn tool(name: &str) -> Value {
    json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object" } } })
}

#[test]
fn a_system_prompt_is_put_before_the_clients() {
    let body = json!({ "model": "auto", "messages": [
        { "role": "system", "content": "Be kind." },
        { "role": "user", "content": "hello" },
    ] });
    let plugin = r#"PLUGIN system_prompt { system_prompt: "Show each step." mode: "insert" }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(
        upstream["messages"][0],
        json!({ "role": "system", "content": "Show each step.\n\nBe kind." })
    );
    assert_eq!(upstream["messages"][1], body["messages"][1]);
}

#[test]
fn a_system_prompt_replaces_the_clients() {
    let body = json!({ "model": "auto", "messages": [
        { "role": "system", "content": "Be kind." },
        { "role": "user", "content": "hello" },
    ] });
    let plugin = r#"PLUGIN system_prompt { system_prompt: "Show each step." }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(
        upstream["messages"],
        json!([{ "role": "system", "content": "Show each step." }, { "role": "user", "content": "hello" }])
    );
}

#[test]
fn only_allowed_tools_reach_the_model() {
    let body = with(asking("look it up"), json!({ "tools": [tool("search"), tool("delete"), tool("mail")] }));
    let plugin = r#"PLUGIN tools {
    enabled: true mode: "filtered" allow_tools: ["search", "delete"] block_tools: ["delete"] semantic_selection: false
  }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(upstream["tools"], json!([tool("search")]));
}

#[test]
fn a_route_without_tools_shows_none() {
    let body = with(asking("look it up"), json!({ "tools": [tool("search")], "tool_choice": "auto" }));
    let Some(upstream) = upstream_of(r#"PLUGIN tools { enabled: true mode: "none" }"#, &body) else { return };
    assert_eq!(upstream.get("tools"), None);
    assert_eq!(upstream.get("tool_choice"), None);
}

#[test]
fn the_history_of_tools_can_be_stripped() {
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "search", "arguments": "{}" } });
    let body = json!({ "model": "auto", "messages": [
        { "role": "user", "content": "look it up" },
        { "role": "assistant", "content": null, "tool_calls": [call.clone()] },
        { "role": "tool", "tool_call_id": "c1", "content": "found" },
        { "role": "assistant", "content": "It is there.", "tool_calls": [call] },
        { "role": "user", "content": "thanks" },
    ] });
    let plugin = r#"PLUGIN tools { enabled: true mode: "none" strip_tool_history: true }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(
        upstream["messages"],
        json!([
            { "role": "user", "content": "look it up" },
            { "role": "assistant", "content": "It is there." },
            { "role": "user", "content": "thanks" },
        ])
    );
}

#[test]
fn parameters_are_blocked_and_capped() {
    let body =
        with(asking("hello"), json!({ "max_tokens": 9000, "n": 5, "logprobs": true, "temperature": 0.5 }));
    let plugin = r#"PLUGIN request_params { blocked_params: ["logprobs"] max_tokens_limit: 2048 max_n: 1 }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(upstream["max_tokens"], 2048);
    assert_eq!(upstream["n"], 1);
    assert_eq!(upstream.get("logprobs"), None);
    assert_eq!(upstream["temperature"], 0.5);
}

#[test]
fn no_spelling_goes_round_the_token_limit() {
    let body = with(asking("hello"), json!({ "max_completion_tokens": 9000 }));
    let plugin = r#"PLUGIN request_params { max_tokens_limit: 2048 }"#;
    let Some(upstream) = upstream_of(plugin, &body) else { return };
    assert_eq!(upstream["max_completion_tokens"], 2048);
}

#[test]
fn headers_are_changed_on_their_way_to_the_model() {
    let policy = policy(
        r#"PLUGIN header_mutation {
    add: [{ name: "x-team", value: "billing" }]
    update: [{ name: "x-cost-centre", value: "7" }]
    delete: ["x-experiment"]
  }"#,
    );
    let Some(gateway) = Gateway::start(&policy) else { return };
    let call = Call::chat(&asking("hello"))
        .header("x-team", "research")
        .header("x-cost-centre", "1")
        .header("x-experiment", "on")
        .header("x-untouched", "yes");
    let exchange = gateway.send(call);
    let upstream = exchange.upstream();
    let teams: Vec<_> = upstream.headers.get_all("x-team").iter().collect();
    assert_eq!(teams, ["research", "billing"]);
    assert_eq!(upstream.header("x-cost-centre"), Some("7"));
    assert_eq!(upstream.header("x-experiment"), None);
    assert_eq!(upstream.header("x-untouched"), Some("yes"));
}

#[test]
fn reasoning_is_switched_in_the_way_of_the_models_family() {
    let policy = r#"
MODEL "thinker" { reasoning_family: "qwen3" }
SIGNAL keyword hard { operator: "OR" keywords: ["prove"] }
ROUTE hard { PRIORITY 10 WHEN keyword("hard") MODEL "thinker" (reasoning = true) }
ROUTE easy { WHEN NOT keyword("hard") MODEL "thinker" (reasoning = false) }
"#;
    let Some(gateway) = Gateway::start(policy) else { return };
    for (text, expected) in [("prove it", true), ("hello", false)] {
        let exchange = gateway.chat(&asking(text));
        assert_eq!(exchange.upstream().json()["chat_template_kwargs"]["enable_thinking"], expected, "{text}");
    }
}

const REFUSING: &str = r#"
ROUTING { default_model: "m" }
MODEL "m" { context_window_size: 32768 }
SIGNAL keyword card { operator: "OR" keywords: ["card number"] }
ROUTE refuse_cards {
  PRIORITY 100
  WHEN keyword("card")
  PLUGIN fast_response { message: "Please send \"no\" cards." }
}
"#;

#[test]
fn a_fixed_answer_comes_without_any_server() {
    let Some(gateway) = Gateway::start(REFUSING) else { return };
    let exchange = gateway.chat(&asking("my card number is 4111"));
    assert!(exchange.received.is_empty());
    let reply = &exchange.reply;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("x-vsr-fast-response"), Some("true"));
    assert_eq!(reply.header("x-vsr-response-path"), Some("fast_response"));
    assert_eq!(reply.header("x-vsr-selected-decision"), Some("refuse_cards"));
    let completion = reply.json();
    assert_eq!(completion["object"], "chat.completion");
    assert_eq!(completion["choices"][0]["message"]["content"], "Please send \"no\" cards.");
    assert_eq!(completion["choices"][0]["finish_reason"], "stop");
}

#[test]
fn a_fixed_answer_streams_where_a_stream_was_asked_for() {
    let Some(gateway) = Gateway::start(REFUSING) else { return };
    let exchange = gateway.chat(&with(asking("my card number is 4111"), json!({ "stream": true })));
    assert!(exchange.received.is_empty());
    assert_eq!(exchange.reply.header("content-type"), Some("text/event-stream"));
    let text = String::from_utf8(exchange.reply.body.to_vec()).unwrap();
    let events: Vec<&str> =
        text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
    let (last, chunks) = events.split_last().unwrap();
    assert_eq!(*last, "[DONE]");
    let said: String = chunks
        .iter()
        .map(|chunk| serde_json::from_str::<Value>(chunk).unwrap())
        .filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned()))
        .collect();
    assert_eq!(said, "Please send \"no\" cards.");
}
