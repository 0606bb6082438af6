//! What policies mean, in tables.

use super::model::REASONING_FAMILIES;
use crate::diagnostic::Level;
use crate::lower::Options;
use crate::policy::{Expr, Policy, Recipe, Semantics, Strategy, Term};
use crate::source::Source;
use crate::{Compiled, compile_with};

fn compiled(texts: &[&str]) -> Compiled {
    let sources: Vec<Source> =
        texts.iter().enumerate().map(|(at, text)| Source::new(format!("{at}.wrp"), *text)).collect();
    // What can be proved of a policy has tests of its own.
    compile_with(&sources, Options { unproved: true, ..Options::default() })
}

/// The policy of a text without errors.
fn policy(text: &str) -> Policy {
    let compiled = compiled(&[text]);
    assert!(!compiled.has_errors(), "{text}: {:?}", compiled.diagnostics);
    compiled.policy
}

fn recipe(text: &str) -> Recipe {
    policy(text).recipes.swap_remove(0)
}

/// What is found, as `level name source:text`.
fn found(texts: &[&str]) -> Vec<String> {
    let describe = |(source, it): &(usize, crate::diagnostic::Diagnostic)| {
        let text = &texts[*source][it.span.start as usize..it.span.end as usize];
        format!("{:?} {} {source}:{text}", it.level, it.lint.name)
    };
    compiled(texts).diagnostics.iter().map(describe).collect()
}

fn shown(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(shown).collect::<Vec<_>>().join(" ");
    match expr {
        Expr::And(items) => format!("and({})", list(items)),
        Expr::Or(items) => format!("or({})", list(items)),
        Expr::Not(inner) => format!("not({})", shown(inner)),
        Expr::Leaf(leaf) => leaf.name.clone(),
    }
}

const DOMAINS: &str = "SIGNAL domain math {} SIGNAL domain law {} SIGNAL domain health {}\n";

#[test]
fn conditions_are_flattened_as_the_engine_averages_them() {
    let table = [
        ("", "and()"),
        ("WHEN domain(\"math\")", "and(math)"),
        ("WHEN (domain(\"math\"))", "and(math)"),
        ("WHEN NOT domain(\"math\")", "not(math)"),
        ("WHEN NOT NOT domain(\"math\")", "not(not(math))"),
        ("WHEN domain(\"math\") AND (domain(\"law\") AND domain(\"health\"))", "and(math law health)"),
        ("WHEN domain(\"math\") OR (domain(\"law\") OR domain(\"health\"))", "or(math law health)"),
        ("WHEN domain(\"math\") OR domain(\"law\") AND domain(\"health\")", "or(math and(law health))"),
        ("WHEN NOT (domain(\"math\") AND domain(\"law\"))", "not(and(math law))"),
        ("WHEN domain(\"law\") WHEN domain(\"math\")", "and(math)"),
    ];
    for (when, expected) in table {
        let recipe = recipe(&format!("{DOMAINS} ROUTE r {{ MODEL \"m\" {when} }}"));
        assert_eq!(shown(&recipe.routes[0].when), expected, "{when}");
    }
}

