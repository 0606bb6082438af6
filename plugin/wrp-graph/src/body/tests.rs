//! What is understood of each protocol, what is refused, and that edits can trust the spans.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::json::Reader;
use super::{Body, BodyError, METADATA_ENTRIES, Malformed, Protocol};
use crate::facts::{Conversation, Facts, Identity};

fn parse(protocol: Protocol, body: &str) -> Body<'_> {
    Body::parse(body.as_bytes(), protocol).unwrap_or_else(|error| panic!("{error}\n{body}"))
}

fn facts(protocol: Protocol, body: &str) -> Facts<'_> {
    parse(protocol, body).facts(Identity::default())
}

#[test]
fn a_chat_body_reads_as_facts() {
    let facts = facts(
        Protocol::Chat,
        r#"{"model":"auto","messages":[
            {"role":"system","content":"be brief"},
            {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"1","content":"42"},
            {"role":"user","content":[{"type":"text","text":"so\n"},{"type":"text","text":"what?"}]}],
            "tools":[{"type":"function","function":{"name":"f"}}],"metadata":{"team":"a"}}"#,
    );
    assert_eq!(facts.text, "so\n what?");
    assert_eq!(facts.user_turns, ["look", "so\n what?"]);
    assert_eq!(facts.other_turns, ["be brief"]);
    assert!(!facts.assistant_replied);
    assert_eq!(facts.image.as_deref(), Some("data:image/png;base64,AA"));
    assert_eq!(facts.metadata, [("team".into(), "a".into())]);
    assert_eq!(
        facts.conversation,
        Conversation {
            user_messages: 2,
            assistant_messages: 1,
            system_messages: 1,
            tool_messages: 1,
            tool_definitions: 1,
            assistant_tool_calls: 1,
            assistant_tool_cycles: 1,
            active_tool_loop: true,
            images: 1,
            ..Conversation::default()
        }
    );
}

#[test]
fn an_anthropic_body_reads_as_facts() {
    let facts = facts(
        Protocol::Anthropic,
        r#"{"model":"m","max_tokens":100,"system":[{"type":"text","text":"be kind"}],"messages":[
            {"role":"user","content":"weather?"},
            {"role":"assistant","content":[{"type":"text","text":"wait"},{"type":"tool_use","id":"t1","name":"w","input":{"at":"Bonn"}},
                                           {"type":"tool_use","id":"t2","name":"w","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"rain"},
                                      {"type":"tool_result","tool_use_id":"t2","content":[{"type":"image","source":{}}]}]}],
            "tools":[{"name":"w","input_schema":{}}],"metadata":{"user_id":null}}"#,
    );
    assert_eq!(facts.text, "weather?");
    assert_eq!(facts.other_turns, ["be kind", "wait"]);
    assert!(facts.assistant_replied);
    assert_eq!(facts.metadata, []);
    assert_eq!(
        facts.conversation,
        Conversation {
            user_messages: 1,
            assistant_messages: 1,
            system_messages: 1,
            tool_messages: 2,
            tool_definitions: 1,
            assistant_tool_calls: 2,
            assistant_tool_cycles: 2,
            active_tool_loop: true,
            ..Conversation::default()
        }
    );
}

#[test]
fn a_responses_body_reads_as_facts() {
    let facts = facts(
        Protocol::Responses,
        r#"{"model":"auto","instructions":"be exact","input":[
            {"role":"user","content":[{"type":"input_text","text":"add"},{"type":"input_image","image_url":"data:image/gif;base64,R"}]},
            {"type":"reasoning","summary":[]},
            {"type":"function_call","call_id":"c1","name":"add","arguments":"{}"},
            {"type":"function_call","call_id":"c2","name":"add","arguments":"{}"},
            {"type":"web_search_call","id":"ws","status":"completed"},
            {"type":"function_call_output","call_id":"c1","output":"3"},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"three"}]},
            {"role":"developer","content":"hurry"}]}"#,
    );
    assert_eq!(facts.text, "add");
    assert_eq!(facts.other_turns, ["be exact", "three", "hurry"]);
    assert_eq!(facts.image.as_deref(), Some("data:image/gif;base64,R"));
    assert_eq!(
        facts.conversation,
        Conversation {
            user_messages: 1,
            assistant_messages: 2,
            system_messages: 1,
            developer_messages: 1,
            tool_messages: 1,
            assistant_tool_calls: 2,
            assistant_tool_cycles: 1,
            images: 1,
            ..Conversation::default()
        }
    );
    let short = parse(Protocol::Responses, r#"{"input":"hi","model":"auto"}"#).facts(Identity::default());
    assert_eq!((short.text.as_ref(), short.conversation.user_messages), ("hi", 1));
}

