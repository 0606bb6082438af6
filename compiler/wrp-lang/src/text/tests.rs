//! Relations between signals: a table, and random signals against the scanner on every short text.

use proptest::prelude::*;
use wrp_graph::facts::Facts;

use super::panel::Panel;
use super::{Limits, Relations, relations, text_for};
use crate::oracle::sense::sense;
use crate::policy::Signal;
use crate::source::Source;

fn signals(bodies: &[&str]) -> Vec<Signal> {
    let declared = bodies.iter().enumerate().map(|(at, body)| {
        let (kind, fields) = body.split_once(' ').expect("a kind and its fields");
        format!("SIGNAL {kind} s{at} {{ {fields} }}\n")
    });
    let compiled = crate::compile(&[Source::new("test.wrp", declared.collect::<String>())]);
    assert!(!compiled.has_errors(), "{bodies:?}: {:?}", compiled.diagnostics);
    compiled.policy.recipes.into_iter().next().expect("there is a default recipe").signals
}

/// Short forms: `OR a, b` is a keyword signal, `/OR a, b` one of patterns, anything else is written out.
fn declaration(short: &str) -> String {
    let (form, rest) = short.split_once(' ').unwrap_or((short, ""));
    let (operator, method) = match form.strip_prefix('/') {
        Some(operator) => (operator, "method: \"regex\""),
        None => (form, ""),
    };
    if !matches!(operator.trim_end_matches('!'), "AND" | "OR" | "NOR") {
        return short.to_owned();
    }
    let case = if operator.ends_with('!') { "case_sensitive: true" } else { "" };
    let operator = operator.trim_end_matches('!');
    let keywords = rest.split(", ").map(|it| format!("{:?}", it)).collect::<Vec<_>>().join(", ");
    format!("keyword operator: \"{operator}\" keywords: [{keywords}] {method} {case}")
}

