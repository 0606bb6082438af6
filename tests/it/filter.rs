//! The real filter on the host of `wrpc`: what goes upstream, what comes back, and what no request may do.

use serde_json::{Value, json};
use wrp_graph::condition::Op;
use wrp_graph::eval::{self, Case};
use wrp_graph::graph::{
    Cube, Entrypoint, Graph, Model, ModelRef, OnUnknown, ReasoningFamily, Recipe, Retention, Route, Section,
    Semantics, Stretch,
};
use wrp_graph::plugin::{
    Effect, FastResponse, Header, HeaderMutation, Placement, RequestParams, SystemPrompt, Tools, ToolsMode,
};
use wrp_lang::source::Source;
use wrp_tests::filter;
use wrpc::proxy::{Error, Headers, Message, Reply, Stream, Verdict, Vm, evaluate};

/// Tiers, all operators, a predicate, a partition and a projection.
const POLICY: &str = r#"
ROUTING { semantics: "SEMANTICS" strategy: "confidence" }

SIGNAL keyword urgent { operator: "OR" keywords: ["urgent", "asap"] }
SIGNAL keyword polite { operator: "OR" keywords: ["please"] }
SIGNAL embedding code { threshold: 0.7 candidates: ["write a function"] }
SIGNAL embedding prose { threshold: 0.6 candidates: ["write a poem"] }
SIGNAL jailbreak attack { threshold: 0.8 }
SIGNAL structure questions {
  feature: { type: "count" source: { type: "regex" pattern: "[?]" } }
  predicate: { gt: 2 }
}

PROJECTION partition intent { semantics: "exclusive" members: ["code", "prose"] default: "prose" }
PROJECTION score weight {
  method: "weighted_sum"
  inputs: [
    { type: "keyword" name: "urgent" weight: 0.6 },
    { type: "embedding" name: "code" weight: 0.4 value_source: "confidence" }
  ]
}
PROJECTION mapping load {
  source: "weight"
  method: "threshold_bands"
  outputs: [{ name: "light" lt: 0.5 }, { name: "heavy" gte: 0.5 }]
}

MODEL "small" { context_window_size: 32768 }
MODEL "big" { context_window_size: 131072 }

ROUTE guard { TIER 1 WHEN jailbreak("attack") PLUGIN fast_response { message: "No." } }
ROUTE rush { TIER 2 PRIORITY 5 WHEN keyword("urgent") AND NOT keyword("polite") MODEL "big" }
ROUTE coding { TIER 2 PRIORITY 9 WHEN embedding("code") OR structure("questions") MODEL "big" }
ROUTE heavy { TIER 3 WHEN projection("heavy") MODEL "big" }
ROUTE rest { MODEL "small" }
"#;

const CHAT: &str = "/v1/chat/completions";
const ANTHROPIC: &str = "/v1/messages";
const RESPONSES: &str = "/v1/responses";

/// A route that takes everything, under the recipe and the public model name `name`.
fn route(name: &str, effects: Vec<Effect>) -> Route {
    let model = ModelRef { model: 1, reasoning: None, effort: None, lora: None, weight: None };
    Route {
        name: name.to_owned(),
        models: vec![model],
        algorithm: None,
        effects,
        retention: None,
        when: Stretch { start: 0, end: 1 },
        on_unknown: OnUnknown::Skip,
    }
}

