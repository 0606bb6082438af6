//! Texts that nobody would write, and how much of them was read.

use proptest::prelude::*;
use wrp_host::job::{Kind, Output};

use crate::{ask, is_here, vector};

const MODELS: &[(&str, Kind)] = &[
    ("minilm-l6-int8", Kind::Embed { dimensions: None }),
    ("jailguard", Kind::Classify),
    ("stackone", Kind::Classify),
    ("guardian", Kind::Classify),
    ("pilot", Kind::Classify),
    ("rampart", Kind::Tag),
];

/// Asks every model, and holds its answer against what must be true of any.
fn check(text: &str) {
    for (model, kind) in MODELS.iter().filter(|(model, _)| is_here(model)) {
        let answer = ask(model, kind.clone(), text).unwrap();
        assert!((0.0..=1.0).contains(&answer.coverage), "{model}: covers {}", answer.coverage);
        match answer.output {
            Output::Vector(vector) => assert!(vector.iter().all(|number| number.is_finite()), "{model}"),
            Output::Labels(labels) => {
                assert!(labels.iter().all(|(_, value)| (0.0..=1.0).contains(value)), "{model}: {labels:?}");
            }
            Output::Spans(spans) => {
                let mut end = 0;
                for span in spans {
                    assert!(span.start >= end && span.start < span.end, "{model}: {span:?} after {end}");
                    assert!(text.get(span.start..span.end).is_some(), "{model}: {span:?} cuts a character");
                    end = span.end;
                }
            }
        }
    }
}

#[test]
fn no_text_is_too_strange() {
    let strange = [
        "",
        " ",
        "\0",
        "a\0b\0\0",
        "\u{301}",
        "\u{301}\u{302}e\u{301}",
        "\u{200b}\u{202e}\u{feff}",
        "[CLS] [SEP] [MASK] [UNK] [PAD]",
        "한국어 ＡＢＣ ﬁ İ ß ẞ",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "\u{10ffff}\u{fffd}\u{e000}",
    ];
    for text in strange {
        check(text);
    }
    for text in ["x".repeat(1 << 20), "\u{301}".repeat(1 << 12), "a b ".repeat(1 << 18), "\n".repeat(1 << 20)]
    {
        check(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_makes_a_model_fail(text in "\\PC{0,200}|(\\p{M}|\\p{C}|[a-z ]){0,80}") {
        check(&text);
    }
}

#[test]
fn what_was_not_read_is_said() {
    let model = "minilm-l6-int8";
    if !is_here(model) {
        return;
    }
    let coverage = |text: &str| ask(model, Kind::Embed { dimensions: None }, text).unwrap().coverage;
    assert_eq!(coverage(""), 1.0);
    assert_eq!(coverage("a few words 👍"), 1.0);
    assert_eq!(coverage(&"word ".repeat(3000)), 1.0);
    // Sixteen windows hold some 3,600 words.
    let half = coverage(&"word ".repeat(7200));
    assert!((half - 0.5).abs() < 0.02, "{half}");
    let little = coverage(&"word ".repeat(200_000));
    assert!(little < 0.03, "{little}");
    // One word that no vocabulary holds was swallowed whole, and not read.
    let swallowed = coverage(&format!("please read {}", "q".repeat(4000)));
    assert!(swallowed < 0.01, "{swallowed}");
}

#[test]
fn special_tokens_in_a_text_are_text() {
    let model = "minilm-l6-int8";
    if !is_here(model) {
        return;
    }
    let close = |one: &str, other: &str| -> f32 {
        vector(model, one).iter().zip(vector(model, other)).map(|(one, other)| one * other).sum()
    };
    assert!(close("[SEP]", "sep") > close("[SEP]", ""), "`[SEP]` is read as a word");
}

#[test]
fn an_answer_does_not_depend_on_what_is_asked_beside_it() {
    use wrp_host::job::Job;
    for (model, kind) in MODELS.iter().filter(|(model, _)| is_here(model)) {
        let job = |text: &str| Job { model: (*model).into(), kind: kind.clone(), text: text.into() };
        let long = "a much longer text with many more words in it than the other one has ".repeat(6);
        let ready = crate::shelf().model(model).unwrap();
        let together = ready.run(&[job("short"), job(&long), job("short")]);
        assert_eq!(together[0], together[2], "{model}");
        assert_eq!(together[..1], ready.run(&[job("short")]), "{model}");
    }
}
