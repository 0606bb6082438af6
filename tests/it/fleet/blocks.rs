//! A policy's own POOL and WORKLOAD blocks: what `check` says of the fleet that they declare, and what `plan` makes of it.

use serde_json::Value;
use wrpc::Console;

fn policy(rate: u32, pools: &str) -> String {
    format!(
        r#"ROUTING {{ semantics: "strict" }}
MODEL small {{ context_window_size: 65536 }}
WORKLOAD day {{ rate: {rate}.0  archetype: "azure" }}
{pools}
ROUTE all {{ MODEL small }}
"#
    )
}

const FOUR: &str = r#"POOL home { models: ["small"]  gpu: "a100"  gpus: 4  slo: { ttft_ms: 500 } }"#;
const UNKNOWN: &str = r#"POOL home { models: ["small"]  gpus: 4 }"#;
const TWO: &str = r#"POOL short { models: ["small"]  gpu: "a100"  max_context: 512 }
POOL long { models: ["small"]  gpu: "a100" }"#;

/// What a command prints as JSON.
fn json_of(input: &str, arguments: &[&str]) -> Value {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = input.as_bytes();
    let words = std::iter::once("wrpc").chain(arguments.iter().copied());
    wrpc::run(words, &mut Console::plain(&mut input, &mut out, &mut err));
    serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&err)))
}

/// The findings about the fleet, as `name: message`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = json_of(text, &["check", "--format", "json", "-"]);
    let found = found["diagnostics"].as_array().expect("findings are a list").iter();
    let about = |it: &&Value| ["overloaded-pool", "cheaper-boundary"].iter().any(|name| it["name"] == *name);
    let found: Vec<String> = found
        .filter(about)
        .map(|it| format!("{}: {}", it["name"].as_str().unwrap(), it["message"].as_str().unwrap()))
        .collect();
    let matches =
        found.len() == expected.len() && found.iter().zip(expected).all(|(it, start)| it.starts_with(start));
    assert!(matches, "{text}\n{found:#?}");
}

#[test]
fn a_fleet_that_cannot_carry_its_workload_is_refuted_with_numbers() {
    check(&policy(5, FOUR), &[]);
    check(&policy(200, FOUR), &["overloaded-pool: pool `home` has 4 instances and needs "]);
    // Whose machines nobody describes cannot be sized.
    check(&policy(200, UNKNOWN), &[]);
}

#[test]
fn a_boundary_that_costs_less_is_proposed() {
    check(&policy(200, TWO), &["cheaper-boundary: with requests up to "]);
}

#[test]
fn a_policy_with_blocks_is_planned_without_a_workload_beside_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("policy.wrp");
    std::fs::write(&path, policy(200, FOUR)).unwrap();
    let plan = json_of("", &["fleet", "plan", path.to_str().unwrap(), "--format", "json"]);
    let pool = &plan["pools"][0];
    assert_eq!(pool["pool"], "home", "{plan}");
    assert!(pool["share"].as_f64().is_some_and(|share| (share - 1.0).abs() < 1e-9), "{plan}");
    assert!(pool["instances"].as_u64().is_some_and(|instances| instances > 4), "{plan}");
    assert_eq!(plan["routes"][0]["route"], "all");
}