/// Models `small` and `big` (`org/big-7b` to its provider), the default recipe with no route, and a recipe for each
/// route.
fn graph(routes: Vec<Route>) -> Graph {
    let model = |name: &str, id: Option<&str>| Model {
        name: name.to_owned(),
        provider_model_id: id.map(str::to_owned),
        reasoning: Some(ReasoningFamily::TopLevelEffort),
    };
    let nothing =
        Recipe { name: "default".to_owned(), sections: vec![Section::default()], ..Recipe::default() };
    let mut recipes = vec![nothing];
    let mut entrypoints = Vec::new();
    for route in routes {
        entrypoints.push(Entrypoint { model_name: route.name.clone(), recipe: recipes.len() as u16 });
        let section = Section {
            order: vec![0],
            group_ends: vec![1],
            cubes: vec![Cube { rank: 0, literals: Vec::new() }],
        };
        recipes.push(Recipe {
            name: format!("{}-recipe", route.name),
            code: vec![Op::And(0)],
            routes: vec![route],
            sections: vec![section],
            ..Recipe::default()
        });
    }
    Graph {
        checked: Default::default(),
        policy: [0xab; 8],
        semantics: Semantics::Strict,
        models: vec![model("small", None), model("big", Some("org/big-7b"))],
        recipes,
        entrypoints,
        aliases: vec!["auto".to_owned()],
        default_model: Some(0),
    }
}

fn start(routes: Vec<Route>) -> Vm {
    filter::start(&graph(routes), "").expect("the filter takes its configuration")
}

fn request(path: &str, body: &str) -> Message {
    let headers = Headers::of(&[
        (":method", "POST"),
        (":path", path),
        (":authority", "llm.example"),
        ("content-type", "application/json"),
        ("content-length", &body.len().to_string()),
    ]);
    Message { headers, body: body.as_bytes().to_vec(), trailers: Headers::default() }
}

fn send(vm: &Vm, message: Message) -> (Stream, Verdict) {
    let mut stream = vm.open().expect("a stream opens");
    let verdict = stream.request(message).expect("the filter does not trap");
    (stream, verdict)
}

fn forwarded(vm: &Vm, message: Message) -> Message {
    match send(vm, message).1 {
        Verdict::Forward(message) => message,
        other => panic!("not forwarded: {other:?}"),
    }
}

fn replied(vm: &Vm, message: Message) -> Reply {
    match send(vm, message).1 {
        Verdict::Reply(reply) => reply,
        other => panic!("not answered: {other:?}"),
    }
}

fn text(body: &[u8]) -> &str {
    std::str::from_utf8(body).expect("text")
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", text(body)))
}

fn hello(model: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"hello"}}]}}"#)
}

#[test]
fn the_model_name_says_who_decides() {
    let vm = start(vec![route("tutor", Vec::new())]);
    for (asked, selected, sent) in [
        ("tutor", "big", "org/big-7b"),
        ("auto", "small", "small"),
        ("big", "big", "org/big-7b"),
        ("small", "small", "small"),
    ] {
        let (stream, verdict) = send(&vm, request(CHAT, &hello(asked)));
        let Verdict::Forward(message) = verdict else { panic!("{asked}: {verdict:?}") };
        assert_eq!(message.headers.get("x-selected-model"), Some(selected), "{asked}");
        assert_eq!(text(&message.body), hello(sent), "{asked}");
        assert_eq!(message.headers.get("content-length"), Some(hello(sent).len().to_string().as_str()));
        assert!(stream.route_cleared(), "{asked}");
    }
    let reply = replied(&vm, request(CHAT, &hello("gpt-nobody")));
    assert_eq!(reply.status, 400);
    assert_eq!(
        json(&reply.body),
        json!({"error": {"message": "model `gpt-nobody` is not available", "type": "invalid_request_error", "code": 400}})
    );
    assert_eq!(reply.headers.get("x-vsr-response-path"), Some("error"));
}

