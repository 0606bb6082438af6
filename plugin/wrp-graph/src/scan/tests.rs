//! What scanners find, that both engines of patterns agree, and that no bytes make them panic.

use proptest::prelude::*;
use regex_automata::MatchKind;

use super::build::{dfa, nfa};
use super::literals::{Case, Edge};
use super::regexes::{Counted, Engine, Set};
use super::{Builder, CounterId, Hits, PatternId, Scanner, go_regex};
use crate::wire;

/// Each pattern with whether the text has it; the scanner makes a trip through bytes first.
#[track_caller]
fn check(build: impl Fn(&mut Builder) -> PatternId, cases: &[(&str, bool)]) {
    let mut builder = Builder::default();
    let id = build(&mut builder);
    let scanner = builder.finish();
    let read: Scanner = wire::from_bytes(&wire::to_bytes(&scanner)).unwrap();
    assert_eq!(read, scanner);
    for (text, seen) in cases {
        assert_eq!(read.scan(text).seen(id), *seen, "{text:?}");
    }
}

#[test]
fn a_word_stands_alone_by_ascii_alone() {
    let word =
        |text: &'static str| move |builder: &mut Builder| builder.literal(text, Case::Fold, Edge::AsciiWord);
    check(
        word("hot dog"),
        &[("a Hot Dog!", true), ("hot dogs", false), ("shot dog", false), ("hot dog", true)],
    );
    check(word("C++"), &[("C++", false), ("in C++11", true), ("C++ now", false)]);
    check(word("caf\u{e9}"), &[("caf\u{e9}", false), ("un caf\u{e9}s", true), ("CAF\u{c9}X", true)]);
}

#[test]
fn folding_is_that_of_re2() {
    let fold = |text: &'static str| move |builder: &mut Builder| builder.literal(text, Case::Fold, Edge::Any);
    check(fold("key"), &[("\u{212A}EY", true), ("\u{212A}ey", true), ("kez", false)]);
    check(fold("stra\u{df}e"), &[("\u{17F}tra\u{1E9E}e", true), ("strasse", false)]);
    check(fold("i"), &[("I", true), ("\u{130}", false), ("\u{131}", false)]);
    // The Kelvin sign folds to a letter, but is no part of an ASCII word.
    check(
        |builder: &mut Builder| builder.literal("key", Case::Fold, Edge::AsciiWord),
        &[("\u{212A}ey", false), ("x\u{212A}ey", true), ("a key", true)],
    );
}

#[test]
fn patterns_of_all_engines_are_found() {
    let regex = |text: &'static str| move |builder: &mut Builder| builder.regex(text, true).unwrap();
    check(regex(r"\bapi[_ -]?key\b"), &[("my API-Key.", true), ("apikeys", false), ("api  key", false)]);
    check(regex(r"\b\d{3}-\d{2}-\d{4}\b"), &[("078-05-1120", true), ("1078-05-11201", false)]);
    check(regex(r"(\p{L}{2,40} \p{Nd}{2,40} ){3}$"), &[("ab 12 cd 34 ef 56 ", true), ("ab 12", false)]);
    check(regex(""), &[("", true), ("x", true)]);
}

/// Patterns in which priority, empty matches and assertions matter.
const TRICKY: &[&str] = &[
    "",
    "a*",
    "a|ab",
    "ab|a",
    "a??",
    "(?:a|ab)(?:c|bcd)",
    r"\b",
    r"\B",
    "^",
    "$",
    "(?m)^",
    "(?m)$",
    r"\ba",
    r"a\b",
    r"(?m)^\s*a",
    "[^a]",
    "é?",
    r"\B.\B",
    ".*b",
    "(?s).*?b",
    "(a|b)*c?",
    "先|.",
    r"\z|a",
];

fn found(engine: Engine, text: &str, patterns: usize) -> Hits {
    let patterns: Vec<PatternId> = (0..patterns as u32).map(PatternId).collect();
    let mut hits = Hits::new(patterns.len() as u32, 0);
    Set { engine, patterns }.run(text, &mut hits);
    hits
}

fn counted(engine: Engine, text: &str) -> u32 {
    let mut hits = Hits::new(0, 1);
    Counted { engine, counter: CounterId(0) }.run(text, &mut hits);
    hits.count(CounterId(0))
}

/// A scanner of everything there is.
fn everything() -> Scanner {
    let mut builder = Builder::default();
    for text in ["key", "straße", "the last", "最后", "C++", "ast"] {
        builder.literal(text, Case::Fold, Edge::AsciiWord);
        builder.literal(text, Case::Exact, Edge::Any);
        builder.fuzzy(text, 1);
    }
    for pattern in TRICKY.iter().chain(&[r"\p{L}{2,8}\p{Greek}", r"[a-z]+@\w+"]) {
        builder.regex(pattern, true).unwrap();
        builder.count_regex(pattern, false).unwrap();
    }
    builder.count_keywords(&["last".to_owned(), "后".to_owned()], true);
    builder.sequences(&[vec!["first".to_owned(), "then".to_owned()], vec![String::new()]], true);
    builder.count_units();
    builder.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_simulated_pattern_finds_what_its_dfa_finds(
        text in "[abcdé先\\n _]{0,12}", one in prop::sample::select(TRICKY), other in prop::sample::select(TRICKY),
    ) {
        let hirs = [one, other].map(|pattern| go_regex::parse(pattern, false).unwrap());
        let set = dfa(&hirs, MatchKind::All).expect("the patterns are small");
        prop_assert_eq!(found(set, &text, 2), found(nfa(&hirs), &text, 2));
        let single = dfa(&hirs[..1], MatchKind::LeftmostFirst).expect("the pattern is small");
        prop_assert_eq!(counted(single, &text), counted(nfa(&hirs[..1]), &text));
    }

    #[test]
    fn bytes_that_are_no_scanner_are_refused_or_harmless(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in any::<prop::sample::Index>(), truncate in prop::bool::weighted(0.2),
    ) {
        static BYTES: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| wire::to_bytes(&everything()));
        let mut bytes = BYTES.clone();
        for (at, byte) in changes {
            *at.get_mut(&mut bytes) = byte;
        }
        if truncate {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Some(scanner) = wire::from_bytes::<Scanner>(&bytes) {
            for text in ["", "a b\nC++ \u{212A}ey the last first then ast", "最后 straẞe ab@cd αβ"] {
                scanner.scan(text);
            }
        }
    }
}
