//! A short walk through each fuzz target: examples, and examples with something broken in them.
//!
//! The walk is the same every time. `cargo fuzz` goes further; what it finds becomes an example here.

use wrp_lang::lower::Options;
use wrp_lang::source::Source;
use wrp_tests::fuzz;

/// How many mutants of each example are tried.
const MUTANTS: u32 = 400;

/// One of everything that a policy can hold.
const POLICIES: &[&str] = &[
    r#"
# a comment
ROUTING { strategy: "confidence" default_model: "m" }
MODEL "m" { context_window_size: 32768 provider_model_id: "vendor/m" loras: [{ name: "l" }] }
SIGNAL keyword a { operator: "OR" keywords: ["x", "\\d+", "中"] method: "regex" }
SIGNAL structure q {
  feature: { type: "count" source: { type: "regex" pattern: "[?]" } }
  predicate: { gte: 2 }
}
SIGNAL embedding e { threshold: 0.8 candidates: ["some text"] }
PROJECTION score s {
  method: "weighted_sum"
  inputs: [{ type: "keyword", name: "a", weight: 0.5 }, { type: "structure", name: "q", weight: 0.25, value_source: "raw" }]
}
PROJECTION mapping bands { source: "s" method: "threshold_bands" outputs: [{ name: "high", gte: 0.4 }] }
PLUGIN polite system_prompt { system_prompt: "Be polite." mode: "insert" }
ROUTE x (description = "d") {
  PRIORITY 10
  TIER 1
  WHEN NOT (keyword("a") OR projection("high")) AND embedding("e")
  MODEL "m" (lora = "l", reasoning = true)
  PLUGIN polite
}
ROUTE y { WHEN keyword("a") MODEL "n", "m" (weight = 0.5) ALGORITHM static }
TEST t { "12" -> y }
"#,
    r#"
ROUTING { semantics: "strict" }
SIGNAL keyword a { operator: "OR" keywords: ["x"] }
DECISION_TREE d {
  IF keyword("a") { NAME first MODEL "m" }
  ELSE IF NOT keyword("a") AND keyword("a") { MODEL "o" }
  ELSE { MODEL "n" PLUGIN fast_response { message: "no" } }
}
RECIPE "r" (description = "d") {
  SIGNAL metadata b { key: "k" predicate: { in: ["v", "w"] } }
  ROUTE z { WHEN metadata("b") MODEL "m" EMIT retention { ttl_turns: 3 } ON_UNKNOWN deny }
}
ENTRYPOINT { model_names: ["e/1", "e/2"] recipe: "r" }
"#,
    r#"
MODEL "m" { context_window_size: 32768 capabilities: ["tools"] }
POOL home { models: ["m"] location: "on_prem" max_context: "32K" cost_per_1m_input: 0.4 cost_per_1m_output: 0.8 }
WORKLOAD day { rate: 2.5 prompt_tokens: [{ tokens: "1K", share: 1.0 }] answer_tokens: [{ tokens: 9, share: 1 }] }
SIGNAL authz a { role: "analyst" subjects: [{ kind: "User" name: "u" }] }
SIGNAL pii p { threshold: 0.5 }
ROLE analyst { models: { allow: ["m"] } tools: { deny: ["shell"] mode: "rewrite" } }
BUDGET { neural_calls: 1 callouts: 1 cost_per_request: 0.1 prompt_tokens: 1000 }
ASSERT stays { WHEN pii("p") AND NOT authz("analyst") REQUIRE pool.location == "on_prem" OR NOT (outcome != "route") }
ASSERT fits { REQUIRE model.context_window_size >= 32768 AND model.capabilities HAS "tools" REQUIRE route.tier IN [0, 1] }
ROUTE r { WHEN pii("p") OR authz("analyst") MODEL "m" }
"#,
];

const BODIES: &[&str] = &[
    r#"{"model":"auto","messages":[{"role":"user","content":"h\u00e9llo 中"}],"stream":true,"max_tokens":10}"#,
    r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:"}}]}],"model":"MoM","tools":[{"type":"function","function":{"name":"f"}}],"metadata":{"a":"b"}}"#,
    r#"{"model":"auto","system":"s","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"r"}]}],"max_tokens":1e2}"#,
    r#"{"model":"auto","instructions":null,"input":[{"role":"user","content":[{"type":"input_text","text":"a\\\"b"}]},{"type":"function_call","name":"f","arguments":"{}","call_id":"1"}]}"#,
    r#"{"model":"auto","input":"text"}"#,
];

const CONFIGURATIONS: &[&str] = &[
    r#"{"graph":"V1JQRw==","identity":{"trust":true,"user_header":"X-User","groups_header":"x-groups"},"max_body_bytes":4194304.0}"#,
    r#"{"max_body_bytes":1,"eval":"AA==","graph":""}"#,
];

/// Tokens that turn one kind of text into another.
const PIECES: &[&str] = &[
    "{", "}", "[", "]", "\"", "\\", ",", ":", "\\u", "\\ud800", "null", "-", "1e999", "\n", "#", "(", ")",
    "é", "\0", "WHEN ", "ROUTE ", "REQUIRE ", "POOL p ", "==", ">",
];

/// Marsaglia's xorshift: enough to wander, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let until = (at + self.below(20)).min(bytes.len());
        match self.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 => drop(bytes.drain(at..until)),
            2 => {
                let copy = bytes[at..until].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => bytes.truncate(at),
            4 if at < bytes.len() => bytes[at] = self.below(256) as u8,
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
}

/// Runs a target over the examples as they are, then over their mutants.
fn walk(target: fn(&[u8]), examples: impl IntoIterator<Item = impl AsRef<[u8]>>) {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    target(b"");
    for example in examples {
        target(example.as_ref());
        for _ in 0..MUTANTS {
            let mut mutant = example.as_ref().to_vec();
            for _ in 0..=chance.below(4) {
                chance.mutate(&mut mutant);
            }
            let shown = mutant.clone();
            let outcome = std::panic::catch_unwind(move || target(&mutant));
            assert!(outcome.is_ok(), "this input breaks it: {:?}", String::from_utf8_lossy(&shown));
        }
    }
}

fn graphs() -> Vec<Vec<u8>> {
    let compile = |text: &&str| {
        // These take corners that no policy should.
        let unproved = Options { unproved: true, ..Options::default() };
        let compiled = wrp_lang::compile_with(&[Source::new("policy.wrp", *text)], unproved);
        compiled.graph.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics)).encode()
    };
    POLICIES.iter().map(compile).collect()
}

#[test]
fn any_text_is_read_to_its_end() {
    walk(fuzz::parse, POLICIES);
}

#[test]
fn any_bytes_are_a_graph_or_refused() {
    let graphs = graphs();
    // Without the header too: the target seals what it gets.
    let bodies: Vec<&[u8]> = graphs.iter().map(|bytes| &bytes[14..]).collect();
    walk(fuzz::decode, &graphs);
    walk(fuzz::decode, bodies);
}

#[test]
fn any_body_is_read_as_everybody_reads_it() {
    walk(fuzz::body, BODIES);
}

#[test]
fn any_configuration_is_taken_or_refused() {
    walk(fuzz::config, CONFIGURATIONS);
}