fn related(shorts: &[&str]) -> (Vec<Signal>, Relations) {
    let bodies: Vec<String> = shorts.iter().map(|short| declaration(short)).collect();
    let signals = signals(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let relations = relations(&signals.iter().collect::<Vec<_>>(), Limits::default());
    (signals, relations)
}

/// What is said about two signals: `>` the first implies the second, `<` the other way, `=` both, `x` never both, `+` at
/// least one, `^` exactly one, `0` and `1` the first never, always, `?` given up.
fn verdict(one: &str, other: &str) -> String {
    let (_, it) = related(&[one, other]);
    let (forth, back) = (it.implies.contains(&(0, 1)), it.implies.contains(&(1, 0)));
    let (excludes, covers) = (!it.excludes.is_empty(), !it.covers.is_empty());
    let mut marks = vec![
        (it.never.contains(&0), "0"),
        (it.always.contains(&0), "1"),
        (forth && back, "="),
        (forth && !back, ">"),
        (back && !forth, "<"),
        (excludes && covers, "^"),
        (excludes && !covers, "x"),
        (covers && !excludes, "+"),
        (!it.gave_up.is_empty(), "?"),
    ];
    marks.retain(|(is, _)| *is);
    marks.into_iter().map(|(_, mark)| mark).collect()
}

#[test]
fn pairs_are_related_as_their_texts_are() {
    let table = [
        // Sets of keywords.
        ("OR a", "OR a, b", ">"),
        ("OR a, b", "OR b, a", "="),
        ("AND a, b", "OR b, c", ">"),
        ("AND a, b", "AND a", ">"),
        ("OR a", "OR b", ""),
        ("NOR a", "OR a", "^"),
        ("NOR a, b", "OR a", "x"),
        ("NOR a", "OR a, b", "+"),
        ("NOR a, b", "NOR a", ">"),
        ("NOR a, b", "AND a, b", "x"),
        ("NOR a", "AND a, b", "x"),
        // Keywords inside keywords.
        ("OR pay later", "OR pay", ">"),
        ("OR payment", "OR pay", ""),
        ("OR say it now", "OR it", ">"),
        ("OR a.b", "OR b", ">"),
        ("OR 先生", "OR 先", ">"),
        ("OR 先a", "OR a", ""),
        ("OR C++", "OR c", ">"),
        ("OR C++", "OR c+", ""),
        ("OR C++x", "OR c++", ">"),
        // `ſ` and the Kelvin sign are no parts of words, and may spell these.
        ("OR code sample", "OR code", ">"),
        ("OR code sample", "OR sample", ""),
        ("OR! code sample", "OR! sample", ">"),
        ("OR! code sample", "OR sample", ">"),
        ("OR sample code", "OR sample", ">"),
        ("OR as s", "OR as, a", ">"),
        // Case.
        ("OR! a", "OR a", ">"),
        ("OR a, b", "OR! a", "<"),
        ("OR a", "OR! a, A", "="),
        ("OR 12", "OR! 12", "="),
        ("OR aé", "OR! aé, Aé, aÉ, AÉ", "="),
        ("OR σ", "OR ς", "="),
        // Patterns that spell out strings are strings.
        (r"/OR \bcredentials?\b", "OR credential, credentials", "="),
        (r"/OR (?i)abc", "/OR bc", ">"),
        ("/OR foobar", "/OR oba", ">"),
        // Patterns.
        ("/OR [0-9]{3}", "/OR [0-9]{2}", ">"),
        ("/OR [0-9]{3}", r"/OR \b[0-9]{3}\b", "<"),
        ("/OR a[0-9]+", "/OR a[0-9]", "="),
        ("/OR [a-z]x", "/OR [a-m]x, [m-z]x", "="),
        ("/NOR [0-9]", "/OR [0-9]", "^"),
        ("/OR ^a", "/OR ^b", "x"),
        ("/OR ^a", "/NOR ^b", ">"),
        ("/NOR ^a", "/NOR ^b", "+"),
        ("/OR (?m)^a", "/OR (?m)^b", ""),
        ("/OR ^a", "/OR b$", ""),
        ("/OR ^ab$", "/OR c", "x"),
        ("/AND ^a.*, b$", "/OR ^a(?s:.)*b$", "="),
        ("/AND x.x, y.y", "/OR (?s)x.*y, (?s)y.*x", ">"),
        ("OR 42", "/OR [0-9]", ">"),
        ("OR 42", r"/OR \b[0-9]+\b", ">"),
        ("OR a42", r"/OR \b[0-9]+\b", ""),
        ("/OR \\bgo ?lang\\b, x[0-9]y", "OR go, golang", ""),
        ("/OR go lang[0-9]", "OR lang", ""),
        ("/OR go lang [0-9]", "OR! lang", ""),
        ("/OR! go lang [0-9]", "OR! lang", ">"),
        ("/OR ^$", "/OR (?s).", "^"),
        ("/OR ^a, ^b", "/AND ^a, ^c", ""),
        // Always and never.
        ("/OR x*", "OR a", "1"),
        ("/OR ^$, (?s).", "OR a", "1"),
        (r"/OR a\bb", "OR a", "0"),
        ("/AND ^a, ^b", "OR a", "0"),
        ("keyword operator: \"NOR\" keywords: []", "OR a", "1"),
        ("keyword operator: \"OR\" keywords: []", "OR a", "0"),
        ("keyword operator: \"NOR\" keywords: [\"\"]", "OR a", "0"),
        (r"/AND a\bb, x", "OR a", "0"),
        // Events.
        ("event event_types: [\"refund\"]", "OR refund", "="),
        ("event event_types: [\"refund\"] severities: [\"high\"]", "event severities: [\" HIGH\"]", "<"),
        ("event temporal: true", "OR now", "<"),
        ("event severities: [\"dire\"] event_types: [\"x\"]", "OR x", "="),
        // Structures.
        (
            "structure feature: { type: \"exists\", source: { type: \"regex\", pattern: \"[?]\" } }",
            "OR ?",
            "=",
        ),
        (
            "structure feature: { type: \"count\", source: { type: \"regex\", pattern: \"[0-9]\" } } predicate: { gte: 3 }",
            "structure feature: { type: \"count\", source: { type: \"regex\", pattern: \"[0-9]\" } } predicate: { gt: 1.5 }",
            ">",
        ),
        (
            "structure feature: { type: \"count\", source: { type: \"regex\", pattern: \"[0-9]\" } } predicate: { gte: 2 }",
            "/OR [0-9]",
            ">",
        ),
        (
            "structure feature: { type: \"count\", source: { type: \"text_bytes\" } } predicate: { lt: 4 }",
            "structure feature: { type: \"count\", source: { type: \"text_bytes\" } } predicate: { gte: 4 lt: 9 }",
            "x",
        ),
        (
            "structure feature: { type: \"count\", source: { type: \"text_bytes\" } } predicate: { lt: 4 }",
            "structure feature: { type: \"count\", source: { type: \"text_bytes\" } } predicate: { gte: 4 }",
            "^",
        ),
        (
            "structure feature: { type: \"count\", source: { type: \"text_bytes\" } } predicate: { lt: 0 }",
            "OR a",
            "0",
        ),
        // Scores and edits.
        (
            "keyword operator: \"OR\" keywords: [\"loan\"] method: \"bm25\" bm25_threshold: 0.5",
            "keyword operator: \"OR\" keywords: [\"loan\"] method: \"bm25\"",
            ">",
        ),
        (
            "keyword operator: \"NOR\" keywords: [\"loan\"] method: \"bm25\" bm25_threshold: 0.5",
            "keyword operator: \"OR\" keywords: [\"loan\"] method: \"bm25\"",
            "+",
        ),
        ("keyword operator: \"OR\" keywords: [\"the\"] method: \"bm25\"", "OR a", "0"),
        (
            "keyword operator: \"AND\" keywords: [\"loan\", \"rate\"] method: \"ngram\" ngram_threshold: 0.5",
            "keyword operator: \"OR\" keywords: [\"loan\", \"rate\"] method: \"ngram\"",
            ">",
        ),
        (
            "keyword operator: \"OR\" keywords: [\"urgent\"] fuzzy_match: true fuzzy_threshold: 1",
            "keyword operator: \"OR\" keywords: [\"urgent\"] fuzzy_match: true",
            ">",
        ),
        ("OR urgent", "keyword operator: \"OR\" keywords: [\"urgent\"] fuzzy_match: true", ">"),
    ];
    let wrong: Vec<String> = table
        .iter()
        .map(|(one, other, expected)| (one, other, expected, verdict(one, other)))
        .filter(|(.., expected, found)| **expected != found)
        .map(|(one, other, expected, found)| {
            format!("{one} · {other}: expected {expected:?}, found {found:?}")
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_too_much_work_is_said() {
    let shorts = ["/OR (?:a|b)*a(?:a|b){9}c|zz", "/OR (?:b|a)*a(?:b|a){9}c|zz", "OR x"];
    let bodies = shorts.map(declaration);
    let signals = signals(&bodies.each_ref().map(String::as_str));
    let table: [(usize, &[(usize, usize)]); 3] = [
        (2_000_000, &[]),
        // Enough for a text of each, not for the proof.
        (10_000, &[(0, 1), (1, 0)]),
        (20, &[(0, 1), (0, 2), (1, 0), (1, 2)]),
    ];
    for (work, expected) in table {
        let limits = Limits { work, ..Limits::default() };
        let found = relations(&signals.iter().collect::<Vec<_>>(), limits);
        assert_eq!(found.gave_up, expected, "{work}");
        assert_eq!(found.implies.is_empty(), work < 2_000_000, "{work}");
    }
}

/// Every text of at most so many of these characters.
fn texts(alphabet: &[&str], most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..most {
        longest =
            longest.iter().flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}"))).collect();
        all.extend(longest.iter().cloned());
    }
    all
}

/// Texts with some of the keywords and not the others: every subset, one beside the other. At an edge that is no part of
/// a word, a keyword without a method needs a neighbour that is.
fn joined(shorts: &[String]) -> Vec<String> {
    let mut keywords: Vec<&str> = shorts
        .iter()
        .filter_map(|short| short.split_once(' '))
        .flat_map(|(_, rest)| rest.split(", "))
        .collect();
    keywords.sort_unstable();
    keywords.dedup();
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let neighbour = |c: Option<char>| if inside(c) { "" } else { "xx" };
    let in_context =
        |it: &str| format!("{}{it}{}", neighbour(it.chars().next()), neighbour(it.chars().next_back()));
    let subset = |set: u32| {
        let of = keywords.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1);
        of.map(|(_, keyword)| in_context(keyword)).collect::<Vec<_>>().join("  ")
    };
    (0..1 << keywords.len()).map(subset).collect()
}

/// Which signals fire on each text, by the scanner.
fn scanned(signals: &[Signal], texts: &[String]) -> Vec<Vec<bool>> {
    let panel = Panel::new(&signals.iter().collect::<Vec<_>>());
    texts.iter().map(|text| panel.fires(text)).collect()
}

/// The same by the plain meaning.
fn meant(signals: &[Signal], texts: &[String]) -> Vec<Vec<bool>> {
    let fires = |signal: &Signal, text: &String| {
        let reading = sense(signal.kind.name, &signal.fields, &Facts::from_text(text.as_str()));
        reading.is_some_and(|reading| reading.matched)
    };
    texts.iter().map(|text| signals.iter().map(|signal| fires(signal, text)).collect()).collect()
}

/// What is so on all rows.
fn observed(rows: &[Vec<bool>]) -> Relations {
    let all = |holds: &dyn Fn(&[bool]) -> bool| rows.iter().all(|row| holds(row));
    let signals = 0..rows[0].len();
    let never: Vec<usize> = signals.clone().filter(|at| all(&|row| !row[*at])).collect();
    let always: Vec<usize> = signals.clone().filter(|at| all(&|row| row[*at])).collect();
    let rest: Vec<usize> = signals.filter(|at| !never.contains(at) && !always.contains(at)).collect();
    let mut found = Relations { never, always, ..Relations::default() };
    for a in &rest {
        for b in rest.iter().filter(|b| *b != a) {
            if all(&|row| !row[*a] || row[*b]) {
                found.implies.push((*a, *b));
            }
            if a < b && all(&|row| !(row[*a] && row[*b])) {
                found.excludes.push((*a, *b));
            }
            if a < b && all(&|row| row[*a] || row[*b]) {
                found.covers.push((*a, *b));
            }
        }
    }
    found
}

type Engine = fn(&[Signal], &[String]) -> Vec<Vec<bool>>;

/// Nothing is said that the texts contradict; with `complete`, all that they show is said.
fn check(shorts: &[String], texts: &[String], engine: Engine, complete: bool) -> Result<(), TestCaseError> {
    let (signals, said) = related(&shorts.iter().map(String::as_str).collect::<Vec<_>>());
    let seen = observed(&engine(&signals, texts));
    if complete {
        prop_assert_eq!(&said, &seen, "{:?}", shorts);
        return Ok(());
    }
    let settled = |at: &usize| seen.never.contains(at) || seen.always.contains(at);
    let of = |said: &[(usize, usize)], seen: &[(usize, usize)]| {
        said.iter().all(|pair| seen.contains(pair) || settled(&pair.0) || settled(&pair.1))
    };
    let sound = said.never.iter().all(|at| seen.never.contains(at))
        && said.always.iter().all(|at| seen.always.contains(at))
        && of(&said.implies, &seen.implies)
        && of(&said.excludes, &seen.excludes)
        && of(&said.covers, &seen.covers);
    prop_assert!(sound, "{:?}\nsaid {:?}\nseen {:?}", shorts, said, seen);
    Ok(())
}

fn keyword(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 1..=most).prop_map(|it| it.concat())
}

fn keyword_signals(
    pieces: &'static [&'static str],
    operators: &'static [&'static str],
    most: usize,
) -> impl Strategy<Value = Vec<String>> {
    let keywords = prop::collection::vec(keyword(pieces, most), 1..4);
    let signal = (prop::sample::select(operators), keywords)
        .prop_map(|(operator, keywords)| format!("{operator} {}", keywords.join(", ")));
    prop::collection::vec(signal, 2..4)
}

