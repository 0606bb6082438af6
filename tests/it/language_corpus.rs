//! The reference's own programs, resolved: what it compiles is understood as it understands it, and what it refuses
//! is refused here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use wrp_lang::diagnostic::Level;
use wrp_lang::policy::{Expr, Leaf, Policy, Recipe, Route, Strategy};
use wrp_lang::prove;
use wrp_lang::source::Source;
use wrp_lang::{Compiled, compile};
use wrp_tests::reference_data;

/// Errors in programs that the reference compiles, all on purpose: its runtime refuses to start with them. The lint,
/// and how its message ends.
const REFUSED_ON_PURPOSE: [(&str, &str); 4] = [
    ("missing-field", "this signal has no `operator`"),
    ("unknown-word", "is no operator of keywords"),
    ("unknown-word", "is no method of keywords"),
    ("unknown-word", "audio cannot be compared"),
];

/// Defects that the reference compiles in silence, and the lint that finds them here.
const FOUND_HERE: [(&str, &[&str]); 10] = [
    ("292_probe_unknown_fields.dsl", &["unknown-field"]),
    ("293_probe_wrong_type.dsl", &["wrong-type"]),
    ("294_probe_kw_operator_bad.dsl", &["unknown-word"]),
    ("298_probe_neg_priority.dsl", &["negative-rank"]),
    ("311_probe_model_opts_bare.dsl", &["dropped-option"]),
    ("337_probe_unknown_language_code.dsl", &["unknown-name"]),
    ("346_probe_authz_by_role.dsl", &["signal-for-role"]),
    ("348_probe_jailbreak_bad_method.dsl", &["unknown-word", "invalid-value"]),
    ("349_probe_classifier_no_predicate.dsl", &["ungated-classifier"]),
    ("351_probe_unused_everything.dsl", &["unused-model", "unused-plugin", "unused-signal"]),
];

struct Program {
    source: Source,
    parses: bool,
    compiles: bool,
    facts: Value,
    /// What the reference's validator says of it.
    told: Vec<String>,
}

fn programs(data: &Path) -> Vec<Program> {
    let folder = data.join("language");
    let index = std::fs::read_to_string(folder.join("index.json")).expect("the index is there");
    let index: Value = serde_json::from_str(&index).expect("the index is JSON");
    let program = |entry: &Value| {
        let name = entry["file"].as_str().expect("a program has a file");
        let text = std::fs::read_to_string(folder.join("programs").join(name)).expect("the file is there");
        Program {
            source: Source::new(name, text),
            parses: entry["expect"]["parse_ok"] == Value::Bool(true),
            compiles: entry["expect"]["compile_ok"] == Value::Bool(true),
            facts: entry["facts"].clone(),
            told: entry["expect"]["diagnostics"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|told| Some(told["message"].as_str()?.to_owned()))
                .collect(),
        }
    };
    index["entries"].as_array().expect("the index lists programs").iter().map(program).collect()
}

fn compiled(program: &Program) -> Compiled {
    compile(std::slice::from_ref(&program.source))
}

fn errors(program: &Program, compiled: &Compiled) -> Vec<(&'static str, String)> {
    let errors = compiled.diagnostics.iter().filter(|(_, it)| it.level == Level::Error);
    errors
        .map(|(_, it)| {
            let place = program.source.place(it.span.start);
            let text = format!("{}:{}:{} {}", program.source.name, place.line, place.column, it.message);
            (it.lint.name, text)
        })
        .collect()
}