#[test]
fn large_bodies_arrive_byte_for_byte_however_they_come() {
    let vm = start(vec![route("tutor", Vec::new())]);
    let around = |model: &str, size: usize| {
        let filler = "naïve \\u00e9 \\\"quoted\\\" text, ".repeat(size / 28);
        format!(
            "{{ \"messages\" :\t[{{\"role\":\"user\",\"content\":\"{filler}\"}}], \"model\":\"{model}\", \"top_k\":1.50e0 }}\n"
        )
    };
    let trailers = Headers::of(&[("x-checksum", "1")]);
    for (size, chunk) in
        [(564, 47), (100_000, 47), (100_000, 16_384), (1_000_000, 65_536), (1_000_000, usize::MAX)]
    {
        for trailers in [Headers::default(), trailers.clone()] {
            let before = around("tutor", size);
            let mut stream = vm.open().unwrap();
            let chunks: Vec<Vec<u8>> =
                before.as_bytes().chunks(chunk.min(before.len())).map(<[u8]>::to_vec).collect();
            let headers = request(CHAT, &before).headers;
            let verdict = stream.request_in_chunks(headers, chunks.into_iter(), trailers.clone()).unwrap();
            let Verdict::Forward(message) = verdict else { panic!("{verdict:?}") };
            assert!(message.body == around("org/big-7b", size).as_bytes(), "{size} in {chunk}");
            assert_eq!(message.trailers, trailers);
            assert_eq!(message.headers.get("content-length"), Some(message.body.len().to_string().as_str()));
        }
    }
}

#[test]
fn a_body_without_a_length_gets_none() {
    let vm = start(vec![route("tutor", Vec::new())]);
    let mut message = request(CHAT, &hello("tutor"));
    message.headers.remove("content-length");
    assert_eq!(forwarded(&vm, message).headers.get("content-length"), None);
}

#[test]
fn paths_and_methods_have_their_answers() {
    let vm = start(Vec::new());
    let bare = |method: &str, path: &str| Message {
        headers: Headers::of(&[(":method", method), (":path", path), (":authority", "llm.example")]),
        ..Message::default()
    };
    for (method, path, status, allow) in [
        ("POST", "/v1/embeddings", 404, None),
        ("GET", "/v1", 404, None),
        ("GET", "/v1/modelsx", 404, None),
        ("GET", CHAT, 405, Some("POST")),
        ("DELETE", ANTHROPIC, 405, Some("POST")),
        ("POST", "/v1/models", 405, Some("GET")),
        ("POST", CHAT, 400, None),
        ("GET", "/v1/models/nobody", 404, None),
    ] {
        let reply = replied(&vm, bare(method, path));
        assert_eq!((reply.status, reply.headers.get("allow")), (status, allow), "{method} {path}");
        assert_eq!(json(&reply.body)["error"]["type"], "invalid_request_error", "{method} {path}");
        assert_eq!(reply.headers.get("content-type"), Some("application/json"));
    }
    for path in ["/", "/healthz", "/v11/x", "/api/v1/chat/completions"] {
        let message = bare("GET", path);
        assert_eq!(forwarded(&vm, message.clone()), message, "{path}");
    }
    assert_eq!(vm.metric("wrp.rejected"), Some(7));
    assert_eq!(vm.metric("wrp.passed"), Some(4));
}

#[test]
fn every_name_one_can_ask_for_is_listed_once() {
    let vm = start(vec![route("tutor", Vec::new()), route("small", Vec::new())]);
    let get = |path: &str| Message {
        headers: Headers::of(&[(":method", "GET"), (":path", path)]),
        ..Message::default()
    };
    let list = json(&replied(&vm, get("/v1/models?limit=5")).body);
    let names: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(names, ["auto", "tutor", "small", "big"]);
    assert_eq!(json(&replied(&vm, get("/v1/models/tutor")).body)["id"], "tutor");
}