const LITERAL: &[&str] = &["OR", "AND", "NOR", "OR!", "AND!", "NOR!"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// `.` stands for all that is no part of a word.
    #[test]
    fn literals_are_related_exactly_as_on_all_texts(signals in keyword_signals(&["a", "b", "."], &["OR", "AND", "NOR"], 3)) {
        let all = [texts(&["a", "b", ".", " "], 5), joined(&signals)].concat();
        check(&signals, &all, scanned, true)?;
    }

    /// `s` has three spellings, of which one is no part of a word.
    #[test]
    fn spellings_are_related_exactly_as_on_all_texts(signals in keyword_signals(&["s", "S", ".", "先"], &["OR", "OR!", "NOR"], 2)) {
        let all = [texts(&["s", "S", "ſ", ".", "先", "x"], 5), joined(&signals)].concat();
        check(&signals, &all, scanned, true)?;
    }

    #[test]
    fn nothing_is_said_that_a_text_contradicts(
        signals in keyword_signals(&["k", "K", "\u{212A}", "s", "ſ", "é", "先", "_", "7", "-", " "], LITERAL, 4)
    ) {
        check(&signals, &texts(&["k", "K", "\u{212A}", "ſ", "s", "é", "先", "-", " "], 4), scanned, false)?;
    }

    #[test]
    fn nothing_is_said_that_the_plain_meaning_contradicts(
        signals in keyword_signals(&["k", "\u{212A}", "ſ", "s", "é", "先", "-"], LITERAL, 3)
    ) {
        let few: Vec<String> = joined(&signals).into_iter().take(24).collect();
        check(&signals, &few, meant, false)?;
    }

    /// And what is found does what was asked.
    #[test]
    fn there_is_no_prompt_that_the_relations_forbid(
        signals in keyword_signals(&["ab", "c", ".", " "], &["OR", "NOR"], 3), fires in any::<u8>()
    ) {
        let (fire, silent): (Vec<usize>, Vec<usize>) = (0..signals.len()).partition(|at| fires >> at & 1 == 1);
        let (signals, said) = related(&signals.iter().map(String::as_str).collect::<Vec<_>>());
        let signals: Vec<&Signal> = signals.iter().collect();
        let found = text_for(&signals, &fire, &silent, Limits::default());
        let fires = |at: &usize| fire.contains(at);
        let forbidden = said.implies.iter().any(|(a, b)| fires(a) && !fires(b))
            || said.excludes.iter().any(|(a, b)| fires(a) && fires(b))
            || said.covers.iter().any(|(a, b)| !fires(a) && !fires(b));
        prop_assert!(!(forbidden && found.is_some()), "{:?} although {:?}", found, said);
        if let Some(text) = &found {
            let seen = Panel::new(&signals).fires(text);
            prop_assert!((0..signals.len()).all(|at| seen[at] == fires(&at)), "{}", text);
        }
    }

    #[test]
    fn nothing_is_said_of_patterns_that_a_text_contradicts(
        signals in keyword_signals(&["a", "b", "[ab]", "a+", "b?", ".", "^", "$", r"\b", r"\B", "(?:a|b)*", "-"], &["/OR", "/AND", "/NOR", "/OR!", "OR", "AND!"], 3)
    ) {
        check(&signals, &texts(&["a", "b", "-", "\n"], 6), scanned, false)?;
    }
}