#[test]
fn what_the_reference_compiles_has_no_errors_but_those_its_runtime_has() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let mut wrong = Vec::new();
    let mut refused = BTreeSet::new();
    for program in programs(&data).iter().filter(|program| program.compiles) {
        for (lint, text) in errors(program, &compiled(program)) {
            match REFUSED_ON_PURPOSE.iter().find(|(name, end)| *name == lint && text.ends_with(end)) {
                Some(reason) => {
                    refused.insert(*reason);
                }
                None => wrong.push(format!("{lint}: {text}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(refused, BTreeSet::from(REFUSED_ON_PURPOSE), "each reason is needed");
}

#[test]
fn what_the_reference_refuses_to_compile_is_an_error() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let accepted: Vec<String> = programs(&data)
        .iter()
        .filter(|program| program.parses && !program.compiles)
        .filter(|program| !compiled(program).has_errors())
        .map(|program| program.source.name.clone())
        .collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

/// The routes that the reference's validator takes to overlap: it compares the names of signals.
fn overlaps_told(program: &Program) -> impl Iterator<Item = (&str, &str)> {
    program.told.iter().filter_map(|told| {
        let (one, rest) = told.strip_prefix("ROUTE \"")?.split_once("\" and ROUTE \"")?;
        let (other, rest) = rest.split_once('"')?;
        rest.contains("no mutual exclusion guard").then_some((one, other))
    })
}

/// Where the reference warns the rank decides, and where nothing decides it is silent. Its warnings are accounted for one
/// by one, and the overlaps of ours are those that its runtime settles by a confidence or a name.
#[test]
fn overlaps_are_those_that_no_rank_settles() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut ours, mut both) = (0, 0);
    let mut unaccounted = Vec::new();
    for program in &programs(&data) {
        let compiled = compiled(program);
        let Some(recipe) = compiled.policy.recipes.first() else { continue };
        let names =
            |route: &Route| route.models.iter().map(|model| model.name.it.clone()).collect::<Vec<_>>();
        let does = |route: &Route| (names(route), route.plugins.len(), route.algorithm.is_some());
        let by_name = |name: &str| recipe.routes.iter().find(|route| route.name.it == name);
        let mut found = BTreeSet::new();
        if !compiled.has_errors() {
            for pair in prove::analyse(&compiled.policy, 0).overlaps {
                let (one, other) = (&recipe.routes[pair.one], &recipe.routes[pair.other]);
                assert_eq!((one.priority, one.tier), (other.priority, other.tier), "{}", program.source.name);
                found.insert(BTreeSet::from([one.name.it.clone(), other.name.it.clone()]));
            }
        }
        ours += found.len();
        for (one, other) in overlaps_told(program) {
            let pair = BTreeSet::from([one.to_owned(), other.to_owned()]);
            let class = match (by_name(one), by_name(other)) {
                _ if found.contains(&pair) => "found here too",
                _ if !program.compiles => "does not compile",
                (Some(one), Some(other)) if (one.priority, one.tier) != (other.priority, other.tier) => {
                    "ranked"
                }
                (Some(one), Some(other)) if does(one) == does(other) => "harmless",
                _ => {
                    unaccounted.push(format!("{}: {one}, {other}", program.source.name));
                    continue;
                }
            };
            both += usize::from(class == "found here too");
            *told.entry(class).or_default() += 1;
        }
    }
    println!("overlaps told by the reference: {told:?}; found here: {ours}, in both: {both}");
    assert!(unaccounted.is_empty(), "{unaccounted:#?}");
    assert!(ours > 0 && told.values().sum::<usize>() > 0, "nothing was compared");
}

#[test]
fn defects_that_the_reference_does_not_see_are_found() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let programs = programs(&data);
    for (name, lints) in FOUND_HERE {
        let program =
            programs.iter().find(|program| program.source.name == name).expect("the probe is there");
        let found: BTreeSet<&str> =
            compiled(program).diagnostics.iter().map(|(_, it)| it.lint.name).collect();
        for lint in lints {
            assert!(found.contains(lint), "{name}: {lint} is not in {found:?}");
        }
    }
}

#[test]
fn a_role_is_not_mistaken_for_an_undeclared_signal() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let programs = programs(&data);
    let program = programs
        .iter()
        .find(|it| it.source.name == "346_probe_authz_by_role.dsl")
        .expect("the probe is there");
    let undeclared = |it: &str| it == "undeclared-signal";
    assert!(!compiled(program).diagnostics.iter().any(|(_, it)| undeclared(it.lint.name)));
}

