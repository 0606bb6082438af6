//! What inline signals say about texts: the reference's own answers, and a table of our own.

use std::collections::BTreeMap;

use serde_json::Value;
use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::scan::Builder;
use wrp_graph::schema::{Gravity, Problem};
use wrp_graph::signal::{Compiled, Declaration, Inline};
use wrp_lang::policy::{Recipe, resolve};
use wrp_lang::source::Source;
use wrp_lang::syntax::parse;
use wrp_tests::reference_data;

/// The top level of a policy text.
fn top_level(name: &str, text: &str) -> Recipe {
    let mut diagnostics = Vec::new();
    let ast = parse(&Source::new(name, text), &mut diagnostics);
    let policy = resolve(&[ast], &mut diagnostics);
    policy.recipes.into_iter().next().expect("the top level is always there")
}

/// The inline signals of a recipe, compiled together, and what each says about a text.
struct Signals {
    inline: Vec<(String, Inline)>,
    scanner: wrp_graph::scan::Scanner,
    problems: Vec<Problem>,
}

impl Signals {
    fn new(recipe: &Recipe) -> Signals {
        let mut builder = Builder::default();
        let mut inline = Vec::new();
        let mut problems = Vec::new();
        for signal in &recipe.signals {
            let declaration = Declaration { name: &signal.name, fields: &signal.fields };
            (signal.kind.check)(&declaration, &mut problems);
            if let Some(Compiled::Inline { key, signal }) = (signal.kind.compile)(&declaration, &mut builder)
            {
                inline.push((key, signal));
            }
        }
        Signals { inline, scanner: builder.finish(), problems }
    }

    fn sense(&self, text: &str) -> BTreeMap<&str, Reading> {
        let facts = Facts { text: text.into(), ..Facts::default() };
        let hits = self.scanner.scan(text);
        self.inline.iter().map(|(key, signal)| (key.as_str(), signal.sense(&facts, &hits))).collect()
    }
}

fn vector_text(vector: &Value) -> String {
    match &vector["text"] {
        Value::String(text) => text.clone(),
        long => {
            let times = long["times"].as_u64().expect("a long text says how long") as usize;
            long["repeat"].as_str().expect("a long text says of what").repeat(times)
        }
    }
}

/// The names of a family that the reference reports, with all it says of each.
fn reported<'v>(expected: &'v Value, family: &str) -> BTreeMap<&'v str, &'v Value> {
    let rules = expected[family].as_array().map(Vec::as_slice).unwrap_or_default();
    let name =
        |rule: &'v Value| rule.as_str().or_else(|| rule["RuleName"].as_str()).expect("a rule has a name");
    rules.iter().map(|rule| (name(rule), rule)).collect()
}

#[test]
fn keywords_and_structure_agree_with_the_reference() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let folder = data.join("language");
    let vectors = std::fs::read_to_string(folder.join("signal_vectors.json")).expect("the vectors are there");
    let vectors: Value = serde_json::from_str(&vectors).expect("the vectors are JSON");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for item in vectors["items"].as_array().expect("the vectors are a list") {
        let name = item["file"].as_str().expect("an item names its program");
        let text = std::fs::read_to_string(folder.join("programs").join(name)).expect("the program is there");
        let recipe = top_level(name, &text);
        let signals = Signals::new(&recipe);
        for vector in item["heuristics"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let text = vector_text(vector);
            let readings = signals.sense(&text);
            let expected = &vector["expect"];
            compared += 1;
            if let Some(error) = expected["keyword_error"].as_str() {
                if !signals.problems.iter().any(|problem| problem.gravity == Gravity::Refused) {
                    wrong.push(format!("{name}: the reference refuses to start ({error}), we do not"));
                }
            } else {
                let matched = reported(expected, "keyword");
                // The vectors leave out rules whose method is scored, not searched.
                let searched = recipe.signals.iter().filter(|signal| {
                    let method = signal.fields.text("method").unwrap_or_default();
                    signal.kind.name == "keyword" && !matches!(method, "bm25" | "ngram")
                });
                for signal in searched {
                    let ours =
                        readings.get(&*format!("keyword:{}", signal.name.it)).is_some_and(|it| it.matched);
                    if ours != matched.contains_key(&*signal.name.it) {
                        wrong.push(format!("{name}: keyword {} is {ours} on {text:?}", signal.name.it));
                    }
                }
            }
            for (rule, theirs) in reported(expected, "structure") {
                let ours = readings.get(&*format!("structure:{rule}")).copied().unwrap_or(Reading::FAILED);
                let near = |ours: Option<f64>, theirs: &Value| {
                    (ours.unwrap_or(0.0) - theirs.as_f64().expect("a number")).abs() < 1e-12
                };
                let same = theirs["Matched"].as_bool() == Some(ours.matched)
                    && near(ours.value, &theirs["Value"])
                    && near(ours.confidence, &theirs["Confidence"]);
                if !same {
                    wrong.push(format!("{name}: structure {rule} is {ours:?}, not {theirs}, on {text:?}"));
                }
            }
        }
    }
    assert!(compared > 1000, "only {compared} vectors were compared");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Declares one signal `it` with these fields; each text with whether it fires.
#[track_caller]
fn check(kind: &str, fields: &str, texts: &[(&str, bool)]) {
    let recipe = top_level("it", &format!("SIGNAL {kind} it {{ {fields} }}"));
    let signals = Signals::new(&recipe);
    for (text, fires) in texts {
        let readings = signals.sense(text);
        let reading = readings.get(&*format!("{kind}:it")).expect("the signal is decided in the proxy");
        assert_eq!(reading.matched, *fires, "{kind} {{ {fields} }} on {text:?}");
    }
}

