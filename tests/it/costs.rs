//! What a request costs in the filter: instructions executed, the same on every machine, as a reviewed snapshot.
//!
//! The figures are rounded to two digits, so that a change shows only when it matters. When one does, look at why,
//! and accept the new snapshot (`INSTA_UPDATE=always cargo test -p wrp-tests costs`).

use std::fmt::Write as _;

use wrp_graph::answer;
use wrp_graph::graph::Graph;
use wrp_lang::source::Source;
use wrp_tests::filter;
use wrpc::deploy::FilterConfig;
use wrpc::proxy::{Call, Headers, Message, Vm};

const POLICY: &str = r#"
ROUTING { semantics: "strict" default_model: "small" }

SIGNAL keyword urgent { operator: "OR" keywords: ["urgent", "as soon as possible", "emergency"] }
SIGNAL keyword billing { operator: "OR" keywords: ["invoice", "refund", "charge"] }
SIGNAL keyword cards { operator: "OR" keywords: ["credit card number", "cvv"] }
SIGNAL context long { min_tokens: "8K" max_tokens: "1M" }

MODEL "small" { context_window_size: 32768 }
MODEL "big" { context_window_size: 1048576 }

ROUTE refuse { TIER 1 WHEN keyword("cards") PLUGIN fast_response { message: "Please send no card numbers." } }
ROUTE long { TIER 2 WHEN context("long") MODEL "big" }
ROUTE billing {
  TIER 3
  WHEN keyword("billing") AND NOT keyword("urgent")
  MODEL "small"
  PLUGIN system_prompt { system_prompt: "Be precise about money." mode: "insert" }
}
"#;

/// Every request asks the host.
const ASKING: &str = r#"
ROUTING { semantics: "strict" default_model: "small" }
SIGNAL jailbreak attack { threshold: 0.8 }
MODEL "small" { context_window_size: 32768 }
ROUTE guard { WHEN jailbreak("attack") PLUGIN fast_response { message: "No." } }
"#;

/// Headers and a chat completion whose text is this long.
fn request(model: &str, start: &str, bytes: usize) -> Message {
    let filler = "some words of ordinary prose, ";
    let text: String = start.chars().chain(filler.chars().cycle()).take(bytes).collect();
    let body = format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"{text}"}}]}}"#);
    let headers = Headers::of(&[
        (":method", "POST"),
        (":path", "/v1/chat/completions"),
        (":authority", "llm.example"),
        ("content-type", "application/json"),
        ("content-length", &body.len().to_string()),
        ("authorization", "Bearer x"),
        ("user-agent", "test"),
    ]);
    Message { headers, body: body.into_bytes(), trailers: Headers::default() }
}

fn graph(policy: &str) -> Graph {
    let compiled = wrp_lang::compile(&[Source::new("costs.wrp", policy)]);
    compiled.graph.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn start(config: &FilterConfig) -> Vm {
    Vm::start(filter::metered_filter(), config.to_json().as_bytes()).unwrap()
}

fn fuel(vm: &Vm, message: &Message) -> u64 {
    let before = vm.fuel();
    let mut stream = vm.open().unwrap();
    let nothing_found = answer::to_bytes(&vec![Some(Vec::new())]);
    let answered = |_: &Call| {
        let headers = Headers::of(&[(":status", "200"), ("content-type", "application/octet-stream")]);
        Some(Message { headers, body: nothing_found.clone(), ..Message::default() })
    };
    stream.request_answered(message.clone(), answered).unwrap();
    drop(stream);
    vm.fuel() - before
}

/// Two digits that count: 12345 is 12000.
fn rounded(number: u64) -> u64 {
    let unit = 10_u64.pow(number.max(1).ilog10().saturating_sub(1));
    (number + unit / 2) / unit * unit
}

#[test]
fn requests_cost_what_they_cost_when_last_reviewed() {
    let graph = graph(POLICY).encode();
    let vm = start(&FilterConfig::new(&graph));
    let elsewhere = Message {
        headers: Headers::of(&[(":method", "GET"), (":path", "/healthz"), (":authority", "llm.example")]),
        ..Message::default()
    };
    let table = [
        ("not for us", elsewhere),
        ("a model by name, 1 KB", request("small", "", 1_000)),
        ("no route, 1 KB", request("auto", "hello, ", 1_000)),
        ("a route with a system prompt, 1 KB", request("auto", "refund, please. ", 1_000)),
        ("a fast response, 1 KB", request("auto", "my cvv is 123. ", 1_000)),
        ("no route, 10 KB", request("auto", "hello, ", 10_000)),
        ("the long route, 100 KB", request("auto", "hello, ", 100_000)),
    ];
    let mut report = String::from("fuel, rounded to two digits\n\n");
    for (what, message) in &table {
        // The first request of a kind also pays for growing the memory.
        fuel(&vm, message);
        writeln!(report, "{:>10}  {what}", rounded(fuel(&vm, message))).unwrap();
    }
    let graph = self::graph(ASKING).encode();
    let vm = start(&FilterConfig::new(&graph).asking(&graph, 200));
    for bytes in [1_000, 10_000, 100_000] {
        let message = request("auto", "hello, ", bytes);
        fuel(&vm, &message);
        writeln!(report, "{:>10}  asks the host, {} KB", rounded(fuel(&vm, &message)), bytes / 1_000)
            .unwrap();
    }
    insta::with_settings!({ snapshot_path => "..", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("costs", report);
    });
}
