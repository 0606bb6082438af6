//! Small pairs of policies: what is equal, what is not, and how it is said.

use super::{By, Diff, Served, Subject, Verdict, diff};
use crate::lower::Options;
use crate::source::Source;

const SIGNALS: &str = r#"
SIGNAL keyword a { operator: "OR" keywords: ["alpha"] }
SIGNAL keyword b { operator: "OR" keywords: ["beta"] }
SIGNAL keyword c { operator: "OR" keywords: ["gamma"] }
SIGNAL context long { min_tokens: "16K" max_tokens: "256K" }
SIGNAL jailbreak j { threshold: 0.7 }
"#;

fn compared(old: &str, new: &str) -> Diff {
    let compile = |text: &str| {
        let source = Source::new("test.wrp", text);
        let compiled = crate::compile_with(&[source], Options { unproved: true, ..Options::default() });
        (compiled.graph.unwrap_or_else(|| panic!("{text}\n{:#?}", compiled.diagnostics)), compiled.policy)
    };
    let ((old_graph, old), (new_graph, new)) = (compile(old), compile(new));
    diff(Subject { policy: &old, graph: &old_graph }, Subject { policy: &new, graph: &new_graph })
}

fn by(served: &Served) -> String {
    let models = served.models.join("+");
    match &served.by {
        By::Route(name) => format!("{name}:{models}"),
        By::Deny(name) => format!("deny by {name}"),
        By::Default => format!("default:{models}"),
    }
}

fn shown(diff: &Diff) -> Vec<String> {
    let changes = diff.recipes.iter().flat_map(|recipe| &recipe.changes);
    changes.map(|it| format!("{} -> {} | {}", by(&it.old), by(&it.new), it.witness.words)).collect()
}

