//! Layout, pair by pair, and what is refused.

use super::{FormatRefused, format};
use crate::source::Source;
use crate::syntax::tests::EVERY_CONSTRUCT;

fn formatted(text: &str) -> String {
    format(&Source::new("test", text)).unwrap_or_else(|refused| panic!("{text}: {refused:?}"))
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(formatted(text), *expected, "{text}");
        assert_eq!(formatted(expected), *expected, "twice");
    }
}

#[test]
fn the_canonical_layout_stays() {
    check(&[("", ""), ("# alone", "# alone\n"), (EVERY_CONSTRUCT, EVERY_CONSTRUCT)]);
}

#[test]
fn short_blocks_stay_on_their_lines_and_together() {
    check(&[
        (
            "MODEL a{x:1 y:2}\nMODEL b {}\n\n\nMODEL c { }\nMODEL d {\nx: 1 }\nMODEL e {}",
            "MODEL a { x: 1, y: 2 }\nMODEL b {}\n\nMODEL c {}\n\nMODEL d {\n  x: 1\n}\n\nMODEL e {}\n",
        ),
        ("ROUTE r { MODEL m }", "ROUTE r {\n  MODEL m\n}\n"),
    ]);
}

#[test]
fn what_is_too_long_is_broken() {
    let long = "\"twenty characters!!\"";
    check(&[
        (
            &format!("SIGNAL keyword patience {{ keywords: [{long}, {long}, {long}] }}"),
            &format!("SIGNAL keyword patience {{\n  keywords: [{long}, {long}, {long}]\n}}\n"),
        ),
        (
            &format!("MODEL m {{ tags: [{long}, {long}, {long}, {long}, {long}] }}"),
            &format!(
                "MODEL m {{\n  tags: [\n    {long},\n    {long},\n    {long},\n    {long},\n    {long},\n  ]\n}}\n"
            ),
        ),
        (
            &format!("ROUTE r {{ WHEN a({long}) AND (b({long}) OR c({long})) AND NOT d({long}) }}"),
            &format!(
                "ROUTE r {{\n  WHEN a({long})\n    AND (b({long}) OR c({long}))\n    AND NOT d({long})\n}}\n"
            ),
        ),
        (
            &format!("ROUTE r {{ MODEL {long}, {long} (weight = 1), {long}, {long}, {long}, }}"),
            &format!(
                "ROUTE r {{\n  MODEL {long},\n        {long} (weight = 1),\n        {long},\n        {long},\n        {long}\n}}\n"
            ),
        ),
    ]);
}

#[test]
fn assertions_are_laid_out_as_routes_are() {
    check(&[
        (
            "ASSERT a{DESCRIPTION \"why\" # so\n WHEN pii(\"p\") REQUIRE(pool.gpus>=8)AND pool.tags HAS \"x\"}\nBUDGET{callouts:1}",
            "ASSERT a {\n  DESCRIPTION \"why\" # so\n  WHEN pii(\"p\")\n  REQUIRE pool.gpus >= 8 AND pool.tags HAS \"x\"\n}\n\nBUDGET { callouts: 1 }\n",
        ),
        (
            "ASSERT a { REQUIRE pool.location == \"on_prem\" AND pool.region IN [\"eu\", \"ch\"] AND model.context_window_size >= 32768 }",
            "ASSERT a {\n  REQUIRE pool.location == \"on_prem\"\n    AND pool.region IN [\"eu\", \"ch\"]\n    AND model.context_window_size >= 32768\n}\n",
        ),
    ]);
}

#[test]
fn parentheses_stay_where_they_matter() {
    let route = |condition: &str| format!("ROUTE r {{\n  WHEN {condition}\n}}\n");
    let table = [
        (r#"NOT (a("x") AND b("x"))"#, r#"NOT (a("x") AND b("x"))"#),
        (r#"a("x") AND (b("x") AND c("x"))"#, r#"a("x") AND (b("x") AND c("x"))"#),
        (r#"(a("x") AND b("x")) OR c("x")"#, r#"(a("x") AND b("x")) OR c("x")"#),
        (r#"a("x") AND b("x") OR c("x")"#, r#"a("x") AND b("x") OR c("x")"#),
        (r#"((a("x"))) OR (NOT (b("x")))"#, r#"a("x") OR NOT b("x")"#),
    ];
    for (written, expected) in table {
        check(&[(&route(written), &route(expected))]);
    }
}

#[test]
fn comments_stay_where_they_belong() {
    check(&[
        (
            "# head\n\n\n# of a\nMODEL a {} # beside a\nMODEL b { # opens b\n x: 1 # beside x\n\n # last\n}\n# end",
            "# head\n\n# of a\nMODEL a {} # beside a\n\nMODEL b { # opens b\n  x: 1 # beside x\n\n  # last\n}\n# end\n",
        ),
        (
            "ROUTE r { WHEN a(\"x\") # why\n AND # how\n b(\"x\") MODEL m, # first\n n }",
            "ROUTE r {\n  WHEN a(\"x\") # why\n    # how\n    AND b(\"x\")\n  MODEL m, # first\n        n\n}\n",
        ),
        (
            "MODEL m { x: [ # list\n 1, # one\n # two\n 2 ] y: { # object\n } }",
            "MODEL m {\n  x: [ # list\n    1, # one\n    # two\n    2,\n  ]\n  y: { # object\n  }\n}\n",
        ),
    ]);
}

#[test]
fn literals_stay_as_they_were_written() {
    check(&[(
        "MODEL m { a: +07, b: 0.50, c: \"\\d\\u00e9\", d: \"one\r\n two\" }",
        "MODEL m {\n  a: +07\n  b: 0.50\n  c: \"\\d\\u00e9\"\n  d: \"one\r\n two\"\n}\n",
    )]);
}

#[test]
fn what_is_not_in_the_language_is_refused() {
    let refused = format(&Source::new("test", "MODEL m { x 1 }"));
    assert!(matches!(refused, Err(FormatRefused::Syntax(errors)) if errors.len() == 1));
}