#[test]
fn without_a_user_the_text_is_what_the_others_say() {
    let body = r#"{"model":"m","messages":[{"role":"system","content":"a"},{"role":"tool","content":"x"},{"role":"assistant","content":"b"}]}"#;
    assert_eq!(facts(Protocol::Chat, body).text, "a b");
    let image_last = r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}"#;
    let facts = facts(Protocol::Chat, image_last);
    assert_eq!((facts.text.as_ref(), facts.image), ("a", None));
}

#[test]
fn the_context_is_what_the_envelope_takes_at_least() {
    // Each line: the body, and the estimate by hand.
    let table = [
        // "user" and "12345678" are 12 bytes of prose: 3, and 4 for the message.
        (Protocol::Chat, r#"{"model":"m","messages":[{"role":"user","content":"12345678"}]}"#, 3 + 4),
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"user","content":"1\u00e434567"}],"max_tokens":50}"#,
            3 + 4 + 50,
        ),
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"user","content":""}],"max_tokens":50,"max_completion_tokens":7}"#,
            1 + 4 + 7,
        ),
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAA"}}]}]}"#,
            1 + 4 + 8192,
        ),
        // What a tool says is data, quotes included: "tool" and "1" are 5 bytes, "[42]" in quotes 6.
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"tool","tool_call_id":"1","content":"[42]"}]}"#,
            2 + 6 + 4 + 8,
        ),
        // "assistant", "1", "function" and "f" are 19 bytes; the arguments as written 4.
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"#,
            5 + 4 + 4 + 8,
        ),
        (
            Protocol::Chat,
            r#"{"model":"m","messages":[{"role":"user","content":""}],"tools":[{"a":1}],"tool_choice":"auto","response_format":null}"#,
            1 + 4 + (7 + 8) + 6,
        ),
        // "system", "kind" and "user" are 14 bytes.
        (
            Protocol::Anthropic,
            r#"{"model":"m","max_tokens":9,"system":"kind","messages":[{"role":"user","content":[]}]}"#,
            4 + 8 + 9,
        ),
    ];
    for (protocol, body, expected) in table {
        assert_eq!(facts(protocol, body).context_tokens(), expected, "{body}");
    }
}

