//! Small policies and what is proved about them.

use super::*;
use crate::source::Source;

fn policy(text: &str) -> crate::policy::Policy {
    let source = Source::new("test.wrp", text.to_owned());
    let mut diagnostics = Vec::new();
    let ast = crate::syntax::parse(&source, &mut diagnostics);
    let policy = crate::policy::resolve(&[ast], &mut diagnostics);
    assert!(diagnostics.iter().all(|it| it.lint.code >= "WRP01"), "{diagnostics:#?}");
    policy
}

/// Everything found, in words.
fn found(text: &str) -> Vec<String> {
    let policy = policy(text);
    let recipe = &policy.recipes[0];
    let name = |route: &usize| recipe.routes[*route].name.it.clone();
    let analysis = analyse(&policy, 0);
    let mut found = Vec::new();
    found.extend(analysis.contradictory.iter().map(|it| format!("{} contradictory", name(&it.route))));
    found.extend(analysis.tautological.iter().map(|it| format!("{} always", name(&it.route))));
    for shadow in &analysis.shadowed {
        let by: Vec<String> = shadow.by.iter().map(name).collect();
        let witness = shadow.witness.as_ref().expect("a shadowed route is met by some request");
        found.push(format!("{} shadowed by {}: {}", name(&shadow.route), by.join("+"), witness.words));
    }
    found.extend(
        analysis
            .redundant
            .iter()
            .map(|it| format!("{} redundant before {}", name(&it.route), name(&it.next))),
    );
    found.extend(
        analysis
            .overlaps
            .iter()
            .map(|it| format!("{} or {}: {}", name(&it.one), name(&it.other), it.witness.words)),
    );
    found.extend(
        analysis
            .flips
            .iter()
            .map(|it| format!("{} flips with {}: {}", name(&it.one), name(&it.other), it.witness.words)),
    );
    found.extend(analysis.gap.iter().map(|it| format!("gap: {}", it.words)));
    found
}

const SIGNALS: &str = r#"
SIGNAL keyword a { operator: "OR" keywords: ["alpha"] }
SIGNAL keyword b { operator: "OR" keywords: ["beta"] }
SIGNAL keyword c { operator: "OR" keywords: ["gamma"] }
"#;

fn check(routes: &str, expected: &[&str]) {
    assert_eq!(found(&format!("{SIGNALS}\n{routes}")), expected, "{routes}");
}

#[test]
fn conditions_by_themselves() {
    check(
        r#"ROUTE r { PRIORITY 2 WHEN keyword("a") AND NOT keyword("a") MODEL "m" }
           ROUTE rest { PRIORITY 1 MODEL "n" }"#,
        &["r contradictory"],
    );
    check(
        r#"ROUTE r { PRIORITY 2 WHEN keyword("a") OR NOT keyword("a") MODEL "m" }
           ROUTE rest { PRIORITY 1 MODEL "n" }"#,
        &["r always", "rest shadowed by r: a request on which no signal fires"],
    );
}

