//! What people read when a policy is not in the language, case by case.

use super::read;
use crate::source::Source;

/// `line:column`, the underlined text, the message, the help, and other places.
fn said(text: &str) -> Vec<String> {
    let source = Source::new("test", text);
    let place = |at| {
        let place = source.place(at);
        format!("{}:{}", place.line, place.column)
    };
    let say = |diagnostic: &crate::diagnostic::Diagnostic| {
        let help = diagnostic.help.iter().map(|help| format!(" => {help}"));
        let related = diagnostic
            .related
            .iter()
            .map(|other| format!(" ({} {})", place(other.span.start), other.message));
        let underlined = source.slice(diagnostic.span);
        let message = format!("{} `{underlined}` {}", place(diagnostic.span.start), diagnostic.message);
        std::iter::once(message).chain(help).chain(related).collect()
    };
    read(text).1.iter().map(say).collect()
}

fn check(table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(said(text), *expected, "{text}");
    }
}

#[test]
fn unknown_and_misspelt_blocks_are_named() {
    check(&[
        ("ROUT r { MODEL m }", &["1:1 `ROUT` there is no block `ROUT` => write `ROUTE`"]),
        ("signal domain law {}", &["1:1 `signal` there is no block `signal` => write `SIGNAL`"]),
        (
            "BACKEND vllm e { port: 1 }",
            &[
                "1:1 `BACKEND` there is no block `BACKEND` => leave addresses to the proxy; declare the model with `MODEL name { … }`",
            ],
        ),
        (
            "GLOBAL { strategy: priority }",
            &["1:1 `GLOBAL` there is no block `GLOBAL` => write `ROUTING { … }`"],
        ),
        (
            "SIGNAL_GROUP g { members: [] }",
            &[
                "1:1 `SIGNAL_GROUP` there is no block `SIGNAL_GROUP` => write `PROJECTION partition name { … }`",
            ],
        ),
        (
            "DECISION d { MODEL m }",
            &["1:1 `DECISION` there is no block `DECISION` => write `ROUTE name { … }`"],
        ),
        (
            "SESSION_STATE s { turns: 1 }",
            &[
                "1:1 `SESSION_STATE` there is no block `SESSION_STATE` => remove it; a policy declares no session state",
            ],
        ),
        (
            "Here is your policy:\nROUTE r { MODEL m }",
            &[
                "1:1 `Here` expected a block, found `Here` => begin a block with `ROUTING`, `ENTRYPOINT`, `RECIPE`, `SIGNAL`, `PROJECTION`, `ROUTE`, `DECISION_TREE`, `MODEL`, `PLUGIN`, `TEST`, `POOL`, `WORKLOAD`, `ROLE`, `ASSERT` or `BUDGET`",
            ],
        ),
        (
            "MODEL m {}\n}\nMODEL n {}",
            &["2:1 `}` this `}` closes nothing => remove it, or open the block it belongs to"],
        ),
        (
            "42",
            &[
                "1:1 `42` expected a block, found `42` => begin a block with `ROUTING`, `ENTRYPOINT`, `RECIPE`, `SIGNAL`, `PROJECTION`, `ROUTE`, `DECISION_TREE`, `MODEL`, `PLUGIN`, `TEST`, `POOL`, `WORKLOAD`, `ROLE`, `ASSERT` or `BUDGET`",
            ],
        ),
    ]);
}