/// Routes of two policies over the same signals, and the changes; `strict` unless a head says otherwise.
#[track_caller]
fn check(old: &str, new: &str, expected: &[&str]) {
    let whole = |routes: &str| match routes.contains("ROUTING") {
        true => format!("{routes}{SIGNALS}"),
        false => format!("ROUTING {{ semantics: \"strict\" default_model: \"d\" }}{SIGNALS}{routes}"),
    };
    let found = compared(&whole(old), &whole(new));
    assert_eq!(shown(&found), expected, "{found:#?}");
    let verdict = if expected.is_empty() { Verdict::Equal } else { Verdict::Different };
    assert!(found.recipes.iter().all(|recipe| recipe.verdict == verdict), "{found:#?}");
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_equal() {
    let ab = "ROUTE r { PRIORITY 2 WHEN keyword(\"a\") AND keyword(\"b\") MODEL m }
              ROUTE s { PRIORITY 1 WHEN keyword(\"c\") MODEL n }";
    // The order of the blocks.
    check(
        ab,
        "ROUTE s { PRIORITY 1 WHEN keyword(\"c\") MODEL n }
         ROUTE r { PRIORITY 2 WHEN keyword(\"b\") AND keyword(\"a\") MODEL m }",
        &[],
    );
    // Priorities of which only the order counts.
    check(
        ab,
        "ROUTE r { PRIORITY 90 WHEN keyword(\"a\") AND keyword(\"b\") MODEL m }
         ROUTE s { PRIORITY 80 WHEN keyword(\"c\") MODEL n }",
        &[],
    );
    // De Morgan.
    check(
        ab,
        "ROUTE r { PRIORITY 2 WHEN NOT (NOT keyword(\"a\") OR NOT keyword(\"b\")) MODEL m }
         ROUTE s { PRIORITY 1 WHEN keyword(\"c\") MODEL n }",
        &[],
    );
    // A dead route more.
    check(
        ab,
        "ROUTE r { PRIORITY 2 WHEN keyword(\"a\") AND keyword(\"b\") MODEL m }
         ROUTE dead { PRIORITY 1 WHEN keyword(\"a\") AND keyword(\"b\") AND keyword(\"c\") MODEL x }
         ROUTE s { PRIORITY 1 WHEN keyword(\"c\") AND NOT (keyword(\"a\") AND keyword(\"b\")) MODEL n }",
        &[],
    );
    // One route as two.
    check(
        "ROUTE r { PRIORITY 2 WHEN keyword(\"a\") OR keyword(\"b\") MODEL m }",
        "ROUTE one { PRIORITY 2 WHEN keyword(\"a\") MODEL m } ROUTE two { PRIORITY 1 WHEN keyword(\"b\") MODEL m }",
        &[],
    );
    // A priority between routes that no request matches together.
    check(
        "ROUTE r { PRIORITY 2 WHEN keyword(\"a\") MODEL m } ROUTE s { PRIORITY 1 WHEN NOT keyword(\"a\") AND keyword(\"b\") MODEL n }",
        "ROUTE r { PRIORITY 1 WHEN keyword(\"a\") MODEL m } ROUTE s { PRIORITY 2 WHEN NOT keyword(\"a\") AND keyword(\"b\") MODEL n }",
        &[],
    );
    // Confidence decides among three, in the same way.
    let contest = "ROUTING { semantics: \"vsr-2026-08\" strategy: \"confidence\" }
        ROUTE r { PRIORITY 2 WHEN jailbreak(\"j\") MODEL m } ROUTE s { PRIORITY 1 WHEN keyword(\"c\") OR jailbreak(\"j\") MODEL n }";
    check(contest, contest, &[]);
    check(
        contest,
        "ROUTING { semantics: \"vsr-2026-08\" strategy: \"confidence\" }
         ROUTE s { PRIORITY 1 WHEN keyword(\"c\") OR jailbreak(\"j\") MODEL n } ROUTE r { PRIORITY 2 WHEN jailbreak(\"j\") MODEL m }",
        &[],
    );
}

#[test]
fn what_changed_is_said_with_a_request() {
    let two = |one: &str, other: &str| {
        format!(
            "ROUTE r {{ PRIORITY {one} WHEN keyword(\"a\") MODEL m }} ROUTE s {{ PRIORITY {other} WHEN keyword(\"b\") MODEL n }}"
        )
    };
    check(&two("2", "1"), &two("1", "2"), &["r:m -> s:n | keyword(\"a\"), keyword(\"b\")"]);
    let of = |when: &str, rest: &str| format!("ROUTE r {{ PRIORITY 2 WHEN {when} {rest} }}");
    // Model, reasoning, effort, plugin.
    let model = |rest: &str| of("keyword(\"a\")", rest);
    check(&model("MODEL m"), &model("MODEL n"), &["r:m -> r:n | keyword(\"a\")"]);
    check(
        &model("MODEL m (reasoning = true)"),
        &model("MODEL m (reasoning = true, effort = \"high\")"),
        &["r:m (reasoning) -> r:m (high reasoning) | keyword(\"a\")"],
    );
    check(
        &model("MODEL m"),
        &model("MODEL m PLUGIN fast_response { message: \"no\" }"),
        &["r:m -> r:m | keyword(\"a\")"],
    );
    // A condition wider, narrower, gone.
    check(
        &of("keyword(\"a\")", "MODEL m"),
        &of("keyword(\"a\") OR keyword(\"b\")", "MODEL m"),
        &["default:d -> r:m | keyword(\"b\")"],
    );
    check(
        &of("keyword(\"a\")", "MODEL m"),
        &of("keyword(\"a\") AND keyword(\"b\")", "MODEL m"),
        &["r:m -> default:d | keyword(\"a\")"],
    );
    check(&of("keyword(\"a\")", "MODEL m"), "", &["r:m -> default:d | keyword(\"a\")"]);
    // What becomes of what is unknown.
    check(
        &of("jailbreak(\"j\")", "MODEL m ON_UNKNOWN skip"),
        &of("jailbreak(\"j\")", "MODEL m"),
        &["default:d -> deny by r | jailbreak(\"j\") is unknown"],
    );
    check(
        &of("jailbreak(\"j\")", "MODEL m"),
        &of("jailbreak(\"j\")", "MODEL m ON_UNKNOWN match"),
        &["deny by r -> r:m | jailbreak(\"j\") is unknown"],
    );
}

#[test]
fn a_redefined_signal_is_two() {
    let policy = |signal: &str, route: &str| {
        format!(
            "ROUTING {{ semantics: \"strict\" default_model: \"d\" }}\n{signal}\nROUTE r {{ PRIORITY 1 WHEN {route} MODEL m }}"
        )
    };
    let table: &[(&str, &str, &str, &[&str])] = &[
        // A number is cut where either of them asks for it.
        (
            "SIGNAL context x { min_tokens: \"16K\" max_tokens: \"256K\" }",
            "SIGNAL context x { min_tokens: \"32K\" max_tokens: \"256K\" }",
            "context(\"x\")",
            &["r:m -> default:d | 16000 tokens of context"],
        ),
        // The longer list implies the shorter.
        (
            "SIGNAL keyword x { operator: \"OR\" keywords: [\"alpha\"] }",
            "SIGNAL keyword x { operator: \"OR\" keywords: [\"alpha\", \"beta\"] }",
            "keyword(\"x\")",
            &["default:d -> r:m | keyword(\"x (new)\")"],
        ),
        // One detector with a lower threshold fires more.
        (
            "SIGNAL jailbreak x { threshold: 0.8 }",
            "SIGNAL jailbreak x { threshold: 0.6 }",
            "jailbreak(\"x\")",
            &["default:d -> r:m | jailbreak(\"x (new)\")"],
        ),
        // What is for the reader changes nothing.
        (
            "SIGNAL jailbreak x { threshold: 0.8 }",
            "SIGNAL jailbreak x { threshold: 0.8 description: \"bad\" }",
            "jailbreak(\"x\")",
            &[],
        ),
        // Nor does the same list in another order of fields.
        (
            "SIGNAL keyword x { operator: \"OR\" keywords: [\"alpha\"] }",
            "SIGNAL keyword x { keywords: [\"alpha\"] operator: \"OR\" }",
            "keyword(\"x\")",
            &[],
        ),
        (
            "SIGNAL authz x { role: \"x\" subjects: [{ kind: \"Group\" name: \"g\" }] }",
            "SIGNAL authz x { role: \"x\" subjects: [{ kind: \"Group\" name: \"g\" }, { kind: \"Group\" name: \"h\" }] }",
            "authz(\"x\")",
            &["default:d -> r:m | role \"x (new)\""],
        ),
    ];
    for (old, new, route, expected) in table {
        let found = compared(&policy(old, route), &policy(new, route));
        assert_eq!(shown(&found), *expected, "{found:#?}");
        let verdict = if expected.is_empty() { Verdict::Equal } else { Verdict::Different };
        assert_eq!(found.recipes[0].verdict, verdict, "{found:#?}");
        assert_eq!(found.recipes[0].redefined.is_empty(), expected.is_empty(), "{found:#?}");
    }
}

/// Under a limit of one, a new embedding takes requests from those that are there.
#[test]
fn a_signal_more_can_push_out_another() {
    let policy = |more: &str| {
        format!(
            "SIGNAL embedding e {{ threshold: 0.7 candidates: [\"x\"] }}\n{more}\n
             ROUTE r {{ PRIORITY 1 WHEN embedding(\"e\") MODEL m }}\nROUTE s {{ PRIORITY 0 MODEL n }}"
        )
    };
    let more = "SIGNAL embedding f { threshold: 0.7 candidates: [\"y\"] }";
    let found = compared(&policy(""), &policy(more));
    assert_eq!(shown(&found), ["r:m -> s:n | embedding(\"e\"), embedding(\"f\") (the surest)"], "{found:#?}");
    let without = "ROUTING { embedding_top_k: 0 }\n";
    let found = compared(&format!("{without}{}", policy("")), &format!("{without}{}", policy(more)));
    assert_eq!(found.recipes[0].verdict, Verdict::Equal, "{found:#?}");
}

#[test]
fn bands_are_followed_through_their_scores() {
    let policy = |weight: &str, bound: &str| {
        format!(
            "{SIGNALS}
             PROJECTION score s {{ method: \"weighted_sum\" inputs: [
               {{ type: \"keyword\" name: \"a\" weight: 0.5 }}, {{ type: \"keyword\" name: \"b\" weight: {weight} }} ] }}
             PROJECTION mapping m {{ source: \"s\" method: \"threshold_bands\" outputs: [
               {{ name: \"low\" lt: {bound} }}, {{ name: \"high\" gte: {bound} }} ] }}
             ROUTE r {{ PRIORITY 1 WHEN projection(\"high\") MODEL m }}"
        )
    };
    let cases: &[(&str, &str, &[&str])] = &[
        ("0.5", "0.6", &[]),
        // Another bound between the same sums, another weight that reaches the same bands.
        ("0.5", "0.7", &[]),
        ("0.4", "0.6", &[]),
        ("0.5", "0.5", &["default: -> r:m | keyword(\"b\")"]),
        ("0.7", "0.6", &["default: -> r:m | keyword(\"b\")"]),
    ];
    for (weight, bound, expected) in cases {
        let found = compared(&policy("0.5", "0.6"), &policy(weight, bound));
        assert_eq!(shown(&found), *expected, "{weight} {bound}: {found:#?}");
    }
}

#[test]
fn renaming_is_no_change() {
    let found = compared(
        "ROUTE r { PRIORITY 1 WHEN keyword(\"a\") MODEL m } SIGNAL keyword a { operator: \"OR\" keywords: [\"x\"] }",
        "ROUTE fresh { PRIORITY 1 WHEN keyword(\"a\") MODEL m } SIGNAL keyword a { operator: \"OR\" keywords: [\"x\"] }",
    );
    assert!(found.is_equal(), "{found:#?}");
    assert_eq!(found.recipes[0].renamed, [("r".to_owned(), "fresh".to_owned())]);
}

#[test]
fn settings_are_said_and_count_where_a_caller_meets_them() {
    let recipe = |name: &str, asked: &str| {
        format!(
            "RECIPE {name} {{ ROUTE r {{ PRIORITY 1 MODEL m }} }}\nENTRYPOINT {{ model_names: [\"{asked}\"], recipe: \"{name}\" }}\n"
        )
    };
    let strict = "ROUTING { semantics: \"strict\" }\n";
    let table = [
        (recipe("x", "fast"), recipe("x", "fast"), &[][..], true),
        (recipe("x", "fast"), recipe("y", "fast"), &["recipe"], true),
        (recipe("x", "fast"), recipe("x", "quick"), &["model name `fast`", "model name `quick`"], false),
        (recipe("x", "fast"), String::new(), &["recipe", "model name `fast`"], false),
        (strict.to_owned(), String::new(), &["semantics"], true),
        (
            "ROUTING { default_model: \"m\" }".to_owned(),
            "ROUTING { default_model: \"n\" }".to_owned(),
            &["default model"],
            false,
        ),
        (
            "ROUTING { aliases: [\"auto\"] }".to_owned(),
            "ROUTING { aliases: [\"auto\", \"router\"] }".to_owned(),
            &["model name `router`"],
            false,
        ),
    ];
    for (old, new, expected, equal) in table {
        let found = compared(&old, &new);
        let what: Vec<&str> = found.settings.iter().map(|setting| setting.what.as_str()).collect();
        assert_eq!((what.as_slice(), found.is_equal()), (expected, equal), "{old}\n{new}\n{found:#?}");
    }
}

#[test]
fn a_change_of_semantics_shows_where_something_is_unknown() {
    let policy = |semantics: &str| {
        format!(
            "ROUTING {{ semantics: \"{semantics}\" default_model: \"d\" }}{SIGNALS}
             ROUTE guard {{ PRIORITY 2 WHEN jailbreak(\"j\") MODEL m }} ROUTE r {{ PRIORITY 1 WHEN keyword(\"a\") MODEL n }}"
        )
    };
    let found = compared(&policy("vsr-2026-08"), &policy("strict"));
    assert_eq!(found.recipes[0].verdict, Verdict::Different, "{found:#?}");
    assert_eq!(
        shown(&found),
        [
            "r:n -> deny by guard | jailbreak(\"j\") is unknown, keyword(\"a\")",
            "default:d -> deny by guard | jailbreak(\"j\") is unknown",
        ],
        "{found:#?}"
    );
}
