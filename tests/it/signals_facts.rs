//! What signals say that look at the request and not only at its text: the reference's own answers, tables of our own,
//! and the same said twice.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use wrp_graph::body::{Body, Protocol};
use wrp_graph::facts::{Conversation, Facts, Identity};
use wrp_graph::reading::Reading;
use wrp_graph::scan::{Builder, Scanner};
use wrp_graph::signal::{Compiled, Declaration, Inline};
use wrp_lang::oracle;
use wrp_lang::policy::{Recipe, Signal, resolve};
use wrp_lang::source::Source;
use wrp_lang::syntax::parse;
use wrp_tests::reference_data;

/// The inline signals of a policy's top level, compiled together.
struct Signals {
    recipe: Recipe,
    inline: Vec<(String, Inline)>,
    scanner: Scanner,
}

impl Signals {
    fn new(text: &str) -> Signals {
        let mut diagnostics = Vec::new();
        let policy = resolve(&[parse(&Source::new("it", text), &mut diagnostics)], &mut diagnostics);
        let recipe = policy.recipes.into_iter().next().expect("the top level is always there");
        let mut builder = Builder::default();
        let compile = |signal: &Signal, builder: &mut Builder| {
            let declaration = Declaration { name: &signal.name, fields: &signal.fields };
            match (signal.kind.compile)(&declaration, builder) {
                Some(Compiled::Inline { key, signal }) => Some((key, signal)),
                _ => None,
            }
        };
        let inline = recipe.signals.iter().filter_map(|signal| compile(signal, &mut builder)).collect();
        Signals { recipe, inline, scanner: builder.finish() }
    }

    /// What each key reads; of signals that share a key, one that fired stays.
    fn sense(&self, facts: &Facts<'_>) -> BTreeMap<&str, Reading> {
        let hits = self.scanner.scan(&facts.text);
        let mut readings = BTreeMap::<&str, Reading>::new();
        for (key, signal) in &self.inline {
            let reading = signal.sense(facts, &hits);
            let known = readings.entry(key).or_insert(reading);
            if !known.matched {
                *known = reading;
            }
        }
        readings
    }

    fn matched(&self, facts: &Facts<'_>) -> Vec<&str> {
        let readings = self.sense(facts);
        readings.into_iter().filter(|(_, reading)| reading.matched).map(|(key, _)| key).collect()
    }
}

fn vector_text(vector: &Value) -> String {
    match &vector["text"] {
        Value::String(text) => text.clone(),
        long => {
            let times = long["times"].as_u64().expect("a long text says how long") as usize;
            long["repeat"].as_str().expect("a long text says of what").repeat(times)
        }
    }
}

#[test]
fn context_events_and_tokens_agree_with_the_reference() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let folder = data.join("language");
    let vectors = std::fs::read_to_string(folder.join("signal_vectors.json")).expect("the vectors are there");
    let vectors: Value = serde_json::from_str(&vectors).expect("the vectors are JSON");
    let (mut compared, mut events, mut wrong) = (0, 0, Vec::new());
    for item in vectors["items"].as_array().expect("the vectors are a list") {
        let name = item["file"].as_str().expect("an item names its program");
        let program =
            std::fs::read_to_string(folder.join("programs").join(name)).expect("the program is there");
        let signals = Signals::new(&program);
        for vector in item["heuristics"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let (text, expected) = (vector_text(vector), &vector["expect"]);
            let facts = Facts::from_text(&text);
            let readings = signals.sense(&facts);
            compared += 1;
            let mut fired: Vec<String> = readings
                .iter()
                .filter(|(key, reading)| {
                    reading.matched && (key.starts_with("context:") || key.starts_with("event:"))
                })
                .map(|(key, reading)| match key.strip_prefix("event:") {
                    Some(name) => format!("event {name} {:?}", reading.confidence),
                    None => key.replace(':', " "),
                })
                .collect();
            let context = expected["context"].as_array().into_iter().flatten();
            let context = context.filter_map(Value::as_str).map(|name| format!("context {name}"));
            let event = expected["event"].as_array().into_iter().flatten().map(|event| {
                let name = event["RuleName"].as_str().unwrap_or_default();
                format!("event {name} {:?}", event["Confidence"].as_f64())
            });
            let mut theirs: Vec<String> = context.chain(event).collect();
            events += theirs.iter().filter(|it| it.starts_with("event")).count();
            fired.sort();
            theirs.sort();
            if fired != theirs || expected["tokens"].as_u64() != Some(facts.context_tokens()) {
                wrong.push(format!(
                    "{name}: {fired:?}, not {theirs:?}, {} tokens, on {text:?}",
                    facts.context_tokens()
                ));
            }
        }
    }
    assert!(compared > 1000 && events >= 5, "only {compared} vectors were compared, with {events} events");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every family that looks at the request, in many variants.
