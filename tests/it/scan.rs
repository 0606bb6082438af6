//! The one-pass scanner against the oracle: random keywords, patterns and texts, full of what folding and word
//! boundaries trip over.

use proptest::prelude::*;
use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::scan::{Builder, Scanner};
use wrp_graph::schema::{Entry, Fields, Span, Spanned, Value};
use wrp_graph::signal::{Compiled, Declaration, Inline};
use wrp_graph::wire;
use wrp_lang::oracle::sense::sense;

/// Compiles a declaration as a policy's only signal, by way of the scanner's bytes.
fn compile(kind: &str, fields: &Fields) -> Option<(Scanner, Inline)> {
    let mut builder = Builder::default();
    let name = Spanned { it: "it".to_owned(), ..Spanned::default() };
    let kind = wrp_graph::signal::find(kind).expect("a kind of this project");
    let compiled = (kind.compile)(&Declaration { name: &name, fields }, &mut builder)?;
    let Compiled::Inline { signal, .. } = compiled else {
        panic!("{compiled:?} is not decided in the proxy")
    };
    let bytes = wire::to_bytes(&builder.finish());
    let scanner: Scanner = wire::from_bytes(&bytes).expect("what was written can be read");
    assert!(signal.fits(&scanner));
    Some((scanner, signal))
}

/// Both engines on each text.
fn check(kind: &str, fields: &Fields, texts: &[String]) {
    let compiled = compile(kind, fields);
    for text in texts {
        let facts = Facts { text: text.as_str().into(), ..Facts::default() };
        let plain = sense(kind, fields, &facts);
        let scanned = compiled.as_ref().map(|(scanner, signal)| signal.sense(&facts, &scanner.scan(text)));
        let close = match (plain, scanned) {
            (Some(a), Some(b)) => {
                let near =
                    |a: Option<f64>, b: Option<f64>| (a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-12;
                a.matched == b.matched && near(a.confidence, b.confidence) && near(a.value, b.value)
            }
            (a, b) => a == b,
        };
        assert!(close, "on {text:?}\noracle  {plain:?}\nscanner {scanned:?}\n{fields:?}");
    }
}

fn spanned<T>(it: T) -> Spanned<T> {
    Spanned { it, span: Span::default() }
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Fields {
    let entry = |(key, value): (&str, Value)| Entry { key: spanned(key.to_owned()), value: spanned(value) };
    Fields { entries: entries.into_iter().map(entry).collect(), ..Fields::default() }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn texts(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|it| spanned(text(it.as_str()))).collect())
}

/// Short pieces that keywords and texts are both made of, so that they meet.
const PIECES: &[&str] = &[
    "a", "b", "k", "K", "\u{212A}", "s", "S", "\u{17F}", "i", "I", "\u{130}", "\u{131}", "ß", "ẞ", "é", "É",
    "п", "П", "σ", "ς", "Σ", "ǆ", "ǅ", "Ω", "\u{2126}", "ω", "_", "7", "٣", " ", " ", "-", "+", ".", "\n",
    "先", "々", "〇", "に", "한", "ा", "ab ",
];

fn pieces(count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), count).prop_map(|pieces| pieces.concat())
}

fn keywords() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(pieces(1..4), 1..5)
}

/// Texts, each with one of the keywords somewhere in it.
fn corpus() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (keywords(), prop::collection::vec((pieces(0..8), any::<prop::sample::Index>(), pieces(0..8)), 1..6))
        .prop_map(|(keywords, around)| {
            let texts = around.into_iter().map(|(a, at, b)| format!("{a}{}{b}", at.get(&keywords)));
            let texts = texts.collect();
            (keywords, texts)
        })
}