#[test]
fn policies_say_what_the_reference_reads() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let mut wrong = Vec::new();
    for program in programs(&data).iter().filter(|program| program.compiles) {
        let policy = compiled(program).policy;
        let name = &program.source.name;
        compare(&mut wrong, name, "recipe", &program.facts, &policy.recipes[0]);
        let recipes = program.facts["recipes"].as_array().cloned().unwrap_or_default();
        assert_eq!(recipes.len() + 1, policy.recipes.len(), "{name}: recipes");
        for (facts, recipe) in recipes.iter().zip(&policy.recipes[1..]) {
            assert_eq!(facts["name"], recipe.name.as_str(), "{name}");
            compare(&mut wrong, name, &recipe.name, facts, recipe);
        }
        let models: BTreeSet<&str> =
            policy.models.iter().filter(|model| model.declared).map(|model| model.name.it.as_str()).collect();
        if !program.facts["models"].is_null() {
            expect(&mut wrong, name, "models", &sorted(&program.facts["models"]), &models);
        }
        compare_entrypoints(&mut wrong, name, &program.facts, &policy);
    }
    assert!(wrong.is_empty(), "{} differences: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}

fn compare(wrong: &mut Vec<String>, program: &str, scope: &str, facts: &Value, recipe: &Recipe) {
    let place = format!("{program} {scope}");
    let templates = &facts["plugins"];
    let signals: Vec<String> =
        recipe.signals.iter().map(|signal| format!("{}:{}", signal.kind.name, signal.name.it)).collect();
    let list = |key: &str| facts[key].as_array().cloned().unwrap_or_default();
    let expected: Vec<String> =
        list("signals").iter().map(|it| format!("{}:{}", text(&it["type"]), text(&it["name"]))).collect();
    expect(wrong, &place, "signals", &expected, &signals);

    if let Some(strategy) = facts["strategy"].as_str() {
        let own = if recipe.strategy == Strategy::Confidence { "confidence" } else { "priority" };
        expect(wrong, &place, "strategy", &strategy, &own);
    }
    let routes: Vec<&str> = recipe.routes.iter().map(|route| route.name.it.as_str()).collect();
    let expected: Vec<Value> = list("routes");
    expect(
        wrong,
        &place,
        "routes",
        &expected.iter().map(|it| text(&it["name"])).collect::<Vec<_>>(),
        &routes,
    );
    for (facts, route) in expected.iter().zip(&recipe.routes) {
        let place = format!("{place} route {}", route.name.it);
        expect(wrong, &place, "priority", &facts["priority"].as_i64().unwrap_or(0), &route.priority);
        expect(wrong, &place, "tier", &facts["tier"].as_i64().unwrap_or(0), &route.tier);
        let description = facts["description"].as_str();
        expect(wrong, &place, "description", &description, &route.description.as_deref());
        let when = facts["when"].as_str().map_or("AND()".to_owned(), flattened);
        expect(wrong, &place, "condition", &when, &shown(&route.when));
        // The facts leave out what a FOR adds.
        let models: Vec<&str> = route.models.iter().map(|model| model.name.it.as_str()).collect();
        let expected = texts(&facts["models"]);
        if !expected.is_empty() || !program.contains("explicitmodellist") {
            expect(wrong, &place, "models", &expected, &models);
        }
        let algorithm = route.algorithm.as_ref().map(|it| it.kind.it.as_str());
        expect(wrong, &place, "algorithm", &facts["algorithm"].as_str(), &algorithm);
        let plugins: Vec<&str> = route.plugins.iter().map(|plugin| plugin.kind.as_str()).collect();
        expect(wrong, &place, "plugins", &plugin_kinds(facts, templates), &plugins);
        let emits = facts["emits"].as_u64().unwrap_or(0);
        expect(wrong, &place, "emits", &emits, &(route.emits.len() as u64));
    }
    let partitions: Vec<&str> = recipe.partitions.iter().map(|it| it.name.it.as_str()).collect();
    let scores: Vec<&str> = recipe.scores.iter().map(|it| it.name.it.as_str()).collect();
    let mappings: Vec<&str> = recipe.mappings.iter().map(|it| it.name.it.as_str()).collect();
    for (key, own) in [("partitions", partitions), ("scores", scores), ("mappings", mappings)] {
        expect(wrong, &place, key, &texts(&facts[key]), &own);
    }
    let tests: BTreeSet<&str> = recipe.tests.iter().map(|case| case.block.as_str()).collect();
    let blocks = list("test_blocks");
    let expected: BTreeSet<&str> =
        blocks.iter().filter(|block| block["entries"] != 0).map(|block| text(&block["name"])).collect();
    expect(wrong, &place, "tests", &expected, &tests);
}

/// The facts name what the route wrote: a template, or a type.
fn plugin_kinds<'f>(route: &'f Value, templates: &'f Value) -> Vec<&'f str> {
    let templates = templates.as_array().map_or(&[][..], Vec::as_slice);
    let kind = |name: &'f str| {
        let template = templates.iter().find(|template| template["name"] == name);
        match template.map_or(name, |template| text(&template["type"])) {
            "semantic_cache" | "semantic-cache" | "response-cache" => "response_cache",
            other => other,
        }
    };
    texts(&route["plugins"]).into_iter().map(kind).collect()
}

fn compare_entrypoints(wrong: &mut Vec<String>, program: &str, facts: &Value, policy: &Policy) {
    let own: Vec<(Vec<&str>, &str)> = policy
        .entrypoints
        .iter()
        .map(|it| {
            let names = it.model_names.iter().map(|name| name.it.as_str()).collect();
            (names, policy.recipes[it.recipe].name.as_str())
        })
        .collect();
    let facts = facts["entrypoints"].as_array().map_or(&[][..], Vec::as_slice);
    let expected: Vec<(Vec<&str>, &str)> =
        facts.iter().map(|it| (texts(&it["model_names"]), text(&it["recipe"]))).collect();
    expect(wrong, program, "entrypoints", &expected, &own);
}

