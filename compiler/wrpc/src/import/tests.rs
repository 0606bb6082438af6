//! A configuration of every construct, and what becomes of it.

use super::{Imported, import};

fn imported(yaml: &str) -> Imported {
    import(yaml).expect("the configuration is read")
}

#[test]
fn every_construct_has_its_form() {
    let imported = imported(include_str!("example.yaml"));
    insta::assert_snapshot!(imported.policy);
    let left: Vec<String> =
        imported.left.iter().map(|left| format!("{}: {}", left.path, left.reason)).collect();
    insta::assert_snapshot!(left.join("\n"));
}

#[test]
fn parentheses_keep_the_tree() {
    let when = |rules: &str| {
        let yaml = format!("routing:\n  decisions:\n    - name: r\n      rules: {rules}\n");
        let policy = imported(&yaml).policy;
        policy.lines().find_map(|line| line.trim().strip_prefix("WHEN ").map(str::to_owned))
    };
    let (a, b, c) = ("{type: keyword, name: a}", "{type: keyword, name: b}", "{type: keyword, name: c}");
    let and = format!("{{operator: AND, conditions: [{a}, {b}]}}");
    let or = format!("{{operator: OR, conditions: [{a}, {b}]}}");
    let check =
        |rules: String, expected: &str| assert_eq!(when(&rules).as_deref(), Some(expected), "{rules}");
    check(a.to_owned(), r#"keyword("a")"#);
    check(
        format!("{{operator: AND, conditions: [{or}, {c}]}}"),
        r#"(keyword("a") OR keyword("b")) AND keyword("c")"#,
    );
    check(
        format!("{{operator: OR, conditions: [{and}, {c}]}}"),
        r#"keyword("a") AND keyword("b") OR keyword("c")"#,
    );
    check(format!("{{operator: NOT, conditions: [{and}]}}"), r#"NOT (keyword("a") AND keyword("b"))"#);
    assert_eq!(when("{operator: AND, conditions: []}"), None);
}

#[test]
fn what_never_matches_is_left_with_its_reason() {
    let imported =
        imported("routing:\n  decisions:\n    - name: r\n      rules: {operator: NOT, conditions: []}\n");
    assert_eq!(imported.left[0].path, "routing.decisions[r]");
    assert!(!imported.policy.contains("ROUTE"));
}

#[test]
fn what_is_no_configuration_is_refused() {
    for yaml in ["", "- a", "listeners: []", "a: [", "routing"] {
        assert!(import(yaml).is_err(), "{yaml}");
    }
}
