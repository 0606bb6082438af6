//! Safety families: jailbreak and pii, with what they say of texts they did not see whole.

use super::*;
use crate::family::Detector;

/// Two detectors; `halves` says what the first says of a text, the second always 0.25.
fn detectors(halves: &[(&'static str, f32)]) -> Script {
    let first =
        halves.iter().map(|(text, risk)| ("one", *text, vec![("benign", 1.0 - risk), ("injection", *risk)]));
    let second = halves.iter().map(|(text, _)| ("two", *text, vec![("LABEL_0", 0.75), ("LABEL_1", 0.25)]));
    Script {
        parts: vec![("injection", "one"), ("injection", "two"), ("embed", "mini")],
        labels: first.chain(second).collect(),
        vectors: vec![
            ("attack", [1.0, 0.0, 0.0]),
            ("harmless", [0.0, 1.0, 0.0]),
            ("near", [0.6, 0.8, 0.0]),
            ("text", [0.8, 0.6, 0.0]),
        ],
        ..Script::default()
    }
}

#[test]
fn detectors_vote() {
    for (risk, threshold, expected) in [
        // The mean of 0.75 and 0.25, and a bound that is reached.
        (0.75, "0.5", Some(0.5)),
        (0.75, "0.51", None),
        (1.0, "0.625", Some(0.625)),
        (0.0, "0.2", None),
        // Without a threshold everything is a jailbreak, as in the reference.
        (0.0, "null", Some(0.125)),
    ] {
        let spec = format!(r#"{{"threshold":{threshold}}}"#);
        let said = one(detectors(&[("text", risk)]), "jailbreak", &spec, &Facts::from_text("text"));
        check(said, expected, &format!("{risk} {spec}"));
    }
}

#[test]
fn a_detector_is_stretched_about_its_own_threshold() {
    let detector = |model: &str, weight, threshold| Detector { model: model.to_owned(), weight, threshold };
    for (risk, detectors_of, expected) in [
        // 0.75 is `one`'s threshold, so it counts as one half; 0.25 of `two` is as it is.
        (0.75, vec![detector("one", 1.0, 0.75)], 0.375),
        (0.875, vec![detector("one", 1.0, 0.75)], (0.75 + 0.25) / 2.0),
        (0.375, vec![detector("one", 1.0, 0.75)], 0.25),
        (1.0, vec![detector("one", 3.0, 0.5), detector("two", 1.0, 0.5)], 0.8125),
        (1.0, vec![detector("two", 0.0, 0.5)], 1.0),
    ] {
        let settings = Settings { detectors: detectors_of, ..Settings::default() };
        let query = query("jailbreak", r#"{"threshold":0}"#);
        let said = ask(detectors(&[("text", risk)]), settings, &Facts::from_text("text"), &query);
        check(Ok(said.expect("readings")[0].1), Some(expected), &format!("{risk}"));
    }
}

#[test]
fn the_riskiest_turn_counts_if_history_does() {
    let script = || detectors(&[("bad", 1.0), ("fine", 0.0), ("worse", 0.9)]);
    let facts = Facts { other_turns: vec!["worse".into()], ..talk(&["bad", "fine"]) };
    check(one(script(), "jailbreak", r#"{"threshold":0.5}"#, &facts), None, "the last turn");
    let spec = r#"{"threshold":0.5,"include_history":true}"#;
    check(one(script(), "jailbreak", spec, &facts), Some(0.625), "all turns");
    let other = Facts { other_turns: vec!["bad".into()], ..talk(&["fine"]) };
    check(one(script(), "jailbreak", spec, &other), Some(0.625), "what others said");
    check(one(script(), "jailbreak", spec, &Facts::default()), None, "nothing was said");
}

#[test]
fn contrast_is_a_margin() {
    let spec = |more: &str| {
        format!(
            r#"{{"method":"contrastive","jailbreak_patterns":["attack"],"benign_patterns":["harmless"]{more}}}"#
        )
    };
    for (text, more, expected) in [
        // 0.8 − 0.6.
        ("text", "", Some(0.2)),
        ("text", r#","threshold":0.19"#, Some(0.2)),
        ("text", r#","threshold":0.21"#, None),
        ("near", "", None),
        ("attack", r#","threshold":1.0"#, Some(1.0)),
    ] {
        let said = one(detectors(&[]), "jailbreak", &spec(more), &Facts::from_text(text));
        check(said, expected, &format!("{text} {more}"));
    }
    let history = talk(&["attack", "near"]);
    check(one(detectors(&[]), "jailbreak", &spec(""), &history), None, "the last turn");
    let all = spec(r#","include_history":true"#);
    check(one(detectors(&[]), "jailbreak", &all, &history), Some(1.0), "the greatest over turns");
    let nothing = r#"{"method":"contrastive","threshold":0.1}"#;
    check(one(detectors(&[]), "jailbreak", nothing, &Facts::from_text("attack")), None, "no patterns");
    let alone = r#"{"method":"contrastive","jailbreak_patterns":["attack"]}"#;
    check(one(detectors(&[]), "jailbreak", alone, &Facts::from_text("near")), Some(0.6), "no benign ones");
}

#[test]
fn a_hybrid_fires_when_either_does() {
    let spec = r#"{"method":"hybrid","threshold":0.55,"jailbreak_patterns":["attack"],"benign_patterns":["harmless"]}"#;
    for (text, risk, expected) in [
        ("text", 0.0, Some(0.2)),
        ("near", 1.0, Some(0.625)),
        ("near", 0.0, None),
        ("attack", 1.0, Some(1.0)),
    ] {
        check(one(detectors(&[(text, risk)]), "jailbreak", spec, &Facts::from_text(text)), expected, text);
    }
}

fn tagger() -> Script {
    Script {
        parts: vec![("pii", "tags")],
        marks: vec![
            ("Ada", "GIVEN_NAME", 0.9),
            ("Turin", "CITY", 0.6),
            ("4111", "PHONE", 0.99),
            ("port 443", "ADDRESS", 0.95),
        ],
        ..Script::default()
    }
}

#[test]
fn personal_data_counts_unless_its_type_is_allowed() {
    for (text, spec, expected) in [
        ("Ada is here", "{}", true),
        ("nobody is here", "{}", false),
        ("Ada is here", r#"{"threshold":0.91}"#, false),
        ("Ada is here", r#"{"threshold":0.89}"#, true),
        ("Turin", "{}", true),
        ("Turin", r#"{"threshold":0.85}"#, false),
        ("Ada in Turin", r#"{"pii_types_allowed":["PERSON","GPE"]}"#, false),
        ("Ada in Turin", r#"{"pii_types_allowed":["PERSON"]}"#, true),
        // The model's name for a type, and the policy's, are the same type.
        ("Ada", r#"{"pii_types_allowed":["given_name"]}"#, false),
        // A pattern is sure, whatever the threshold.
        ("a@example.org", r#"{"threshold":1.0}"#, true),
        ("a@example.org", r#"{"threshold":1.0,"pii_types_allowed":["EMAIL_ADDRESS"]}"#, false),
        // The pattern's type wins over the model's, and marks without the form of their type are none.
        ("4111 1111 1111 1111", r#"{"pii_types_allowed":["CREDIT_CARD"]}"#, false),
        ("4111 1111 1111 1111", r#"{"pii_types_allowed":["PHONE_NUMBER"]}"#, true),
        ("listen on port 443", "{}", false),
        ("", "{}", false),
    ] {
        let said = one(tagger(), "pii", spec, &Facts::from_text(text)).expect("a reading");
        assert_eq!((said.matched, said.confidence, said.failed), (expected, None, false), "{text} {spec}");
    }
}

#[test]
fn history_may_hold_personal_data_too() {
    let facts = Facts { other_turns: vec!["of Turin".into()], ..talk(&["Ada", "hello"]) };
    let said = |spec: &str| one(tagger(), "pii", spec, &facts).expect("a reading").matched;
    assert!(!said("{}"));
    assert!(said(r#"{"include_history":true}"#));
    assert!(said(r#"{"include_history":true,"pii_types_allowed":["PERSON"]}"#));
    assert!(!said(r#"{"include_history":true,"pii_types_allowed":["PERSON","GPE"]}"#));
}

#[test]
fn marks_far_into_a_text_are_found() {
    let text = format!("{} Ada", "word ".repeat(600));
    assert!(one(tagger(), "pii", "{}", &Facts::from_text(text)).expect("a reading").matched);
}

#[test]
fn what_was_not_seen_cannot_be_denied() {
    let partly = |script: Script| Script { coverage: Some(0.5), ..script };
    let near = || Script::near(&[("a", [1.0, 0.0, 0.0])]);
    type Row = (&'static str, &'static str, fn() -> Script, &'static str, bool, bool);
    let table: &[Row] = &[
        // A yes stands where more text could only raise the score; a no does not.
        ("jailbreak", r#"{"threshold":0.5}"#, || detectors(&[("a", 1.0)]), "a", true, false),
        ("jailbreak", r#"{"threshold":0.7}"#, || detectors(&[("a", 1.0)]), "a", false, true),
        ("pii", "{}", tagger, "Ada", true, false),
        ("pii", "{}", tagger, "nobody", false, true),
        ("pii", r#"{"min_coverage":0.5}"#, tagger, "nobody", false, false),
        ("pii", r#"{"min_coverage":0.6}"#, tagger, "nobody", false, true),
        (
            "embedding",
            r#"{"threshold":0.5,"candidates":["a"]}"#,
            || Script::near(&[("a", [1.0, 0.0, 0.0])]),
            "a",
            true,
            true,
        ),
        (
            "embedding",
            r#"{"threshold":0.5,"candidates":["a"]}"#,
            || Script::near(&[("a", [1.0, 0.0, 0.0])]),
            "z",
            false,
            true,
        ),
        // Where the best of several is sought, neither stands.
        ("preference", r#"{"examples":["a"]}"#, || Script::near(&[("a", [1.0, 0.0, 0.0])]), "a", true, true),
        (
            "preference",
            r#"{"examples":["a"],"min_coverage":0.4}"#,
            || Script::near(&[("a", [1.0, 0.0, 0.0])]),
            "a",
            true,
            false,
        ),
    ];
    for (family, spec, script, text, matched, failed) in table {
        let said = one(partly(script()), family, spec, &Facts::from_text(*text)).expect("a reading");
        assert_eq!((said.matched, said.failed), (*matched, *failed), "{family} {spec} {text}");
    }
    let twice = one(partly(near()), "reask", "{}", &talk(&["a", "a"])).expect("a reading");
    assert!(twice.matched && twice.failed);
}