fn expect<T: PartialEq + std::fmt::Debug>(
    wrong: &mut Vec<String>,
    place: &str,
    what: &str,
    expected: &T,
    found: &T,
) {
    if expected != found {
        wrong.push(format!("{place}: {what}: expected {expected:?}, found {found:?}"));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map_or(&[][..], Vec::as_slice).iter().map(text).collect()
}

fn sorted(value: &Value) -> BTreeSet<&str> {
    texts(value).into_iter().collect()
}

/// A condition in one notation: n-ary nodes, names quoted, arguments as JSON.
fn shown(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(shown).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::And(items) => format!("AND({})", list(items)),
        Expr::Or(items) => format!("OR({})", list(items)),
        Expr::Not(inner) => format!("NOT({})", shown(inner)),
        Expr::Leaf(leaf) => shown_leaf(leaf),
    }
}

fn shown_leaf(leaf: &Leaf) -> String {
    let mut arguments = serde_json::Map::new();
    if let Some(label) = &leaf.label {
        arguments.insert("label".to_owned(), Value::from(label.as_str()));
    }
    if leaf.match_on_error {
        arguments.insert("on_error".to_owned(), Value::from("match"));
    }
    if let Some(it) = leaf.predicate {
        let bounds = [("gt", it.gt), ("gte", it.gte), ("lt", it.lt), ("lte", it.lte)];
        let bounds =
            bounds.into_iter().filter_map(|(name, bound)| Some((name.to_owned(), Value::from(bound?))));
        arguments.insert("predicate".to_owned(), Value::Object(bounds.collect()));
    }
    shown_test(&leaf.kind, &leaf.name, arguments)
}

fn shown_test(kind: &str, name: &str, arguments: serde_json::Map<String, Value>) -> String {
    match arguments.is_empty() {
        true => format!("{kind}({name:?})"),
        false => format!("{kind}({name:?}, {})", Value::Object(arguments)),
    }
}

/// The facts' notation, which is binary, in ours.
fn flattened(when: &str) -> String {
    let (expr, rest) = node(when);
    assert_eq!(rest, "", "{when}");
    match expr {
        Node::Leaf(leaf) => format!("AND({leaf})"),
        other => other.to_string(),
    }
}

enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Leaf(String),
}

impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |items: &[Node]| items.iter().map(Node::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Node::And(items) => write!(f, "AND({})", list(items)),
            Node::Or(items) => write!(f, "OR({})", list(items)),
            Node::Not(inner) => write!(f, "NOT({inner})"),
            Node::Leaf(leaf) => f.write_str(leaf),
        }
    }
}

fn node(text: &str) -> (Node, &str) {
    let (word, mut rest) = text.split_once('(').expect("a node has a parenthesis");
    if !matches!(word, "AND" | "OR" | "NOT") {
        return leaf(word, rest);
    }
    let mut items = Vec::new();
    loop {
        let (item, behind) = node(rest);
        match (word, item) {
            ("AND", Node::And(inner)) | ("OR", Node::Or(inner)) => items.extend(inner),
            (_, item) => items.push(item),
        }
        match behind.strip_prefix(", ") {
            Some(next) => rest = next,
            None => {
                let behind = behind.strip_prefix(')').expect("a node is closed");
                let node = match word {
                    "AND" => Node::And(items),
                    "OR" => Node::Or(items),
                    _ => Node::Not(Box::new(items.pop().expect("NOT has a child"))),
                };
                return (node, behind);
            }
        }
    }
}

fn leaf<'t>(kind: &str, text: &'t str) -> (Node, &'t str) {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let name = values.next().and_then(Result::ok).expect("a leaf has a name");
    let rest = &text[values.byte_offset()..];
    let (arguments, rest) = match rest.strip_prefix(", ") {
        Some(rest) => {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let arguments = values.next().and_then(Result::ok).expect("arguments are an object");
            (arguments.as_object().cloned().unwrap_or_default(), &rest[values.byte_offset()..])
        }
        None => (serde_json::Map::new(), rest),
    };
    // `no_match` is what an absent `on_error` means; numbers are compared as numbers.
    let keep = |(key, value): (String, Value)| match value {
        Value::String(word) if word == "no_match" => None,
        Value::Object(bounds) => {
            let bounds = bounds.into_iter().map(|(key, bound)| (key, Value::from(bound.as_f64())));
            Some((key, Value::Object(bounds.collect())))
        }
        other => Some((key, other)),
    };
    let arguments = arguments.into_iter().filter_map(keep).collect();
    let name = name.as_str().expect("a name is a string");
    let rest = rest.strip_prefix(')').expect("a leaf is closed");
    (Node::Leaf(shown_test(kind, name, arguments)), rest)
}