fn prompt(fire: &[&str], silent: &[&str]) -> Option<String> {
    let bodies: Vec<String> = fire.iter().chain(silent).map(|short| declaration(short)).collect();
    let signals = signals(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let signals: Vec<&Signal> = signals.iter().collect();
    let (fire, silent): (Vec<usize>, Vec<usize>) = (0..signals.len()).partition(|at| *at < fire.len());
    text_for(&signals, &fire, &silent, Limits::default())
}

#[test]
fn a_prompt_is_made_of_what_the_signals_name() {
    const DIGITS: &str = "structure feature: { type: \"count\", source: { type: \"regex\", pattern: \"[0-9]+\" } } predicate: { gte: 3 }";
    let table: [(&[&str], &[&str], Option<&str>); 20] = [
        (&["OR urgent, asap"], &[], Some("urgent")),
        (&["OR urgent, asap", "OR refund"], &[], Some("urgent refund")),
        (&["OR urgent, asap", "OR refund"], &["OR urgent"], Some("asap refund")),
        (&["AND credit, card"], &["OR credit card"], Some("credit, card")),
        (&["OR urgent"], &["NOR refund"], Some("urgent refund")),
        (&["OR urgent", "NOR refund"], &[], Some("urgent")),
        (&["OR urgent"], &["OR urgent, asap"], None),
        (&["OR urgent", "NOR urgent"], &[], None),
        (&["OR C++"], &[], Some("C++x")),
        (&["OR 先生"], &["OR 先"], None),
        (&["OR code sample"], &["OR sample"], Some("code \u{17F}ample")),
        (&[r"/OR \bsk-[a-z0-9]{6,}"], &[], Some("sk-aaaaaa")),
        (&[r"/OR ticket-[0-9]+"], &[r"/OR \bticket"], Some("aticket-0")),
        (&["/OR [0-9]{3}", "OR invoice"], &["/OR [0-9]{4}"], Some("000 invoice")),
        (&["/OR ^a", "/OR ^b"], &[], None),
        (&[DIGITS], &["/OR [0-9]{2}"], Some("0 0 0")),
        (&["event severities: [\"high\"] temporal: true"], &["OR high"], Some("now")),
        (&["keyword operator: \"OR\" keywords: [\"loan\"] method: \"bm25\""], &["OR loan"], None),
        (&["keyword operator: \"OR\" keywords: [\"urgent\"] fuzzy_match: true"], &[], Some("urgent")),
        (&["domain description: \"x\""], &[], None),
    ];
    for (fire, silent, expected) in table {
        assert_eq!(prompt(fire, silent).as_deref(), expected, "{fire:?} without {silent:?}");
    }
}