#[test]
fn nonsense_is_refused_in_the_shape_of_the_client() {
    let vm = start(vec![route("tutor", Vec::new())]);
    for (path, body) in [
        (CHAT, "{"),
        (CHAT, "[]"),
        (CHAT, r#"{"model":"tutor"}"#),
        (CHAT, r#"{"messages":[{"role":"user","content":"x"}]}"#),
        (CHAT, r#"{"model":"tutor","model":"big","messages":[{"role":"user","content":"x"}]}"#),
        (RESPONSES, r#"{"model":"tutor"}"#),
    ] {
        let reply = replied(&vm, request(path, body));
        assert_eq!((reply.status, &json(&reply.body)["error"]["code"]), (400, &json!(400)), "{body}");
    }
    let reply = replied(&vm, request(ANTHROPIC, "{"));
    assert_eq!(json(&reply.body)["type"], "error");
    assert_eq!(json(&reply.body)["error"]["type"], "invalid_request_error");

    let mut encoded = request(CHAT, &hello("tutor"));
    encoded.headers.add("content-encoding", b"gzip");
    assert_eq!(replied(&vm, encoded).status, 415);

    let mut not_text = request(CHAT, "");
    not_text.body = vec![0xff, 0xfe, 0x00, b'{'];
    assert_eq!(replied(&vm, not_text).status, 400);
}

#[test]
fn a_body_over_the_limit_is_refused_as_soon_as_that_is_known() {
    let vm = filter::start(&graph(Vec::new()), r#""max_body_bytes":1000"#).unwrap();
    let big =
        format!(r#"{{"model":"auto","messages":[{{"role":"user","content":"{}"}}]}}"#, "x".repeat(2000));
    let mut stream = vm.open().unwrap();
    let declared = stream.request_headers(request(CHAT, &big).headers, false).unwrap();
    assert!(matches!(declared, Verdict::Reply(Reply { status: 413, .. })), "{declared:?}");

    let mut undeclared = request(CHAT, &big);
    undeclared.headers.remove("content-length");
    let mut stream = vm.open().unwrap();
    let chunks = big.as_bytes().chunks(300).map(<[u8]>::to_vec);
    let verdict = stream.request_in_chunks(undeclared.headers, chunks, Headers::default()).unwrap();
    assert!(matches!(verdict, Verdict::Reply(Reply { status: 413, .. })), "{verdict:?}");
    assert_eq!(vm.metric("wrp.too_large"), Some(2));
}

#[test]
fn headers_that_a_client_forges_never_get_through() {
    let forged = [
        "x-selected-model",
        "x-gateway-destination-endpoint",
        "x-vsr-selected-model",
        "x-vsr-looper-request",
        "x-vsr-internal-auth",
        "X-VSR-Fusion-Depth",
        "x-authz-user-id",
        "x-authz-user-groups",
        "x-authz-team-id",
        "x-authz-tenant-id",
    ];
    let kept =
        ["x-vsr-debug", "x-vsr-skip-processing", "x-vsr-cache-control", "x-session-id", "authorization"];
    let vm = start(vec![route("tutor", Vec::new())]);
    let mut message = request(CHAT, &hello("tutor"));
    for name in forged.iter().chain(&kept) {
        message.headers.add(name, b"big");
    }
    message.headers.add("x-selected-model", b"twice");
    let sent = forwarded(&vm, message.clone());
    for name in forged {
        let expected = (name == "x-selected-model").then_some("big");
        assert_eq!(sent.headers.get(name), expected, "{name}");
    }
    assert_eq!(sent.headers.0.iter().filter(|(name, _)| name == "x-selected-model").count(), 1);
    for name in kept {
        assert_eq!(sent.headers.get(name), Some("big"), "{name}");
    }

    let mut elsewhere = message.clone();
    elsewhere.headers.set(":path", b"/elsewhere");
    let sent = forwarded(&vm, elsewhere);
    for name in forged {
        assert_eq!(sent.headers.get(name), None, "{name} outside /v1");
    }

    let vm = filter::start(&graph(vec![route("tutor", Vec::new())]), r#""identity":{"trust":true}"#).unwrap();
    assert_eq!(forwarded(&vm, message).headers.get("x-authz-user-id"), Some("big"));
}

#[test]
fn the_response_tells_about_the_decision() {
    let retention = Retention { ttl_turns: Some(0), keep_current_model: Some(true), ..Retention::default() };
    let mut kept = route(
        "kept",
        vec![Effect::SystemPrompt(SystemPrompt { text: "x".to_owned(), placement: Placement::Insert })],
    );
    kept.retention = Some(retention);
    kept.algorithm = Some("multi_factor".to_owned());
    kept.models[0].reasoning = Some(true);
    let vm = start(vec![kept]);

    let answer = |stream: &mut Stream, status: &str| {
        let headers = Headers::of(&[(":status", status), ("x-vsr-selected-model", "forged")]);
        match stream.response_headers(headers, false).unwrap() {
            Verdict::Forward(message) => message.headers,
            other => panic!("{other:?}"),
        }
    };
    let always = [("x-vsr-schema-version", Some("2")), ("x-vsr-response-path", Some("upstream"))];
    let success = [
        ("x-vsr-selected-recipe", Some("kept-recipe")),
        ("x-vsr-selected-decision", Some("kept")),
        ("x-vsr-selected-confidence", Some("0.0000")),
        ("x-vsr-selected-algorithm", Some("multi_factor")),
        ("x-vsr-selected-model", Some("big")),
    ];
    let debug = [
        ("x-vsr-injected-system-prompt", Some("true")),
        ("x-vsr-retention-ttl-turns", Some("0")),
        ("x-vsr-retention-keep-current-model", Some("true")),
        ("x-vsr-retention-drop", None),
        ("x-vsr-selected-reasoning", Some("on")),
        ("x-vsr-context-token-count", Some("7")),
        ("x-vsr-client-protocol", Some("openai")),
        ("x-wrp-policy", Some("abababababababab")),
    ];
    let told = |headers: &Headers, expected: &[(&str, Option<&str>)]| {
        for (name, value) in expected {
            assert_eq!(headers.get(name), *value, "{name}");
        }
    };

    let (mut stream, _) = send(&vm, request(CHAT, &hello("kept")));
    let headers = answer(&mut stream, "200");
    told(&headers, &always);
    told(&headers, &success);
    assert!(debug.iter().all(|(name, _)| headers.get(name).is_none()));

    let mut message = request(CHAT, &hello("kept"));
    message.headers.add("x-vsr-debug", b"true");
    let (mut stream, _) = send(&vm, message);
    let headers = answer(&mut stream, "201");
    told(&headers, &success);
    told(&headers, &debug);

    let (mut stream, _) = send(&vm, request(CHAT, &hello("kept")));
    let headers = answer(&mut stream, "503");
    told(&headers, &always);
    assert_eq!(headers.get("x-vsr-selected-decision"), None);

    let mut untouched = vm.open().unwrap();
    untouched
        .request(Message {
            headers: Headers::of(&[(":method", "GET"), (":path", "/")]),
            ..Message::default()
        })
        .unwrap();
    assert_eq!(answer(&mut untouched, "200").get("x-vsr-schema-version"), None);
}

#[test]
fn plugins_work_in_every_protocol() {
    let tools = Tools { mode: ToolsMode::None, strip_history: true };
    let limits =
        RequestParams { max_tokens: Some(100), blocked: vec!["user".to_owned()], ..RequestParams::default() };
    let prompt = SystemPrompt { text: "Be brief.".to_owned(), placement: Placement::Replace };
    let mut shaped = route(
        "shaped",
        vec![Effect::SystemPrompt(prompt), Effect::RequestParams(limits), Effect::Tools(tools)],
    );
    shaped.models[0].reasoning = Some(true);
    shaped.models[0].effort = Some("high".to_owned());
    shaped.models[0].lora = Some("law".to_owned());
    let vm = start(vec![shaped]);

    let chat = json!({
        "model": "shaped", "user": "u", "max_tokens": 50, "max_completion_tokens": 5000, "tool_choice": "auto",
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "messages": [
            {"role": "system", "content": "old"},
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "1", "content": "r"}]
    });
    assert_eq!(
        json(&forwarded(&vm, request(CHAT, &chat.to_string())).body),
        json!({
            "model": "law", "max_tokens": 50, "max_completion_tokens": 100, "reasoning_effort": "high",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "q"}]
        })
    );

    let anthropic = json!({
        "model": "shaped", "max_tokens": 5000, "system": "old", "tools": [{"name": "f", "input_schema": {}}],
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "r"}, {"type": "text", "text": "so?"}]}]
    });
    assert_eq!(
        json(&forwarded(&vm, request(ANTHROPIC, &anthropic.to_string())).body),
        json!({
            "model": "law", "max_tokens": 100, "system": "Be brief.",
            "messages": [{"role": "user", "content": "q"}, {"role": "user", "content": [{"type": "text", "text": "so?"}]}]
        })
    );

    let responses = json!({
        "model": "shaped", "max_output_tokens": 5000, "instructions": "old", "tools": [{"type": "function", "name": "f"}],
        "input": [
            {"role": "user", "content": "q"},
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "r"}]
    });
    assert_eq!(
        json(&forwarded(&vm, request(RESPONSES, &responses.to_string())).body),
        json!({
            "model": "law", "max_output_tokens": 100, "instructions": "Be brief.", "reasoning": {"effort": "high"},
            "input": [{"role": "user", "content": "q"}]
        })
    );
}