/// A pattern in Go's syntax.
fn pattern() -> impl Strategy<Value = String> {
    let leaves = prop::sample::select(vec![
        "a",
        "b",
        "k",
        "s",
        "é",
        "σ",
        "先",
        " ",
        ".",
        "[ab]",
        "[^a]",
        r"\b",
        r"\B",
        r"\d",
        r"\w",
        r"\W",
        r"\s",
        "^",
        "$",
        r"\p{Lu}",
        r"[^\w-]",
        "(?i)k",
        r"\x{212A}",
        "_",
    ])
    .prop_map(str::to_owned);
    leaves.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| format!("({})", parts.join("|"))),
            2 => (inner.clone(), prop::sample::select(vec!["?", "*", "+", "{1,2}", "*?", "??"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
            1 => inner.prop_map(|part| format!("(?i:{part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn keywords_occur_where_the_oracle_says(
        (keywords, corpus) in corpus(), case_sensitive: bool, at in 0..3usize, fuzzy in 0..4i64,
    ) {
        let fields = object([
            ("operator", text(["AND", "OR", "NOR"][at])),
            ("keywords", texts(&keywords)),
            ("case_sensitive", Value::Bool(case_sensitive)),
            ("fuzzy_match", Value::Bool(fuzzy > 0)),
            ("fuzzy_threshold", Value::Int(fuzzy)),
        ]);
        check("keyword", &fields, &corpus);
    }

    #[test]
    fn patterns_occur_where_the_oracle_says(
        patterns in prop::collection::vec(pattern(), 1..4), case_sensitive: bool,
        corpus in prop::collection::vec(pieces(0..8), 1..8),
    ) {
        for operator in ["AND", "OR"] {
            let fields = object([
                ("operator", text(operator)),
                ("method", text("regex")),
                ("keywords", texts(&patterns)),
                ("case_sensitive", Value::Bool(case_sensitive)),
            ]);
            check("keyword", &fields, &corpus);
        }
    }

    #[test]
    fn patterns_are_counted_as_the_oracle_counts(
        pattern in pattern(), case_sensitive: bool, corpus in prop::collection::vec(pieces(0..8), 1..8),
    ) {
        let source = object([
            ("type", text("regex")), ("pattern", text(pattern)), ("case_sensitive", Value::Bool(case_sensitive)),
        ]);
        let feature = object([("type", text("count")), ("source", Value::Object(source))]);
        check("structure", &object([("feature", Value::Object(feature))]), &corpus);
    }

    #[test]
    fn structure_is_measured_as_the_oracle_measures(
        (keywords, corpus) in corpus(), case_sensitive: bool, at in 0..4usize, sequence: bool, bound in 0.0..2.0,
    ) {
        let kind = ["exists", "count", "density", "sequence"][at];
        let source = if sequence || kind == "sequence" {
            let (first, second) = keywords.split_at(keywords.len() / 2);
            let lists = [first, second].map(|markers| spanned(texts(markers)));
            object([
                ("type", text("sequence")),
                ("sequences", Value::List(lists.into())),
                ("case_sensitive", Value::Bool(case_sensitive)),
            ])
        } else {
            object([
                ("type", text("keyword_set")),
                ("keywords", texts(&keywords)),
                ("case_sensitive", Value::Bool(case_sensitive)),
            ])
        };
        let feature = object([("type", text(kind)), ("source", Value::Object(source))]);
        let predicate = object([(if case_sensitive { "gte" } else { "lt" }, Value::Float(bound))]);
        let fields = object([("feature", Value::Object(feature)), ("predicate", Value::Object(predicate))]);
        check("structure", &fields, &corpus);
    }
}

#[test]
fn a_reading_without_a_match_keeps_its_value() {
    let source = object([("type", text("text_bytes"))]);
    let feature = object([("type", text("count")), ("source", Value::Object(source))]);
    let predicate = object([("gte", Value::Int(4))]);
    let fields = object([("feature", Value::Object(feature)), ("predicate", Value::Object(predicate))]);
    let (scanner, signal) = compile("structure", &fields).expect("a declaration that runs");
    let facts = Facts { text: "abc".into(), ..Facts::default() };
    assert_eq!(signal.sense(&facts, &scanner.scan("abc")), Reading::MISSED.with_value(3.0));
}