#[test]
fn a_tree_is_routes_that_refuse_what_came_before() {
    let text = format!(
        "{DOMAINS}
        DECISION_TREE one {{
          IF domain(\"math\") AND domain(\"law\") {{ NAME both MODEL \"a\" }}
          ELSE IF domain(\"math\") OR domain(\"health\") {{ MODEL \"b\" TIER 2 }}
          ELSE {{ MODEL \"c\" }}
        }}
        DECISION_TREE two {{ IF domain(\"law\") {{ MODEL \"d\" }} ELSE {{ MODEL \"e\" }} }}"
    );
    let recipe = recipe(&text);
    let routes: Vec<_> = recipe
        .routes
        .iter()
        .map(|it| (it.name.it.as_str(), it.priority, it.tier, shown(&it.when), it.tree.as_deref()))
        .collect();
    let expected = [
        ("both", 1_000_000, 0, "and(math law)", Some("one")),
        ("one__branch_02", 999_999, 2, "and(or(math health) not(and(math law)))", Some("one")),
        ("one__branch_03", 999_998, 0, "and(not(and(math law)) not(or(math health)))", Some("one")),
        ("two__branch_01", 999_000, 0, "and(law)", Some("two")),
        ("two__branch_02", 998_999, 0, "not(law)", Some("two")),
    ];
    for (route, expected) in routes.iter().zip(&expected) {
        assert_eq!((route.0, route.1, route.2, route.3.as_str(), route.4), *expected);
    }
    assert_eq!(routes.len(), expected.len());
}

#[test]
fn of_what_stands_twice_the_last_counts_and_lists_add_up() {
    let recipe = recipe(
        "ROUTE r (description = \"head\") {
           PRIORITY 1 PRIORITY 7 TIER 1 TIER 2
           MODEL \"a\" MODEL \"b\" (reasoning = true, effort = \"high\", lora = \"x\", weight = 2)
           FOR it IN [\"b\", \"c\"] { MODEL it }
           EMIT retention { ttl_turns: 3 keep_current_model: true }
         }",
    );
    let route = &recipe.routes[0];
    assert_eq!((route.priority, route.tier, route.description.as_deref()), (7, 2, Some("head")));
    let models: Vec<&str> = route.models.iter().map(|model| model.name.it.as_str()).collect();
    assert_eq!(models, ["a", "b", "c"]);
    let second = &route.models[1];
    assert_eq!((second.reasoning, second.effort.as_deref()), (Some(true), Some("high")));
    assert_eq!((second.lora.as_deref(), second.weight), (Some("x"), Some(2.0)));
    assert_eq!((route.emits[0].ttl_turns, route.emits[0].keep_current_model), (Some(3), Some(true)));
}

#[test]
fn a_template_is_overridden_field_by_field() {
    let recipe = recipe(
        "PLUGIN cache semantic-cache { enabled: true similarity_threshold: 0.8 }
         ROUTE r {
           MODEL \"m\"
           PLUGIN cache { similarity_threshold: 0.9 }
           PLUGIN system-prompt { system_prompt: \"Be brief.\" }
         }",
    );
    let plugins = &recipe.routes[0].plugins;
    assert_eq!(plugins[0].kind, "response_cache");
    assert_eq!(plugins[0].fields.flag("enabled"), Some(true));
    assert_eq!(plugins[0].fields.number("similarity_threshold"), Some(0.9));
    assert_eq!(plugins[0].fields.entries.len(), 2);
    assert_eq!(plugins[1].kind, "system_prompt");
}

#[test]
fn recipes_are_scopes_that_share_only_the_models() {
    let policy = policy(
        "ROUTING { strategy: confidence embedding_top_k: 3 default_model: \"fallback\" }
         MODEL shared { }
         SIGNAL domain math {}
         ROUTE top { WHEN domain(\"math\") MODEL \"shared\" }
         RECIPE own (description = \"its own\" strategy = \"confidence\") {
           SIGNAL domain law {}
           ROUTE inner { WHEN domain(\"law\") MODEL \"shared\" }
         }
         RECIPE plain { ROUTING { embedding_top_k: 0 } ROUTE inner { MODEL \"shared\" } }
         ENTRYPOINT { model_names: [\"a\", \"b\"] recipe: \"own\" }
         ENTRYPOINT { model_names: [\"c\"] recipe: \"default\" }
         ENTRYPOINT { model_names: [\"d\"] recipe: \"plain\" }",
    );
    let scopes: Vec<_> =
        policy.recipes.iter().map(|it| (it.name.as_str(), it.strategy, it.embedding_top_k)).collect();
    assert_eq!(
        scopes,
        [
            ("default", Strategy::Confidence, 3),
            ("own", Strategy::Confidence, 3),
            ("plain", Strategy::Priority, 0)
        ]
    );
    assert_eq!(policy.recipes[1].description.as_deref(), Some("its own"));
    let entrypoints: Vec<_> = policy.entrypoints.iter().map(|it| (it.model_names.len(), it.recipe)).collect();
    assert_eq!(entrypoints, [(2, 1), (1, 0), (1, 2)]);
    let models: Vec<_> = policy.models.iter().map(|it| (it.name.it.as_str(), it.declared)).collect();
    assert_eq!(models, [("shared", true), ("fallback", false)]);
    assert_eq!(policy.aliases, ["auto", "MoM", "vllm-sr/auto"]);
}

#[test]
fn an_input_is_read_by_its_type_and_source() {
    let recipe = recipe(
        "SIGNAL domain math {}
         PROJECTION score one { inputs: [
           { type: \"domain\", name: \"math\", weight: 1, match: 0, miss: -1 },
           { type: \"domain\", name: \"math\", weight: 1, value_source: \"confidence\" },
           { type: \"domain\", name: \"math\", weight: 1, value_source: \"raw\" },
           { type: \"kb_metric\", kb: \"k\", metric: \"best_score\", weight: 0.5 }
         ] }
         PROJECTION score two { inputs: [
           { type: \"projection\", name: \"one\", weight: 1, value_source: \"score\" },
           { type: \"projection\", name: \"high\", weight: 1 }
         ] }
         PROJECTION mapping bands { source: \"one\" calibration: { slope: 4 } outputs: [{ name: \"high\", gte: 0.5 }] }
         PROJECTION mapping more { source: \"two\" outputs: [{ name: \"top\", gt: 1 }] }
         ROUTE r { WHEN projection(\"top\") MODEL \"m\" }",
    );
    let (kind, name) = ("domain".to_owned(), "math".to_owned());
    let terms: Vec<&Term> = recipe.scores.iter().flat_map(|it| &it.inputs).map(|it| &it.term).collect();
    let expected = [
        &Term::Binary { kind: kind.clone(), name: name.clone(), matched: 1.0, missed: -1.0 },
        &Term::Confidence { kind: kind.clone(), name: name.clone() },
        &Term::Raw { kind, name },
        &Term::KbMetric { kb: "k".to_owned(), metric: "best_score".to_owned() },
        &Term::Score { name: "one".to_owned() },
        &Term::Output { name: "high".to_owned() },
    ];
    assert_eq!(terms, expected);
    assert_eq!((recipe.mappings[0].slope, recipe.mappings[1].slope), (4.0, 12.0));
    assert_eq!(recipe.mappings[1].outputs[0].bounds.gt, Some(1.0));
}

#[test]
fn a_partition_keeps_the_members_that_exist() {
    let recipe = recipe(
        "SIGNAL domain math {} SIGNAL domain law {}
         PROJECTION partition p {
           semantics: \"softmax_exclusive\" temperature: 0.1 members: [\"math\", \"none\", \"law\"] default: \"law\"
         }
         ROUTE r { WHEN domain(\"math\") MODEL \"m\" }",
    );
    let partition = &recipe.partitions[0];
    let members: Vec<&str> = partition.members.iter().map(|member| member.it.as_str()).collect();
    assert_eq!(
        (members, partition.family.as_str(), partition.softmax),
        (vec!["math", "law"], "domain", Some(0.1))
    );
}

#[test]
fn what_is_passed_over_in_silence_is_an_error_where_nothing_is() {
    let table = [
        ("SIGNAL pii p { treshold: 0.9 } ROUTE r { WHEN pii(\"p\") MODEL \"m\" }", "unknown-field"),
        ("ROUTE r { WHEN pii(\"p\") MODEL \"m\" }", "undeclared-signal"),
        ("ROUTE r { MODEL \"m\" PLUGIN nothing { } }", "unknown-plugin"),
        ("MODEL m { } ROUTE r { MODEL \"m\", \"n\" }", "undeclared-model"),
        ("ROUTE r { PRIORITY -1 MODEL \"m\" }", "negative-rank"),
    ];
    for (text, lint) in table {
        assert!(levels(text, lint).contains(&Level::Warning), "{text}");
        let strict = format!("ROUTING {{ semantics: \"strict\" }} {text}");
        assert!(levels(&strict, lint).contains(&Level::Error), "{text}");
    }
}

fn levels(text: &str, lint: &str) -> Vec<Level> {
    let diagnostics = compiled(&[text]).diagnostics;
    diagnostics.iter().filter(|(_, it)| it.lint.name == lint).map(|(_, it)| it.level).collect()
}

#[test]
fn what_the_reference_refuses_is_an_error() {
    let table = [
        ("ROUTING { strategy: fastest } ROUTE r { MODEL \"m\" }", "Error unknown-word 0:fastest"),
        ("ENTRYPOINT { recipe: \"default\" }", "Error missing-field 0:ENTRYPOINT"),
        ("ENTRYPOINT { model_names: [] recipe: \"default\" }", "Error missing-field 0:[]"),
        ("RECIPE a { ROUTE r { MODEL \"m\" } } RECIPE a { }", "Error duplicate-name 0:a"),
        ("SIGNAL structure s { feature: 1 }", "Error wrong-type 0:1"),
        ("ROUTE r { MODEL \"m\" EMIT retention { ttl_turns: \"2\" } }", "Error invalid-emit 0:\"2\""),
        (
            "SIGNAL domain a {} DECISION_TREE t { IF domain(\"a\") { TIER 1 } ELSE { MODEL \"m\" } }",
            "Error route-without-model 0:domain(\"a\") { TIER 1 }",
        ),
    ];
    for (text, expected) in table {
        let found = found(&[text]);
        assert!(found.iter().any(|it| it == expected), "{text}: {found:?}");
    }
}

#[test]
fn files_of_one_policy_are_read_together_and_findings_stay_at_home() {
    let one = "SIGNAL domain math {}\nROUTE r { WHEN domain(\"math\") MODEL \"m\" }";
    let two = "# second file\nROUTING { strategy: confidence }\nROUTE r { WHEN domain(\"law\") MODEL \"m\" }";
    let three = "ROUTING { strategy: priority }";
    let texts = [one, two, three];
    assert_eq!(
        found(&texts),
        [
            "Warning duplicate-name 1:r",
            "Warning undeclared-signal 1:domain(\"law\")",
            "Warning duplicate-block 2:ROUTING",
        ]
    );
    let compiled = compiled(&texts);
    assert_eq!(compiled.policy.recipes[0].strategy, Strategy::Priority);
    let (_, duplicate) = &compiled.diagnostics[0];
    let related = &duplicate.related[0];
    assert_eq!(related.source, Some(0));
    assert_eq!(&one[related.span.start as usize..related.span.end as usize], "r");
    assert_eq!(compiled.diagnostics[2].1.related[0].source, Some(1));
}

#[test]
fn a_damaged_text_proves_no_absence() {
    let whole = "ROUTE r { WHEN domain(\"law\") MODEL \"m\" }";
    assert_eq!(found(&[whole]), ["Warning undeclared-signal 0:domain(\"law\")"]);
    let damaged =
        "SIGNAL domain law { description: }\nROUTE r { WHEN domain(\"law\") MODEL \"m\" PRIORITY -1 }";
    let found = found(&[damaged]);
    assert!(found.iter().any(|it| it.starts_with("Error syntax-error")), "{found:?}");
    assert!(!found.iter().any(|it| it.contains("undeclared-signal")), "{found:?}");
    assert!(found.iter().any(|it| it == "Warning negative-rank 0:-1"), "{found:?}");
}

#[test]
fn one_place_is_told_once_and_by_the_graver() {
    // The schema passes over an unknown word, the signal's own check refuses it.
    let text = "SIGNAL keyword k { operator: \"XOR\" keywords: [\"now\"] } ROUTE r { WHEN keyword(\"k\") MODEL \"m\" }";
    assert_eq!(found(&[text]), ["Error unknown-word 0:\"XOR\""]);
}

#[test]
fn findings_come_in_source_order_whenever_they_were_made() {
    let text = "MODEL ghost { }\nSIGNAL domain math { oops: 1 }\nSIGNAL domain law {}\nROUTE r { MODEL \"m\" WHEN domain(\"math\") }";
    let names: Vec<String> =
        found(&[text]).iter().map(|it| it.split(' ').nth(1).unwrap_or("").to_owned()).collect();
    assert_eq!(names, ["unused-model", "unknown-field", "unused-signal", "undeclared-model"]);
    assert_eq!(found(&[text]), found(&[text]));
}

#[test]
fn every_reasoning_family_that_a_model_may_name_is_known_to_lowering() {
    for family in REASONING_FAMILIES {
        let text = format!("MODEL m {{ reasoning_family: {family:?} }} ROUTE r {{ MODEL \"m\" }}");
        let compiled = compiled(&[&text]);
        assert_eq!(compiled.policy.semantics, Semantics::Vsr2026_08);
        let graph = crate::lower::lower(&compiled.policy, Default::default()).expect("it is small");
        assert!(graph.models[0].reasoning.is_some(), "{family}");
    }
}