const POLICY: &str = r#"
SIGNAL context tiny { max_tokens: "0.02K" }
SIGNAL context band { min_tokens: "21" max_tokens: "9K" }
SIGNAL context no_end { min_tokens: "5" }
SIGNAL context huge { min_tokens: "9001" max_tokens: "1M" }
SIGNAL conversation turns { feature: { type: "count" source: { type: "message" role: "user" } } predicate: { gt: 1 lte: 3 } }
SIGNAL conversation others { feature: { type: "count" source: { type: "message" role: "non_user" } } predicate: { gte: 3 } }
SIGNAL conversation all { feature: { type: "count" source: { type: "message" } } predicate: { lt: 4 } }
SIGNAL conversation developer { feature: { type: "count" source: { type: "message" role: "developer" } } predicate: { gte: 2 } }
SIGNAL conversation system { feature: { type: "exists" source: { type: "message" role: "system" } } }
SIGNAL conversation assistant { feature: { type: "exists" source: { type: "message" role: "assistant" } } }
SIGNAL conversation tool { feature: { type: "exists" source: { type: "message" role: "tool" } } }
SIGNAL conversation tools { feature: { type: "count" source: { type: "tool_definition" } } predicate: { gte: 2 } }
SIGNAL conversation calls { feature: { type: "count" source: { type: "assistant_tool_call" } } predicate: { gte: 1 } }
SIGNAL conversation cycles { feature: { type: "count" source: { type: "assistant_tool_cycle" } } }
SIGNAL conversation loop { feature: { type: "exists" source: { type: "active_tool_loop" } } predicate: { gte: 5 } }
SIGNAL conversation images { feature: { type: "count" source: { type: "image_content" } } predicate: { gt: 0 lt: 3 } }
SIGNAL metadata is { key: "a" predicate: { equals: "x" } }
SIGNAL metadata among { key: "b" predicate: { in: ["x", "y"] } }
SIGNAL metadata present { key: "a" predicate: { exists: true } }
SIGNAL metadata absent { key: "b" predicate: { exists: false } }
SIGNAL event incident { event_types: ["pay_failed", "down"] severities: [" High ", "low", "odd"] action_codes: ["T-1"] temporal: true }
SIGNAL event urgent { temporal: true }
SIGNAL event nothing { severities: ["odd"] }
SIGNAL authz staff { role: "admin" subjects: [{ kind: "group", name: " ops " }, { kind: "User", name: "ann" }] }
SIGNAL authz more { role: "guest" subjects: [{ kind: "User", name: "Bob" }] }
"#;