#[test]
fn blocks_need_their_heads() {
    check(&[
        ("ROUTE { MODEL m }", &["1:7 `{` the block has no name => write a name before the `{`"]),
        ("SIGNAL domain { a: 1 }", &["1:15 `{` the block has no name => write a name before the `{`"]),
        ("MODEL 3b-x {}", &[r#"1:7 `3b-x` a bare name does not begin with a digit => write `"3b-x"`"#]),
        (r#"MODEL "m" 5"#, &["1:11 `5` expected `{`, found `5`"]),
        (
            "PROJECTION group g {}",
            &["1:12 `group` expected `partition`, `score` or `mapping`, found `group`"],
        ),
        (
            r#"SIGNAL domain test description: "no braces""#,
            &["1:20 `description` expected `{`, found `description`"],
        ),
        (r#"SIGNAL "domain" law {}"#, &[r#"1:8 `"domain"` expected a bare name, found `"domain"`"#]),
        ("ROUTE", &["1:6 `` expected a name, found the end of the file"]),
    ]);
}

#[test]
fn route_lines_are_checked() {
    check(&[
        (
            "ROUTE r { PRIORTY 5 }",
            &["1:11 `PRIORTY` `PRIORTY` begins no line of a route => write `PRIORITY`"],
        ),
        (
            "ROUTE r { FOO 123 }",
            &[
                "1:11 `FOO` expected a line of a route, found `FOO` => begin it with `PRIORITY`, `TIER`, `DESCRIPTION`, `WHEN`, `ON_UNKNOWN`, `MODEL`, `ALGORITHM`, `PLUGIN`, `FOR` or `EMIT`",
            ],
        ),
        ("ROUTE r { PRIORITY high }", &["1:20 `high` expected a whole number, found `high`"]),
        ("ROUTE r { PRIORITY 1.5 }", &["1:20 `1.5` expected a whole number, found `1.5`"]),
        (
            "ROUTE r { TIER 99999999999999999999 }",
            &[
                "1:16 `99999999999999999999` the number `99999999999999999999` is out of range => whole numbers go from -9223372036854775808 to 9223372036854775807",
            ],
        ),
        ("ROUTE r { NAME x }", &["1:11 `NAME` a route has no `NAME` => name the route behind `ROUTE`"]),
        ("ROUTE r { PRIORITY: 5 }", &["1:19 `:` `PRIORITY` takes no `:` => remove the `:`"]),
        ("ROUTE r { PRIORITY 5, MODEL m }", &["1:21 `,` a comma cannot stand here => remove the comma"]),
        (
            "ROUTE r { DESCRIPTION short MODEL m }",
            &[r#"1:23 `short` expected a string in `"` quotes, found `short`"#],
        ),
        ("ROUTE r { ON_UNKNOWN maybe }", &["1:22 `maybe` expected `skip`, `match` or `deny`, found `maybe`"]),
        (
            r#"ROUTE r { MODEL "a", PLUGIN p }"#,
            &[
                "1:20 `,` the comma makes `PLUGIN` the name of a model => remove the comma behind the last model",
            ],
        ),
        (
            "ROUTE r { MODEL m () }",
            &["1:20 `)` expected an option or `)`, found `)` => write options as `name = value`"],
        ),
        ("ROUTE r { FOR m IN [] { MODEL m } }", &["1:21 `]` expected a name, found `]`"]),
        ("ROUTE r { FOR m OF models { MODEL m } }", &["1:17 `OF` expected `IN`, found `OF`"]),
        (
            "ROUTE r { FOR m IN models { MODEL m PRIORITY 5 } }",
            &["1:37 `PRIORITY` expected `MODEL`, found `PRIORITY`"],
        ),
        ("ROUTE r { EMIT retention MODEL m }", &["1:26 `MODEL` expected `{`, found `MODEL`"]),
        (
            r#"ROUTE r (description = "d", owner = ops) { MODEL m }"#,
            &["1:27 `,` a comma cannot stand here => remove the comma"],
        ),
        (
            r#"ROUTE r (description: "d") { MODEL m }"#,
            &["1:21 `:` options are not written with `:` => write `description = …`"],
        ),
        (
            "ROUTE r { MODEL m (weight: 2 effort = high) }",
            &[
                "1:26 `:` options are not written with `:` => write `weight = …`",
                "1:30 `effort` missing comma before `effort` => write a comma between items",
            ],
        ),
    ]);
}

#[test]
fn conditions_are_checked() {
    check(&[
        (
            r#"ROUTE r { WHEN embedding("a") > 0.5 MODEL m }"#,
            &[
                "1:31 `>` there is no operator `>` => write the bound inside the parentheses: `predicate: { gt: 0.5 }`",
            ],
        ),
        (
            r#"ROUTE r { WHEN (embedding("a") >= 0.5) AND domain("b") }"#,
            &[
                "1:32 `>=` there is no operator `>=` => write the bound inside the parentheses: `predicate: { gte: 0.5 }`",
            ],
        ),
        (
            r#"ROUTE r { WHEN domain("a") and domain("b") or not (domain("c")) }"#,
            &[
                "1:28 `and` `and` is not an operator => write `AND`",
                "1:44 `or` `or` is not an operator => write `OR`",
                "1:47 `not` `not` is not an operator => write `NOT`",
            ],
        ),
        (
            r#"ROUTE r { WHEN domain("a") && !domain("b") || domain("c") }"#,
            &[
                "1:28 `&&` `&&` is not an operator => write `AND`",
                "1:31 `!` `!` is not an operator => write `NOT`",
                "1:44 `||` `||` is not an operator => write `OR`",
            ],
        ),
        (
            "ROUTE r { WHEN domain(\"a\") AND\n  MODEL m }",
            &["1:28 `AND` `AND` has no condition on its right => complete the condition or remove `AND`"],
        ),
        (
            "ROUTE r { WHEN NOT MODEL m }",
            &["1:16 `NOT` `NOT` has no condition on its right => complete the condition or remove `NOT`"],
        ),
        (
            r#"ROUTE r { WHEN urgent AND domain("a") MODEL m }"#,
            &[
                r#"1:16 `urgent` `urgent` is not a condition => write a condition as `kind("name")`, for example `keyword("urgent")`"#,
            ],
        ),
        (
            "ROUTE r { WHEN 123 MODEL m }",
            &[
                r#"1:16 `123` expected a condition, found `123` => write a condition as `kind("name")`, for example `domain("math")`"#,
            ],
        ),
        ("ROUTE r { WHEN domain() MODEL m }", &["1:23 `)` expected a name, found `)`"]),
        (
            r#"ROUTE r { WHEN domain("a" AND domain("b") MODEL m }"#,
            &[
                "1:27 `AND` missing `)` before `AND` => close the `(` with `)` (1:22 this `(` is never closed)",
            ],
        ),
        (
            r#"ROUTE r { WHEN ((domain("a") OR domain("b")) MODEL m }"#,
            &[
                "1:46 `MODEL` missing `)` before `MODEL` => close the `(` with `)` (1:16 this `(` is never closed)",
            ],
        ),
        (r#"ROUTE r { WHEN domain("a")) MODEL m }"#, &["1:27 `)` this `)` closes nothing => remove it"]),
        (
            r#"ROUTE r { WHEN classifier("c", label "x", predicate: { gte 0.5 }) }"#,
            &[
                r#"1:38 `"x"` expected `:` after `label`, found `"x"` => write `label: "x"`"#,
                "1:60 `0.5` expected `:` after `gte`, found `0.5` => write `gte: 0.5`",
            ],
        ),
        (
            r#"ROUTE r { WHEN classifier("c",) }"#,
            &["1:30 `,` a comma cannot stand before `)` => remove the comma"],
        ),
        (
            r#"ROUTE r { WHEN domain("a") domain("b") }"#,
            &[
                "1:28 `domain` a condition stands behind another => write `AND` or `OR` between the conditions",
            ],
        ),
    ]);
}

#[test]
fn fields_and_values_are_checked() {
    check(&[
        (
            r#"SIGNAL domain a { description "x" }"#,
            &[r#"1:31 `"x"` expected `:` after `description`, found `"x"` => write `description: "x"`"#],
        ),
        (
            r#"SIGNAL domain a { description = "x" }"#,
            &["1:31 `=` fields are not written with `=` => write `description : …`"],
        ),
        (
            "SIGNAL domain a { description: , b: 1 }",
            &["1:19 `description` `description` has no value => write a value after `description:`"],
        ),
        (
            "SIGNAL domain a { threshold: b: 1 }",
            &["1:19 `threshold` `threshold` has no value => write a value after `threshold:`"],
        ),
        ("SIGNAL domain a { a: 1, }", &["1:23 `,` a comma cannot stand before `}` => remove the comma"]),
        ("SIGNAL domain a { a: 1,, b: 2 }", &["1:24 `,` a comma cannot stand here => remove the comma"]),
        (
            "SIGNAL domain a { a: { b: 1, } }",
            &["1:28 `,` a comma cannot stand before `}` => remove the comma"],
        ),
        (
            "SIGNAL domain a { a: [1 2] }",
            &["1:25 `2` missing comma before `2` => write a comma between items"],
        ),
        ("SIGNAL domain a { a: [1,, 2] }", &["1:25 `,` a comma cannot stand here => remove the comma"]),
        ("SIGNAL domain a { a: [, 1] }", &["1:23 `,` a comma cannot stand here => remove the comma"]),
        (
            "SIGNAL domain a { a: [1, 2 b: 3 }",
            &["1:28 `b` missing `]` before `b` => close the `[` with `]` (1:22 this `[` is never closed)"],
        ),
        (
            "SIGNAL domain a { a: 1e5 }",
            &[
                r#"1:22 `1e5` `1e5` is not a number => write numbers without an exponent or a unit, and anything else in `"` quotes"#,
            ],
        ),
        (
            r#"SIGNAL domain a { "a": 1 }"#,
            &[r#"1:19 `"a"` expected a field or `}`, found `"a"` => write fields as `name: value`"#],
        ),
        ("SIGNAL domain a { a: ] }", &["1:22 `]` expected a value, found `]`"]),
        ("SIGNAL domain a { a: -> }", &["1:22 `->` expected a value, found `->`"]),
    ]);
}

#[test]
fn brackets_that_are_not_closed_are_shown_where_they_open() {
    check(&[
        (
            "MODEL m {\n  a: 1\n\nROUTE r { MODEL m }",
            &[
                "4:1 `ROUTE` missing `}` before `ROUTE` => close the `{` with `}` (1:9 this `{` is never closed)",
            ],
        ),
        (
            "ROUTE r {\n  PLUGIN p {\n    a: 1\n  MODEL m\n}",
            &[
                "4:3 `MODEL` missing `}` before `MODEL` => close the `{` with `}` (2:12 this `{` is never closed)",
            ],
        ),
        (
            "RECIPE x {\n  ROUTE r { MODEL m }\n\nENTRYPOINT { recipe: x }",
            &[
                "4:1 `ENTRYPOINT` missing `}` before `ENTRYPOINT` => close the `{` with `}` (1:10 this `{` is never closed)",
            ],
        ),
        (
            "SIGNAL domain a { b: [1, 2",
            &[
                "1:26 `2` missing `]` before the end of the file => close the `[` with `]` (1:22 this `[` is never closed)",
            ],
        ),
        (
            "SIGNAL domain a {",
            &[
                "1:17 `{` missing `}` before the end of the file => close the `{` with `}` (1:17 this `{` is never closed)",
            ],
        ),
    ]);
}

#[test]
fn trees_have_their_order() {
    check(&[
        (
            r#"DECISION_TREE t { IF domain("a") { MODEL m } }"#,
            &[
                "1:46 `}` expected `ELSE`, found `}` => end every DECISION_TREE with `ELSE { … }`, so that each request finds a branch",
            ],
        ),
        ("DECISION_TREE t { ELSE { MODEL m } }", &["1:19 `ELSE` expected `IF`, found `ELSE`"]),
        (
            r#"DECISION_TREE t { IF domain("a") { MODEL m } IF domain("b") { MODEL n } ELSE { MODEL o } }"#,
            &["1:46 `IF` a second `IF` in one tree => write `ELSE IF`"],
        ),
        (
            r#"DECISION_TREE t { IF domain("a") { MODEL m } ELSE { MODEL o } ELSE IF domain("b") { MODEL n } }"#,
            &[
                "1:63 `ELSE` `ELSE` stands after the last `ELSE` => move it before the `ELSE`, which takes everything that is left",
            ],
        ),
        (
            r#"DECISION_TREE t { IF domain("a") { PRIORITY 1 WHEN domain("b") } ELSE { MODEL m } }"#,
            &[
                "1:36 `PRIORITY` a branch has no `PRIORITY` => remove it; the first branch whose condition holds is taken",
                "1:47 `WHEN` a branch has no `WHEN` => remove it; the condition of a branch stands behind its `IF`",
            ],
        ),
        (
            r#"DECISION_TREE t { if domain("a") { MODEL m } else { MODEL n } }"#,
            &[
                "1:19 `if` `if` is not a keyword => write `IF`",
                "1:46 `else` `else` is not a keyword => write `ELSE`",
            ],
        ),
    ]);
}

#[test]
fn recipes_hold_no_global_blocks() {
    check(&[(
        "RECIPE x { MODEL m {} ENTRYPOINT { recipe: x } RECIPE y {} ROUTE r { MODEL m } }",
        &[
            "1:12 `MODEL` a RECIPE cannot hold `MODEL` => move the block out of the recipe; it belongs to the whole policy",
            "1:23 `ENTRYPOINT` a RECIPE cannot hold `ENTRYPOINT` => move the block out of the recipe; it belongs to the whole policy",
            "1:48 `RECIPE` a RECIPE cannot hold `RECIPE` => move the block out of the recipe; it belongs to the whole policy",
        ],
    )]);
}

#[test]
fn blocks_of_other_languages_are_not_taken_for_slips() {
    check(&[
        ("RULE r { MODEL m }", &["1:1 `RULE` there is no block `RULE` => write `ROUTE name { … }`"]),
        (
            "TOOL t { }",
            &[
                "1:1 `TOOL` there is no block `TOOL` => name tools in a `ROLE name { … }`, or in `PLUGIN tools { … }`",
            ],
        ),
        ("pool home { }", &["1:1 `pool` there is no block `pool` => write `POOL`"]),
        ("BUGDET { }", &["1:1 `BUGDET` there is no block `BUGDET` => write `BUDGET`"]),
    ]);
}

#[test]
fn assertions_are_checked() {
    check(&[
        (
            r#"ASSERT a { WHEN pii("p") }"#,
            &[
                r#"1:26 `}` expected `REQUIRE`, found `}` => say what must hold: `REQUIRE pool.location == "on_prem"`"#,
            ],
        ),
        (
            "ASSERT a { REQIRE pool.gpus == 1 }",
            &["1:12 `REQIRE` `REQIRE` begins no line of an assertion => write `REQUIRE`"],
        ),
        (
            "ASSERT a { REQUIRE pool.gpus == 1 MODEL m }",
            &[
                "1:35 `MODEL` an assertion has no `MODEL` => remove it; an assertion says what must hold of the routes",
            ],
        ),
        (
            "ASSERT a { REQUIRE pool.gpus = 1 AND pool.gpus => 1 and not (pool.gpus <> 2) }",
            &[
                "1:30 `=` `=` is not an operator => write `==`",
                "1:48 `=>` `=>` is not an operator => write `>=`",
                "1:53 `and` `and` is not an operator => write `AND`",
                "1:57 `not` `not` is not an operator => write `NOT`",
                "1:72 `<>` `<>` is not an operator => write `!=`",
            ],
        ),
        (
            "ASSERT a { REQUIRE pool.tags contains \"x\" }",
            &["1:30 `contains` `contains` is not an operator => write `HAS`"],
        ),
        (
            r#"ASSERT a { REQUIRE pii("p") }"#,
            &[
                "1:20 `pii` `pii(…)` is a condition, not a comparison => write what the request is like behind `WHEN`",
                "1:29 `}` expected `REQUIRE`, found `}` => say what must hold: `REQUIRE pool.location == \"on_prem\"`",
            ],
        ),
        (
            "ASSERT a { REQUIRE pool.gpus 8 REQUIRE pool.gpus == 8 }",
            &["1:30 `8` expected `==`, `!=`, `<`, `<=`, `>`, `>=`, `IN` or `HAS`, found `8`"],
        ),
        (
            "ASSERT a { REQUIRE pool.gpus == AND pool.gpus == 8 REQUIRE pool.gpus ==\n REQUIRE pool.gpus == 8 }",
            &["1:33 `AND` expected a value, found `AND`", "2:2 `REQUIRE` expected a value, found `REQUIRE`"],
        ),
        (
            "ASSERT a { REQUIRE pool.gpus == 8 OR REQUIRE pool.gpus == 8 }",
            &["1:35 `OR` `OR` has no condition on its right => complete the condition or remove `OR`"],
        ),
        (
            "ASSERT a { REQUIRE (pool.gpus == 8 OR pool.gpus == 9 REQUIRE pool.gpus == 8 }",
            &[
                "1:54 `REQUIRE` missing `)` before `REQUIRE` => close the `(` with `)` (1:20 this `(` is never closed)",
            ],
        ),
        (
            "RECIPE x { POOL p {} BUDGET {} ASSERT a { REQUIRE pool.gpus == 8 } }",
            &[
                "1:12 `POOL` a RECIPE cannot hold `POOL` => move the block out of the recipe; it belongs to the whole policy",
                "1:22 `BUDGET` a RECIPE cannot hold `BUDGET` => move the block out of the recipe; it belongs to the whole policy",
            ],
        ),
    ]);
}

#[test]
fn test_cases_have_an_arrow() {
    check(&[
        (
            r#"TEST t { "a" => r "b": s "c" -> }"#,
            &[
                "1:14 `=>` test cases are not written with `=>` => write `->`",
                "1:22 `:` test cases are not written with `:` => write `->`",
                "1:33 `}` expected a name, found `}`",
            ],
        ),
        (
            "TEST t { a -> r }",
            &[r#"1:10 `a` expected a test case, found `a` => write test cases as `"query" -> route`"#],
        ),
    ]);
}

#[test]
fn foreign_signs_are_named() {
    check(&[
        ("// a comment\nMODEL m {}", &["1:1 `//` `//` does not begin a comment => begin comments with `#`"]),
        (
            "/* a\ncomment */ MODEL m {}",
            &["1:1 `/*` `/*` does not begin a comment => begin every line of the comment with `#`"],
        ),
        (
            "MODEL m { a: 'x' b: “y” }",
            &[
                r#"1:14 `'x'` a string cannot stand in single quotes => write strings in `"` quotes"#,
                r#"1:21 `“y”` a string cannot stand in curly quotes => write strings in `"` quotes"#,
            ],
        ),
        (
            "MODEL m { a: 1; b: 2 }",
            &[
                "1:15 `;` `;` is no part of the language => remove it; fields and route items need nothing between them",
            ],
        ),
        (
            "MODEL café {}",
            &[
                r#"1:7 `café` bare names are made of ASCII letters, digits, `_`, `-`, `.` and `/` => write the name in `"` quotes"#,
            ],
        ),
        (
            "```dsl\nMODEL m {}\n```",
            &[
                "1:1 ````dsl` a Markdown fence is no part of a policy => remove the line",
                "3:1 ````` a Markdown fence is no part of a policy => remove the line",
            ],
        ),
        (
            "MODEL\u{a0}m {}",
            &["1:6 `\u{a0}` a no-break space is not white space here => replace it by a plain space"],
        ),
        (
            "\u{feff}MODEL m {}",
            &[
                "1:1 `\u{feff}` a byte order mark is no part of a policy => save the file as UTF-8 without a byte order mark",
            ],
        ),
        ("MODEL @ m {}", &["1:7 `@` expected a name, found `@`"]),
        (r#"MODEL m { a: "x }"#, &[r#"1:14 `"x` this string is never closed => close the string with `"`"#]),
        (
            r#"MODEL m { a: "x, b: "y" }"#,
            &[r#"1:14 `"x, b: "y"` this string is never closed => close the string with `"`"#],
        ),
        (
            "MODEL m { a: \"x\\\ny\" }",
            &[
                r#"1:16 `\` a backslash cannot stand before a line break => write `\n`, or leave the line break alone"#,
            ],
        ),
        (
            "SIGNAL domain \"a { b: 1 }\nSIGNAL domain \"c\" { d: 2 }",
            &[
                r#"1:15 `"a { b: 1 }` this string is never closed => close the string with `"`"#,
                "2:1 `SIGNAL` expected `{`, found `SIGNAL`",
            ],
        ),
    ]);
}