#[test]
fn headers_are_deleted_then_set_then_added() {
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let mutation = HeaderMutation {
        add: vec![header("x-lane", "a"), header("x-lane", "b")],
        update: vec![header("x-source", "policy")],
        delete: vec!["x-trace".to_owned(), "x-absent".to_owned()],
    };
    let vm = start(vec![route("changed", vec![Effect::HeaderMutation(mutation)])]);
    let mut message = request(CHAT, &hello("changed"));
    for (name, value) in [("x-lane", "client"), ("x-source", "one"), ("x-source", "two"), ("x-trace", "t")] {
        message.headers.add(name, value.as_bytes());
    }
    let sent = forwarded(&vm, message).headers;
    let values = |name: &str| -> Vec<&str> {
        sent.0.iter().filter(|(key, _)| key == name).map(|(_, value)| text(value)).collect()
    };
    assert_eq!(values("x-lane"), ["client", "a", "b"]);
    assert_eq!(values("x-source"), ["policy"]);
    assert_eq!(values("x-trace"), [""; 0]);
}

fn refusing() -> Vm {
    let message = "No \"way\".\n".to_owned();
    start(vec![route("refuse", vec![Effect::FastResponse(FastResponse { message })])])
}

#[test]
fn a_fast_response_looks_like_an_answer_of_the_client_s_protocol() {
    let vm = refusing();
    let said = "No \"way\".\n";
    for (path, body, place) in [
        (CHAT, hello("refuse"), "/choices/0/message/content"),
        (ANTHROPIC, hello("refuse"), "/content/0/text"),
        (RESPONSES, r#"{"model":"refuse","input":"hi"}"#.to_owned(), "/output/0/content/0/text"),
    ] {
        let reply = replied(&vm, request(path, &body));
        assert_eq!(reply.status, 200, "{path}");
        let answer = json(&reply.body);
        assert_eq!(answer.pointer(place), Some(&json!(said)), "{path}");
        assert_eq!(answer["model"], "refuse", "{path}");
        assert_eq!(reply.headers.get("x-vsr-fast-response"), Some("true"));
        assert_eq!(reply.headers.get("x-vsr-response-path"), Some("fast_response"));
        assert_eq!(reply.headers.get("x-vsr-selected-decision"), Some("refuse"));
        assert_eq!(reply.headers.0.iter().filter(|(name, _)| name == "x-vsr-response-path").count(), 1);
    }
    assert_eq!(vm.metric("wrp.fast_response"), Some(3));
}

/// The data of each event, with its name where it has one.
fn events(reply: &Reply) -> Vec<(Option<String>, String)> {
    assert_eq!(reply.headers.get("content-type"), Some("text/event-stream"));
    let frames =
        text(&reply.body).strip_suffix("\n\n").expect("the stream ends with a whole event").split("\n\n");
    frames
        .map(|frame| {
            let field =
                |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            (field("event: "), field("data: ").expect("an event has data"))
        })
        .collect()
}

#[test]
fn a_client_that_streams_gets_events() {
    let vm = refusing();
    let streaming = |path: &str, rest: &str| {
        events(&replied(&vm, request(path, &format!(r#"{{"model":"refuse","stream":true,{rest}}}"#))))
    };
    let messages = r#""messages":[{"role":"user","content":"hello"}]"#;

    let chat = streaming(CHAT, messages);
    assert_eq!(chat.last().unwrap().1, "[DONE]");
    let chunks: Vec<Value> = chat[..chat.len() - 1].iter().map(|(_, data)| json(data.as_bytes())).collect();
    let said: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, "No \"way\".\n");
    assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk"));

    let names = |events: &[(Option<String>, String)]| -> Vec<String> {
        for (name, data) in events {
            assert_eq!(json(data.as_bytes())["type"], json!(name), "{data}");
        }
        events.iter().filter_map(|(name, _)| name.clone()).collect()
    };
    let anthropic = streaming(ANTHROPIC, messages);
    assert_eq!(
        names(&anthropic),
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    let responses = streaming(RESPONSES, r#""input":"hi""#);
    assert_eq!(names(&responses).first().unwrap(), "response.created");
    assert_eq!(names(&responses).last().unwrap(), "response.completed");
    for (number, (_, data)) in responses.iter().enumerate() {
        assert_eq!(json(data.as_bytes())["sequence_number"], json!(number));
    }
}

#[test]
fn without_a_route_the_default_serves_and_without_a_default_nobody_does() {
    let vm = start(Vec::new());
    let (mut stream, verdict) = send(&vm, request(CHAT, &hello("auto")));
    assert!(matches!(verdict, Verdict::Forward(_)));
    let headers = stream.response_headers(Headers::of(&[(":status", "200")]), true).unwrap();
    let Verdict::Forward(response) = headers else { panic!("{headers:?}") };
    assert_eq!(response.headers.get("x-vsr-selected-model"), Some("small"));
    assert_eq!(response.headers.get("x-vsr-selected-decision"), None);
    assert_eq!(vm.metric("wrp.defaulted"), Some(1));

    let vm = filter::start(&Graph { default_model: None, ..graph(Vec::new()) }, "").unwrap();
    assert_eq!(replied(&vm, request(CHAT, &hello("auto"))).status, 400);
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_with_the_reason() {
    let good = filter::configuration(&graph(Vec::new()), "");
    let damaged = good.replacen("V1JQR", "V1JQS", 1);
    for (configuration, reason) in [
        (String::new(), "not valid JSON"),
        ("null".to_owned(), "must be an object"),
        ("{}".to_owned(), "has no `graph`"),
        (r#"{"graph":"%%%"}"#.to_owned(), "`graph` must be base64"),
        (r#"{"graph":"AAAA"}"#.to_owned(), "`graph` cannot be used"),
        (damaged, "`graph` cannot be used"),
        (good.replace('}', r#","max_body_bytes":"big"}"#), "`max_body_bytes` must be a whole number"),
        (good.replace('}', r#","maximum":1}"#), "no key `maximum`"),
        (good.replace('}', r#","identity":{"trust":"yes"}}"#), "`trust` must be true or false"),
        (good.replace('}', ""), "not valid JSON"),
    ] {
        match wrpc::proxy::Vm::start(filter::filter(), configuration.as_bytes()) {
            Err(Error::Refused(logs)) => {
                let said = &logs.last().expect("the refusal is logged").message;
                assert!(said.contains(reason), "{said} does not say {reason}");
            }
            other => panic!("{reason}: {other:?}"),
        }
    }
    let as_a_proxy_prints_numbers = good.replace('}', r#","max_body_bytes":1000.0}"#);
    Vm::start(filter::filter(), as_a_proxy_prints_numbers.as_bytes()).unwrap();
}

#[test]
fn a_garbled_graph_never_breaks_the_filter() {
    let bytes = graph(vec![route("tutor", Vec::new())]).encode();
    let encode = |bytes: &[u8]| {
        use base64::Engine as _;
        format!(r#"{{"graph":"{}"}}"#, base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let refused = |bytes: &[u8]| match Vm::start(filter::filter(), encode(bytes).as_bytes()) {
        Ok(_) | Err(Error::Refused(_)) => {}
        Err(other) => panic!("{other}"),
    };
    for length in 0..bytes.len() {
        refused(&bytes[..length]);
    }
    for at in 0..bytes.len() {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x55;
        refused(&garbled);
    }
}

/// The graph of a text that is a policy.
fn compiled(text: &str) -> Option<Graph> {
    wrp_lang::compile(&[Source::new("policy.wrp", text)]).graph
}

/// Cases that set the policy's keys in many ways, the same ones each time.
fn cases(graph: &Graph) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % limit
    };
    for recipe in &graph.recipes {
        for _ in 0..20 {
            let mut case = Case { recipe: Some(recipe.name.clone()), ..Case::default() };
            let density = 1 + below(8);
            for slot in &recipe.slots {
                let key = slot.key.clone();
                if below(8) < density {
                    case.matched.push(key.clone());
                }
                if below(3) == 0 {
                    case.confidence.insert(key.clone(), below(10_001) as f64 / 10_000.0);
                }
                if below(4) == 0 {
                    case.values.insert(key.clone(), below(2_000) as f64 / 10.0);
                }
                if below(12) == 0 {
                    case.unknown.push(key);
                }
            }
            cases.push(case);
        }
    }
    cases
}

fn wasm_decides_as_this_program_does(name: &str, graph: &Graph) -> usize {
    let cases = cases(graph);
    let verdicts = evaluate(filter::filter(), graph, &cases).unwrap();
    assert_eq!(verdicts.len(), cases.len());
    for (case, verdict) in cases.iter().zip(&verdicts) {
        assert_eq!(*verdict, eval::evaluate(graph, &case.given()), "{name}: {case:?}");
    }
    cases.len()
}

#[test]
fn the_module_decides_on_given_signals_as_this_program_does() {
    for semantics in ["vsr-2026-08", "strict"] {
        let text = POLICY.replace("SEMANTICS", semantics);
        let graph = compiled(&text).expect("the policy compiles");
        assert!(wasm_decides_as_this_program_does(semantics, &graph) > 0);
    }
}

#[test]
fn the_module_decides_as_this_program_does_on_every_program_of_the_reference() {
    let Some(data) = wrp_tests::reference_data() else {
        eprintln!("no reference data: nothing to compare");
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(data.join("language/programs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let decided: usize = paths
        .iter()
        .filter_map(|path| Some((path, compiled(&std::fs::read_to_string(path).ok()?)?)))
        .map(|(path, graph)| wasm_decides_as_this_program_does(&path.display().to_string(), &graph))
        .sum();
    assert!(decided > 1000, "only {decided} cases");
}

#[test]
fn streams_come_and_go_without_leaving_anything() {
    let vm = start(vec![route("tutor", Vec::new())]);
    let body = hello("tutor");
    for _ in 0..50 {
        forwarded(&vm, request(CHAT, &body));
    }
    let settled = vm.memory_bytes();
    let mut abandoned = Vec::new();
    for turn in 0..2000 {
        forwarded(&vm, request(CHAT, &body));
        if turn % 100 == 0 {
            let mut stream = vm.open().unwrap();
            stream.request_headers(request(CHAT, &body).headers, false).unwrap();
            abandoned.push(stream);
        }
    }
    assert_eq!(vm.open_streams(), abandoned.len());
    drop(abandoned);
    assert_eq!(vm.open_streams(), 0);
    assert_eq!(vm.memory_bytes(), settled);
}