fn any_facts() -> impl Strategy<Value = Facts<'static>> {
    let words = proptest::sample::select(vec![
        "pay_failed",
        "pay_failedx",
        "DOWN",
        "high",
        "ſlow",
        "low",
        "T-1",
        "t-1.",
        "urgent",
        "now",
        "know",
        "time sensitive",
        "time\nsensitive",
        "Critical-Window",
        "and",
        "é",
        "\u{212a}now",
    ]);
    let text = proptest::collection::vec(words, 0..5).prop_map(|words| words.join(" "));
    let small = || 0u32..5;
    let counts =
        (small(), small(), small(), small(), small(), small(), small(), small(), any::<bool>(), small())
            .prop_map(
                |(user, assistant, system, developer, tool, definitions, calls, cycles, active, images)| {
                    Conversation {
                        user_messages: user,
                        assistant_messages: assistant,
                        system_messages: system,
                        developer_messages: developer,
                        tool_messages: tool,
                        tool_definitions: definitions,
                        assistant_tool_calls: calls,
                        assistant_tool_cycles: cycles,
                        active_tool_loop: active,
                        images,
                    }
                },
            );
    let tokens = prop_oneof![0u64..40, 8_990u64..9_010, any::<u64>()];
    let metadata = proptest::collection::btree_map("[abc]", "[xyz]", 0..3);
    let user = proptest::option::of(proptest::sample::select(vec!["ann", "Bob", "bob", ""]));
    let groups = proptest::collection::vec(proptest::sample::select(vec!["ops", "OPS", "dev"]), 0..3);
    (text, counts, tokens, metadata, user, groups).prop_map(
        |(text, conversation, tokens, metadata, user, groups)| Facts {
            text: text.into(),
            conversation,
            envelope_tokens: tokens,
            metadata: metadata.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            identity: Identity {
                user: user.map(Into::into),
                groups: groups.into_iter().map(Into::into).collect(),
            },
            ..Facts::default()
        },
    )
}

proptest! {
    #[test]
    fn what_is_compiled_says_what_was_written(facts in any_facts()) {
        let signals = Signals::new(POLICY);
        prop_assert_eq!(signals.recipe.signals.len(), 25);
        let ours = signals.sense(&facts);
        for signal in &signals.recipe.signals {
            let plain = oracle::sense::sense(signal.kind.name, &signal.fields, &facts);
            let key = match signal.fields.text("role") {
                Some(role) => format!("authz:{role}"),
                None => format!("{}:{}", signal.kind.name, signal.name.it),
            };
            prop_assert_eq!(ours.get(key.as_str()).copied(), plain, "{} over {:?}", key, facts);
        }
    }
}

#[test]
fn a_body_fires_what_its_messages_say() {
    let signals = Signals::new(POLICY);
    let fired = |protocol, body: &str| -> Vec<String> {
        let identity = Identity { user: Some("ann".into()), groups: Vec::new() };
        let body = Body::parse(body.as_bytes(), protocol).expect("the body is sound");
        signals.matched(&body.facts(identity)).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(
        fired(
            Protocol::Chat,
            r#"{"model":"auto","metadata":{"a":"x"},"messages":[{"role":"system","content":"s"},{"role":"user","content":"all is down now"}]}"#
        ),
        [
            "authz:admin",
            "context:tiny",
            "conversation:all",
            "conversation:cycles",
            "conversation:system",
            "event:incident",
            "event:urgent",
            "metadata:absent",
            "metadata:is",
            "metadata:present",
        ]
    );
    assert_eq!(
        fired(
            Protocol::Anthropic,
            r#"{"model":"m","max_tokens":9000,"messages":[{"role":"user","content":"go"},
                {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"w","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}],
                "tools":[{"name":"w"},{"name":"v"}]}"#
        ),
        [
            "authz:admin",
            "context:huge",
            "conversation:all",
            "conversation:assistant",
            "conversation:calls",
            "conversation:cycles",
            "conversation:loop",
            "conversation:tool",
            "conversation:tools",
            "metadata:absent",
        ]
    );
}

#[test]
fn one_language_fires_and_the_least_threshold_holds() {
    let signals = Signals::new(
        "SIGNAL language de { threshold: 0.9 } SIGNAL language en {} SIGNAL language zh { threshold: 0.2 }",
    );
    let table = [
        ("Warum funktioniert die Anmeldung seit gestern nicht mehr?", "language:de"),
        ("Why has the login stopped working since yesterday?", "language:en"),
        ("为什么从昨天开始无法登录？", "language:zh"),
        ("12345", "language:en"),
    ];
    for (text, fires) in table {
        assert_eq!(signals.matched(&Facts::from_text(text)), [fires], "{text}");
    }
}