#[test]
fn what_is_ambiguous_or_wrong_is_refused() {
    let chat = |body| (Protocol::Chat, body);
    let table = [
        (chat(r#"[]"#), "`the request body` must be an object"),
        (chat(r#"{"#), "the request body is not valid JSON (at byte 1)"),
        (
            chat(r#"{"model":"m","messages":[{"role":"user"}]} x"#),
            "the request body is not valid JSON (at byte 43)",
        ),
        (chat(r#"{"messages":[{"role":"user"}]}"#), "missing required field: `model`"),
        (chat(r#"{"model":"m"}"#), "missing required field: `messages`"),
        (chat(r#"{"model":"m","messages":[]}"#), "`messages` must not be empty"),
        (chat(r#"{"model":7,"messages":[]}"#), "`model` must be a string"),
        (chat(r#"{"model":"m","messages":"hi"}"#), "`messages` must be a list of messages"),
        (chat(r#"{"model":"m","messages":["hi"]}"#), "`messages` must be a list of objects"),
        (chat(r#"{"model":"m","messages":[{"role":1}]}"#), "`role` must be a string"),
        (
            chat(r#"{"model":"m","messages":[{"content":1}]}"#),
            "`content` must be a string or a list of parts",
        ),
        (chat(r#"{"model":"m","stream":1,"messages":[]}"#), "`stream` must be true or false"),
        (
            chat(r#"{"model":"m","metadata":{"a":1},"messages":[]}"#),
            "`metadata` must be an object of strings",
        ),
        (chat(r#"{"model":"m","metadata":{"a":"","\u0061":""}}"#), "`metadata` stands more than once"),
        (chat(r#"{"model":"m","mod\u0065l":"n","messages":[]}"#), "`model` stands more than once"),
        (chat(r#"{"messages":[],"model":"m","messages":[]}"#), "`messages` stands more than once"),
        (
            chat(r#"{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}"#),
            "`content` stands more than once",
        ),
        ((Protocol::Responses, r#"{"model":"m"}"#), "missing required field: `input`"),
    ];
    for ((protocol, body), expected) in table {
        let refusal = Body::parse(body.as_bytes(), protocol).expect_err(body);
        assert_eq!(refusal.to_string(), expected, "{body}");
    }
    assert_eq!(Body::parse(b"{\"model\":\"\xff\"}", Protocol::Chat).map(|_| ()), Err(BodyError::NotUtf8));
}

#[test]
fn metadata_has_limits() {
    let body = |metadata: Value| json!({"model": "m", "messages": [{}], "metadata": metadata}).to_string();
    let entries =
        |count: usize| (0..count).map(|at| (at.to_string(), json!(""))).collect::<serde_json::Map<_, _>>();
    let table = [
        (json!({"k": "v".repeat(1024)}), true),
        (json!({"k": "v".repeat(1025)}), false),
        (json!({"": "v"}), false),
        (json!({"k".repeat(129): "v"}), false),
        (Value::Object(entries(METADATA_ENTRIES)), true),
        (Value::Object(entries(METADATA_ENTRIES + 1)), false),
    ];
    for (metadata, fine) in table {
        let body = body(metadata);
        assert_eq!(Body::parse(body.as_bytes(), Protocol::Chat).is_ok(), fine, "{body}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"x":{open}{close},"model":"m","messages":[{{}}]}}"#)
    };
    assert!(Body::parse(nested(127).as_bytes(), Protocol::Chat).is_ok());
    assert!(Body::parse(nested(100_000).as_bytes(), Protocol::Chat).is_err());
}

#[test]
fn spans_name_the_bytes_they_stand_for() {
    let text = r#" {"model" : "auto", "x":[1], "messages":[ {"role":"user","content":"hi"} ],"tools":[{"name":"t"}]} "#;
    let body = parse(Protocol::Chat, text);
    let members: Vec<_> =
        body.members.iter().map(|it| (&text[it.key_span.range()], &text[it.value_span.range()])).collect();
    assert_eq!(members[0], (r#""model""#, r#""auto""#));
    assert_eq!(members[1], (r#""x""#, "[1]"));
    assert_eq!(&text[body.messages[0].span.range()], r#"{"role":"user","content":"hi"}"#);
    assert_eq!(&text[body.messages[0].content.expect("it has content").range()], r#""hi""#);
    assert_eq!(&text[body.tools[0].span.range()], r#"{"name":"t"}"#);
    assert_eq!(&text[body.close..=body.close], "}");
}

/// Reads one value to the end of the text.
fn read_whole(text: &str) -> Result<(), Malformed> {
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON with a piece cut out, put in or doubled: most of it is broken, some is not.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\\u12"),
        Just("\\ud800"),
        Just("\""),
        Just(","),
        Just(":"),
        Just("1e"),
        Just("-"),
        Just("0"),
        Just("."),
        Just("]"),
        Just("{"),
        Just("\u{1}"),
        Just("nul"),
        Just("\\x"),
        Just(" "),
        Just("é"),
    ];
    (any_json(), any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), pieces).prop_map(
        |(value, from, to, piece)| {
            let text = value.to_string();
            let chars: Vec<char> = text.chars().collect();
            let (from, to) = (from.index(chars.len() + 1), to.index(chars.len() + 1));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 3));
            let (start, end): (String, String) =
                (chars[..from].iter().collect(), chars[to..].iter().collect());
            format!("{start}{piece}{end}")
        },
    )
}

proptest! {
    #[test]
    fn validity_is_that_of_serde_json(text in prop_oneof![nearly_json(), any_json().prop_map(|it| it.to_string())]) {
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        prop_assert_eq!(read_whole(&text).is_ok(), theirs, "{}", text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in nearly_json()) {
        for protocol in [Protocol::Chat, Protocol::Anthropic, Protocol::Responses] {
            let _ = Body::parse(&bytes, protocol);
            let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":{text}}}],"input":{text}}}"#);
            if let Ok(body) = Body::parse(body.as_bytes(), protocol) {
                let _ = body.facts(Identity::default()).context_tokens();
            }
        }
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads(
        model in any::<String>(),
        contents in proptest::collection::vec((0..4usize, any::<String>()), 1..6),
        metadata in proptest::collection::btree_map("[a-z\"\\\\é]{1,6}", any::<String>(), 0..4),
        stream in any::<bool>(),
        extra in any_json(),
    ) {
        let roles = ["user", "assistant", "system", "tool"];
        let messages: Vec<Value> =
            contents.iter().map(|(role, text)| json!({"role": roles[*role], "content": text})).collect();
        let value = json!({"z": extra, "messages": messages, "model": model, "metadata": metadata, "stream": stream});
        let text = value.to_string();
        prop_assume!(metadata.values().all(|value| value.len() <= 1024));
        let body = Body::parse(text.as_bytes(), Protocol::Chat).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(body.model.decode(), model);
        prop_assert_eq!(body.stream, stream);
        for member in &body.members {
            prop_assert_eq!(&text[member.value_span.range()], value[member.key.decode().as_ref()].to_string());
        }
        let facts = body.facts(Identity::default());
        let users: Vec<&String> = contents.iter().filter(|(role, text)| *role == 0 && !text.is_empty()).map(|(_, text)| text).collect();
        prop_assert_eq!(facts.user_turns.iter().map(|it| it.as_ref()).collect::<Vec<_>>(), users);
        let read: std::collections::BTreeMap<_, _> = facts.metadata.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        prop_assert_eq!(read, metadata);
    }
}
