//! Scored keywords against the crates whose scores the reference takes.

#![cfg(feature = "build")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::Operator;
use super::bm25::Bm25;
use super::ngram::Ngram;
use super::stem::stem;

const KEYWORDS: [&str; 13] = [
    "code review",
    "refactoring",
    "database",
    "SQL query optimization",
    "machine-learning",
    "naïve Bayes",
    "don't panic",
    "version 1.5",
    "C++",
    "the",
    "running",
    "runner's knee",
    "generously",
];

/// Texts near the keywords and far from them.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => proptest::sample::select(KEYWORDS.to_vec()).prop_map(str::to_owned),
        4 => proptest::sample::select(vec![
            "reviews", "Codes", "the", "databases", "queries", "optimized", "optimizing", "naive", "bayesian", "panic",
            "Don't", "1.5", "1,5", "e.g.", "run", "runs", "runners", "generous", "general", "紧", "急", "Ünïcode",
            "sky", "dying", "happily", "rational", "snake_case", "a:b", "x.y", "refactor", "machine", "learn", "lerning",
        ]).prop_map(str::to_owned),
        2 => "[a-z]{1,12}",
        1 => "[a-zA-Z0-9'.,:;_!? -]{0,12}",
    ];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

/// The keywords that the `bm25` crate finds with at least this score, and with their scores.
fn theirs_bm25(keywords: &[String], text: &str) -> Vec<(usize, f32)> {
    let documents =
        keywords.iter().enumerate().map(|(id, keyword)| bm25::Document::new(id, keyword.to_lowercase()));
    let engine =
        bm25::SearchEngineBuilder::<usize>::with_documents(bm25::Language::English, documents).build();
    let found = engine.search(&text.to_lowercase(), keywords.len());
    found.into_iter().map(|result| (result.document.id, result.score)).collect()
}

fn ours_bm25(keywords: &[String], threshold: f32, text: &str) -> bool {
    Bm25::build(Operator::Or, keywords, threshold).sense(text).matched
}

fn subset() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(KEYWORDS.to_vec(), 1..6)
        .prop_map(|keywords| keywords.into_iter().map(str::to_owned).collect())
}

/// Words with letters whose lower case is not a matter of course.
fn cased_words() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set("[ΣσςİK\u{212A}ÅåẞßǅΩa'\u{307}\u{300}: ٣-]{1,5}", 1..4)
        .prop_map(|words| words.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bm25_finds_what_the_crate_finds(keywords in subset(), text in text()) {
        let theirs = theirs_bm25(&keywords, &text);
        let best = theirs.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        if best > 0.0 {
            prop_assert!(ours_bm25(&keywords, best * 0.9999, &text), "{:?} {text:?} {theirs:?}", keywords);
        }
        prop_assert!(!ours_bm25(&keywords, best * 1.0001 + 1e-6, &text), "{:?} {text:?} {theirs:?}", keywords);
    }

    #[test]
    fn ngram_finds_what_the_crate_finds(
        keywords in prop_oneof![subset(), cased_words()], text in prop_oneof![text(), cased_words().prop_map(|it| it.concat())],
        arity in 2u8..5, threshold in 0.05f32..0.95,
    ) {
        let mut corpus = ngrammatic::CorpusBuilder::default().arity(arity.into()).pad_full(ngrammatic::Pad::Auto).finish();
        for keyword in &keywords {
            corpus.add_text(&keyword.to_lowercase());
        }
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').filter(|word| !word.is_empty());
        let found: BTreeSet<String> = words
            .chain([lower.as_str()])
            .flat_map(|word| corpus.search(word, threshold, 10))
            .map(|result| result.text)
            .collect();
        let any = Ngram::build(Operator::Or, &keywords, false, arity, threshold).sense(&text).matched;
        let all = Ngram::build(Operator::And, &keywords, false, arity, threshold).sense(&text).matched;
        prop_assert_eq!(any, !found.is_empty(), "{:?} {} {:?}", keywords, text, found);
        let different: BTreeSet<String> = keywords.iter().map(|keyword| keyword.to_lowercase()).collect();
        prop_assert_eq!(all, found.len() == different.len(), "{:?} {} {:?}", keywords, text, found);
    }

    #[test]
    fn stems_are_those_of_the_crate(word in "[a-z]{1,6}(y|ing|ed|ly|ational|ness|ful|ement|ies|ies|es|s|ization|ogi|ative|eed|eedly|ion|e|l|ll|'s)?") {
        prop_assert_eq!(stem(&word), their_stem(&word), "{}", word);
    }
}

/// What the `bm25` crate's tokenizer makes of a word.
fn their_stem(word: &str) -> String {
    use bm25::Tokenizer;
    let tokenizer = bm25::DefaultTokenizer::builder().stopwords(false).build();
    tokenizer.tokenize(word).concat()
}

#[test]
fn words_of_every_kind_are_stemmed_as_by_the_crate() {
    let words = "consign consigned consigning consistency consistently consolation generous generate generation communion
        communicate arsenal skis skies dying lying tying idly gently ugly early only singly sky news howe atlas cosmos bias
        andes inning outing canning herring earring proceed exceed succeed proceeds exceeding succeeded say saying says
        cries dies ties gas this kiwis gaps hopping hoping falling hissing failing filing agreed feed plastered bled
        motoring sing conflated troubled sized tanned happy by cry enjoy yes yellow syzygy relational conditional
        valenci hesitanci digitizer radically vietnamization predication operator feudalism decisiveness hopefulness
        callousness formaliti sensitiviti sensibiliti analogi triplicate formative formalize electriciti electrical
        goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment
        dependent adoption homologou communism activate angulariti effective bowdlerize probate rate cease controll roll
        it's dogs' o'clock bee beds yyy ab a";
    for word in words.split_whitespace() {
        assert_eq!(stem(word), their_stem(word), "{word}");
    }
}

#[test]
fn a_han_keyword_is_found_by_its_sound_as_in_the_crate() {
    let keywords = ["紧急".to_owned()];
    for text in ["这很紧急", "急", "jin ji", "天气", "Ünïcode"] {
        let theirs = theirs_bm25(&keywords, text).iter().any(|(_, score)| *score >= 0.1);
        assert_eq!(ours_bm25(&keywords, 0.1, text), theirs, "{text}");
    }
}
