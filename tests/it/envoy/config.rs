//! Which configurations Envoy takes, and what it counts.

use std::path::Path;

use wrp_lang::source::Source;
use wrp_tests::envoy::{Gateway, refusal, validate};
use wrpc::deploy::envoy::{Deployment, bootstrap};
use wrpc::deploy::{FilterConfig, Identity, Upstreams};

use super::asking;

const POLICY: &str = r#"
ROUTING { default_model: "plain" }
SIGNAL keyword urgent { operator: "OR" keywords: ["urgent"] }
ROUTE urgent { WHEN keyword("urgent") MODEL "org/fast:8b" }
"#;

fn config(filter: &FilterConfig, assignments: &[&str]) -> String {
    let mut upstreams = Upstreams::default();
    for assignment in assignments {
        upstreams.add(assignment).expect("upstreams in tests are well formed");
    }
    let any = ([127, 0, 0, 1], 0).into();
    let module: &Path = wrp_tests::filter::module();
    let deployment = Deployment {
        models: &["plain", "org/fast:8b"],
        filter,
        module,
        listen: any,
        admin: any,
        upstreams: &upstreams,
    };
    bootstrap(&deployment).expect("every model is served")
}

fn graph() -> Vec<u8> {
    let compiled = wrp_lang::compile(&[Source::new("policy.wrp", POLICY)]);
    compiled.graph.expect("the policy compiles").encode()
}

#[test]
fn what_is_emitted_is_valid() {
    let plain = FilterConfig::new(&graph());
    for (what, filter, assignments) in [
        ("one server for all", plain.clone(), &["*=127.0.0.1:8000"][..]),
        ("one server each", plain.clone(), &["plain=127.0.0.1:1", "org/fast:8b=[::1]:2"]),
        ("names and TLS", plain.clone(), &["plain=llm.internal:80", "*=https://api.example.com"]),
        ("trusted identity", plain.clone().trusting(Identity::trusted()), &["*=127.0.0.1:8000"]),
        ("a small limit", plain.max_body_bytes(1_000), &["*=127.0.0.1:8000"]),
    ] {
        let Some(verdict) = validate(&config(&filter, assignments)) else { return };
        assert_eq!(verdict, Ok(()), "{what}");
    }
}

#[test]
fn bytes_that_are_no_graph_keep_envoy_from_starting() {
    let mut damaged = graph();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for (bytes, expected) in [(&b"nonsense"[..], "not a decision graph"), (&damaged, "damaged")] {
        let Some(log) = refusal(&config(&FilterConfig::new(bytes), &["*=127.0.0.1:8000"])) else { return };
        assert!(log.contains(expected), "{log}");
    }
}

#[test]
fn envoy_counts_what_becomes_of_requests() {
    let Some(gateway) = Gateway::start(POLICY) else { return };
    gateway.chat(&asking("urgent"));
    gateway.chat(&asking("urgent again"));
    gateway.chat(&asking("calm"));
    let stats = gateway.admin("/stats?filter=wrp\\.(routed|defaulted|failed)");
    let count = |name: &str| {
        let line = stats.lines().find(|line| line.contains(name))?;
        line.rsplit(": ").next()?.parse::<u64>().ok()
    };
    assert_eq!(
        (count("wrp.routed"), count("wrp.defaulted"), count("wrp.failed")),
        (Some(2), Some(1), Some(0)),
        "{stats}"
    );
}