#[test]
fn shadows_name_the_fewest_routes() {
    check(
        r#"ROUTE wide { PRIORITY 3 WHEN keyword("a") MODEL "m" }
           ROUTE narrow { PRIORITY 2 WHEN keyword("a") AND keyword("b") MODEL "n" }
           ROUTE rest { PRIORITY 1 MODEL "n" }"#,
        &[r#"narrow shadowed by wide: keyword("a"), keyword("b")"#],
    );
    check(
        r#"ROUTE with { PRIORITY 4 WHEN keyword("a") AND keyword("b") MODEL "m" }
           ROUTE other { PRIORITY 4 WHEN keyword("c") AND NOT keyword("b") AND NOT keyword("a") MODEL "m" }
           ROUTE without { PRIORITY 3 WHEN keyword("a") AND NOT keyword("b") MODEL "k" }
           ROUTE both { PRIORITY 2 WHEN keyword("a") MODEL "n" }
           ROUTE rest { PRIORITY 1 MODEL "n" }"#,
        &[r#"both shadowed by with+without: keyword("a")"#],
    );
}

#[test]
fn what_rank_does_not_settle() {
    check(
        r#"ROUTE x { PRIORITY 2 WHEN keyword("a") MODEL "m" }
           ROUTE y { PRIORITY 2 WHEN keyword("b") MODEL "n" }
           ROUTE z { PRIORITY 2 WHEN keyword("c") MODEL "m" }
           ROUTE rest { PRIORITY 1 MODEL "n" }"#,
        &[r#"x or y: keyword("a"), keyword("b")"#, r#"y or z: keyword("b"), keyword("c")"#],
    );
}

#[test]
fn a_gap_is_the_quietest_request() {
    check(r#"ROUTE x { PRIORITY 2 WHEN NOT keyword("a") MODEL "m" }"#, &[r#"gap: keyword("a")"#]);
    check(
        r#"ROUTE x { PRIORITY 2 WHEN keyword("a") MODEL "m" }"#,
        &["gap: a request on which no signal fires"],
    );
}

#[test]
fn a_route_that_changes_nothing() {
    check(
        r#"ROUTE x { PRIORITY 2 WHEN keyword("a") MODEL "m" }
           ROUTE rest { PRIORITY 1 MODEL "m" }"#,
        &["x redundant before rest"],
    );
}

#[test]
fn a_tier_turns_priority_round() {
    check(
        r#"SIGNAL embedding e { threshold: 0.5 candidates: ["x"] }
           ROUTE hi { PRIORITY 900 WHEN embedding("e") MODEL "m" }
           ROUTE lo { PRIORITY 1 WHEN keyword("a") MODEL "n" }
           ROUTE tiered { PRIORITY 1 TIER 2 WHEN keyword("b") MODEL "k" }
           ROUTE rest { PRIORITY 1 TIER 3 MODEL "k" }"#,
        &[r#"hi flips with lo: embedding("e"), keyword("a"), keyword("b")"#],
    );
}

#[test]
fn numbers_and_families() {
    check(
        r#"SIGNAL context short { min_tokens: "0" max_tokens: "4K" }
           SIGNAL context long { min_tokens: "5K" max_tokens: "9K" }
           ROUTE s { PRIORITY 2 WHEN context("short") MODEL "m" }
           ROUTE l { PRIORITY 1 WHEN context("long") MODEL "n" }
           ROUTE both { PRIORITY 3 WHEN context("short") AND context("long") MODEL "n" }"#,
        &["both contradictory", "gap: 4001 tokens of context"],
    );
    check(
        r#"SIGNAL language en {} SIGNAL language de {}
           ROUTE both { PRIORITY 3 WHEN language("en") AND language("de") MODEL "n" }
           ROUTE rest { PRIORITY 1 MODEL "m" }"#,
        &["both contradictory"],
    );
    check(
        r#"SIGNAL embedding one { threshold: 0.5 candidates: ["x"] }
           SIGNAL embedding two { threshold: 0.5 candidates: ["y"] }
           ROUTE both { PRIORITY 3 WHEN embedding("one") AND embedding("two") MODEL "n" }
           ROUTE rest { PRIORITY 1 MODEL "m" }"#,
        &["both contradictory"],
    );
}

#[test]
fn a_partition_with_a_default_is_exhaustive() {
    check(
        r#"SIGNAL domain math { mmlu_categories: ["math"] } SIGNAL domain law { mmlu_categories: ["law"] }
           PROJECTION partition p { semantics: "exclusive" members: ["math", "law"] default: "law" }
           ROUTE m { PRIORITY 3 WHEN domain("math") MODEL "n" }
           ROUTE l { PRIORITY 2 WHEN domain("law") MODEL "k" }
           ROUTE rest { PRIORITY 1 MODEL "m" }"#,
        &[r#"rest shadowed by m+l: domain("law")"#],
    );
}

#[test]
fn bands_follow_from_inputs() {
    check(
        r#"PROJECTION score s { method: "weighted_sum" inputs: [
             { type: "keyword", name: "a", weight: 0.6 }, { type: "keyword", name: "b", weight: 0.5 } ] }
           PROJECTION mapping m { source: "s" method: "threshold_bands" outputs: [
             { name: "low", lt: 0.5 }, { name: "mid", gte: 0.5, lt: 1.0 }, { name: "high", gte: 1.0 } ] }
           ROUTE h { PRIORITY 5 WHEN projection("high") AND NOT keyword("b") MODEL "n" }
           ROUTE x { PRIORITY 4 WHEN projection("high") MODEL "n" }
           ROUTE y { PRIORITY 3 WHEN keyword("a") AND keyword("b") MODEL "k" }
           ROUTE z { PRIORITY 2 WHEN projection("low") OR projection("mid") MODEL "l" }
           ROUTE rest { PRIORITY 1 MODEL "m" }"#,
        &[
            "h contradictory",
            r#"y shadowed by x: keyword("a"), keyword("b")"#,
            "rest shadowed by x+z: a request on which no signal fires",
        ],
    );
}

#[test]
fn what_is_unknown_reaches_further_in_strict() {
    let text = |semantics: &str| {
        format!(
            r#"ROUTING {{ semantics: "{semantics}" }}
               SIGNAL jailbreak j {{ threshold: 0.5 }}
               ROUTE one {{ PRIORITY 3 ON_UNKNOWN skip WHEN jailbreak("j") MODEL "n" }}
               ROUTE two {{ PRIORITY 2 ON_UNKNOWN skip WHEN NOT jailbreak("j") MODEL "k" }}
               ROUTE rest {{ PRIORITY 1 MODEL "m" }}"#
        )
    };
    assert_eq!(found(&text("strict")), [""; 0]);
    let plain = text("vsr-2026-08").replace("ON_UNKNOWN skip", "");
    assert_eq!(found(&plain), ["rest shadowed by one+two: a request on which no signal fires"]);
}

#[test]
fn many_binary_choices_take_no_time() {
    let signals: String = (0..128)
        .map(|it| format!("SIGNAL keyword k{it} {{ operator: \"OR\" keywords: [\"w{it}\"] }}\n"))
        .collect();
    let pairs: Vec<String> =
        (0..64).map(|it| format!("(keyword(\"k{}\") OR keyword(\"k{}\"))", 2 * it, 2 * it + 1)).collect();
    let text = format!(
        "{signals}\nROUTE many {{ PRIORITY 3 WHEN {} MODEL \"n\" }}\nROUTE more {{ PRIORITY 2 WHEN {} AND keyword(\"k0\") MODEL \"k\" }}\nROUTE rest {{ PRIORITY 1 MODEL \"m\" }}",
        pairs.join(" AND "),
        pairs.join(" AND ")
    );
    let found = found(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("more shadowed by many: keyword(\"k0\")"), "{found:?}");
}

#[test]
fn what_is_too_large_to_be_followed_is_said() {
    let bands: String = (0..140)
        .map(|it| {
            format!(
                "SIGNAL context b{it} {{ min_tokens: \"{}\" max_tokens: \"{}\" }}\n",
                it * 100,
                it * 100 + 50
            )
        })
        .collect();
    let text = format!(
        "{bands}ROUTE all {{ PRIORITY 1 WHEN context(\"b1\") MODEL \"m\" }}\nROUTE rest {{ MODEL \"n\" }}"
    );
    let found = crate::compile(&[Source::new("test.wrp", text.clone())]).diagnostics;
    assert!(found.iter().any(|(_, it)| it.lint.name == "unproved"), "{found:#?}");
    // What is not followed is not claimed to be impossible either.
    assert_eq!(self::found(&text), [""; 0]);
}

#[test]
fn keywords_say_something_about_each_other() {
    check(
        r#"SIGNAL keyword wide { operator: "OR" keywords: ["delta", "delta wing"] }
           SIGNAL keyword none { operator: "NOR" keywords: ["delta"] }
           SIGNAL keyword narrow { operator: "AND" keywords: ["delta wing", "omega"] }
           ROUTE both { PRIORITY 5 WHEN keyword("none") AND keyword("narrow") MODEL "k" }
           ROUTE w { PRIORITY 4 WHEN keyword("wide") MODEL "m" }
           ROUTE n { PRIORITY 3 WHEN keyword("narrow") MODEL "n" }
           ROUTE rest { PRIORITY 1 WHEN keyword("none") MODEL "m" }"#,
        &["both contradictory", r#"n shadowed by w: keyword("narrow"), keyword("wide")"#],
    );
}