#[test]
fn operators_say_how_many_keywords_must_occur() {
    let keywords = r#"keywords: ["red", "green"]"#;
    let check =
        |operator: &str, texts| check("keyword", &format!("operator: \"{operator}\" {keywords}"), texts);
    check("OR", &[("a red car", true), ("Green!", true), ("blue", false), ("", false)]);
    check("AND", &[("red or green", true), ("red", false), ("", false)]);
    check("NOR", &[("red", false), ("blue", true), ("", true)]);
}

#[test]
fn a_fuzzy_keyword_is_met_by_one_word_a_few_edits_away() {
    check(
        "keyword",
        r#"operator: "OR" keywords: ["password", "api key"] fuzzy_match: true"#,
        &[("my pasword", true), ("PSSWRD", true), ("psswr", false), ("apikey", true), ("ap keys", false)],
    );
    check(
        "keyword",
        r#"operator: "OR" keywords: ["Überweisung"] fuzzy_match: true fuzzy_threshold: 1 case_sensitive: true"#,
        &[("ÜBERWEISUN", true), ("uberweisun", false), ("überweisungs-app", true)],
    );
}

#[test]
fn keywords_of_a_set_count_outside_longer_words_and_once_for_each_listing() {
    let set = |keywords: &str, at_least: u32| {
        format!(
            r#"feature: {{ type: "count", source: {{ type: "keyword_set", keywords: [{keywords}] }} }}
            predicate: {{ gte: {at_least} }}"#
        )
    };
    check("structure", &set(r#""table""#, 1), &[("tables", false), ("a_table_", true), ("表table表", true)]);
    check("structure", &set(r#""json", "JSON""#, 2), &[("Json", true), ("jsonb", false)]);
    check("structure", &set(r#""必须""#, 2), &[("必须必须", true), ("a必须b", false)]);
    check("structure", &set(r#""aa aa""#, 2), &[("aa aa aa aa", true), ("aa aa aa", false)]);
}

#[test]
fn density_is_per_word_and_per_cjk_character() {
    let dense = r#"feature: { type: "density", source: { type: "regex", pattern: "[!！]" } } predicate: { gte: 0.5 }"#;
    check(
        "structure",
        dense,
        &[("go now!", true), ("go now please!", false), ("快走！", true), ("快走吧！", false), ("!", false)],
    );
}

#[test]
fn a_sequence_is_in_order_and_without_overlap() {
    let ordered = r#"feature: { type: "sequence", source: { type: "sequence", sequences: [["first", "then"], ["aba", "aba"]] } }"#;
    check(
        "structure",
        ordered,
        &[
            ("First this, THEN that", true),
            ("then first", false),
            ("ababa", false),
            ("abaaba", true),
            ("strengthen first", false),
        ],
    );
}

/// Each problem with the text it points at.
#[track_caller]
fn check_problems(kind: &str, fields: &str, problems: &[(&str, Gravity, &str)]) {
    let text = format!("SIGNAL {kind} it {{ {fields} }}");
    let signals = Signals::new(&top_level("it", &text));
    let found: Vec<(&str, Gravity, &str)> = signals
        .problems
        .iter()
        .map(|problem| {
            let span = problem.span.start as usize..problem.span.end as usize;
            (&text[span], problem.gravity, problem.message.as_str())
        })
        .collect();
    assert_eq!(found, problems, "{text}");
}

#[test]
fn keywords_that_cannot_run_or_hardly_match_are_named() {
    use Gravity::{Doubtful, Refused};
    let check = |fields: &str, problems: &[_]| check_problems("keyword", fields, problems);
    check(r#"operator: "OR" keywords: ["a"] method: "REGEX""#, &[]);
    check(r#"keywords: ["a"]"#, &[("it", Refused, "this signal has no `operator`")]);
    check(r#"operator: "any" keywords: ["a"]"#, &[("\"any\"", Refused, "`any` is no operator of keywords")]);
    check(
        r#"operator: "OR" keywords: ["a"] method: "fuzzy""#,
        &[("\"fuzzy\"", Refused, "`fuzzy` is no method of keywords")],
    );
    check(
        r#"operator: "OR" keywords: ["a(?=b)"] method: "regex""#,
        &[("(?=", Refused, "lookahead is not supported")],
    );
    check(
        r#"operator: "OR" keywords: ["ai"] fuzzy_match: true"#,
        &[("\"ai\"", Doubtful, "every word of 2 or fewer characters comes within 2 edits of `ai`")],
    );
    check(
        r#"operator: "OR" keywords: ["secret"] fuzzy_threshold: 1"#,
        &[("1", Doubtful, "`fuzzy_threshold` does nothing without `fuzzy_match: true`")],
    );
}

#[test]
fn structures_that_the_reference_refuses_are_refused() {
    use Gravity::Refused;
    let check = |fields: &str, problems: &[_]| check_problems("structure", fields, problems);
    check(r#"description: "x""#, &[("it", Refused, "this signal has no `feature`")]);
    check(
        r#"feature: { type: "gap", source: { type: "text_bytes" } }"#,
        &[
            ("\"gap\"", Refused, "`gap` is no feature of a structure"),
            ("\"text_bytes\"", Refused, "`text_bytes` can only be counted"),
        ],
    );
    check(
        r#"feature: { type: "exists", source: { type: "regex", pattern: "a**" } } predicate: { gt: 1 }"#,
        &[
            ("**", Refused, "`**` repeats a repetition"),
            ("{ gt: 1 }", Refused, "`exists` takes no predicate: it is 1 or 0"),
        ],
    );
    check(
        r#"feature: { type: "sequence", source: { type: "sequence", sequences: [["a"]] } }"#,
        &[("[\"a\"]", Refused, "a sequence has at least two markers")],
    );
}
