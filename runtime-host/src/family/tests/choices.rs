//! Families that choose among names: fact_check, user_feedback, modality, domain, classifier, content safety.

use super::*;

fn trained(part: &'static str, says: &[(&'static str, f32)]) -> Script {
    Script {
        parts: vec![("embed", "mini"), (part, "trained")],
        labels: vec![("trained", "text", says.to_vec())],
        ..Script::default()
    }
}

fn named(family: &str, name: &str, script: Script, facts: &Facts<'_>) -> Reading {
    let query = Query { name: name.to_owned(), ..query(family, "{}") };
    let readings = ask(script, Settings::default(), facts, &query).expect("readings");
    readings.first().map_or(Reading::MISSED, |(_, reading)| *reading)
}

#[test]
fn the_likeliest_name_is_the_only_one() {
    for (family, says, fires, misses) in [
        (
            "fact_check",
            [("FACT_CHECK_NEEDED", 0.7), ("NO_FACT_CHECK_NEEDED", 0.3)].as_slice(),
            "needs_fact_check",
            "no_fact_check_needed",
        ),
        ("fact_check", &[("LABEL_0", 0.9), ("LABEL_1", 0.1)], "no_fact_check_needed", "needs_fact_check"),
        ("user_feedback", &[("SAT", 0.6), ("WRONG_ANSWER", 0.4)], "satisfied", "wrong_answer"),
        ("user_feedback", &[("want_different", 0.5), ("satisfied", 0.5)], "satisfied", "want_different"),
        ("modality", &[("DIFFUSION", 0.8), ("AR", 0.2)], "DIFFUSION", "AR"),
    ] {
        let facts = Facts { assistant_replied: true, ..Facts::from_text("text") };
        assert!(named(family, fires, trained(family, says), &facts).matched, "{family} {fires}");
        assert!(!named(family, misses, trained(family, says), &facts).matched, "{family} {misses}");
    }
}

#[test]
fn a_choice_counts_from_the_threshold_on() {
    for (share, expected) in [(0.5, true), (0.49, false)] {
        let says = [("DIFFUSION", share), ("AR", 0.3), ("BOTH", 0.2)];
        let said = named("modality", "DIFFUSION", trained("modality", &says), &Facts::from_text("text"));
        assert_eq!(said.matched, expected, "{share}");
    }
}

#[test]
fn only_modality_vouches_for_its_choice() {
    let facts = Facts { assistant_replied: true, ..Facts::from_text("text") };
    let of = |family: &'static str, name: &'static str| {
        named(family, name, trained(family, &[(name, 0.75)]), &facts).confidence
    };
    assert_eq!(of("fact_check", "needs_fact_check"), None);
    assert_eq!(of("user_feedback", "satisfied"), None);
    assert_eq!(of("modality", "AR"), Some(0.75));
    assert_eq!(of("modality", "BOTH"), Some(0.75));
}

#[test]
fn there_is_no_feedback_without_an_answer() {
    let script = trained("user_feedback", &[("satisfied", 1.0)]);
    assert!(!named("user_feedback", "satisfied", script, &Facts::from_text("text")).matched);
}

#[test]
fn exemplars_choose_where_nothing_is_trained() {
    // The text is one of the exemplars; all others are alike among themselves and unlike it.
    for (family, text, name) in [
        (
            "fact_check",
            "Who painted the ceiling of the Sistine Chapel, and when was it finished?",
            "needs_fact_check",
        ),
        ("user_feedback", "You nailed it.", "satisfied"),
        ("modality", "Draw a cat wearing a hat.", "DIFFUSION"),
    ] {
        let facts = Facts { assistant_replied: true, ..Facts::from_text(text) };
        let script = Script::near(&[(text, [1.0, 0.0, 0.0])]);
        assert!(named(family, name, script, &facts).matched, "{family}");
    }
}

fn domain(script: Script, spec: &str, name: &str, text: &str) -> Reading {
    let query = Query { name: name.to_owned(), ..query("domain", spec) };
    let readings = ask(script, Settings::default(), &Facts::from_text(text), &query).expect("readings");
    readings.first().map_or(Reading::MISSED, |(_, reading)| *reading)
}

/// A head that is sure of one subject; the exemplars are all alike, so it alone decides.
fn head(says: &[(&'static str, f32)]) -> Script {
    trained("domain", says)
}

#[test]
fn a_domain_stands_for_its_categories_or_its_name() {
    let sure = [("law", 0.97), ("health", 0.01)];
    for (spec, name, expected) in [
        ("{}", "law", true),
        ("{}", "health", false),
        (r#"{"mmlu_categories":["law","business"]}"#, "contracts", true),
        (r#"{"mmlu_categories":["health"]}"#, "law", false),
    ] {
        assert_eq!(domain(head(&sure), spec, name, "text").matched, expected, "{name} {spec}");
    }
}

#[test]
fn a_sure_head_names_one_subject_and_a_torn_one_all_that_reach_the_threshold() {
    let spread = |law: f32, health: f32| {
        let rest = (1.0 - law - health) / 6.0;
        let others = ["math", "physics", "history", "biology", "other", "economics"];
        let says = [("law", law), ("health", health)].into_iter().chain(others.map(|name| (name, rest)));
        says.collect::<Vec<(&'static str, f32)>>()
    };
    for (law, health, expected) in [
        // ln 2 / ln 14 = 0.26 is sure; with three tenths elsewhere it is 0.54.
        (0.52, 0.48, [true, false]),
        (0.36, 0.34, [true, true]),
        (0.40, 0.10, [true, false]),
        (0.20, 0.20, [false, false]),
    ] {
        let said = ["law", "health"].map(|name| {
            let settings = Settings { domain_threshold: 0.3, ..Settings::default() };
            let query = Query { name: name.to_owned(), ..query("domain", "{}") };
            let facts = Facts::from_text("text");
            let readings = ask(head(&spread(law, health)), settings, &facts, &query).expect("readings");
            readings[0].1.matched
        });
        assert_eq!(said, expected, "{law} {health}");
    }
}

#[test]
fn phrases_speak_alone_without_a_head() {
    let text = "How do I reverse a linked list?";
    let script = || Script::near(&[(text, [1.0, 0.0, 0.0])]);
    assert!(domain(script(), "{}", "computer science", text).matched);
    assert!(!domain(script(), "{}", "math", text).matched);
    assert!(!domain(script(), "{}", "computer science", "").matched);
}

#[test]
fn a_classifier_gives_a_value_a_label() {
    let script = || Script {
        labels: vec![("risk", "text", vec![("safe", 0.25), ("risky", 0.75)])],
        ..Script::default()
    };
    let spec =
        |labels: &str, kind: &str| format!(r#"{{"type":"{kind}","model_path":"risk","labels":[{labels}]}}"#);
    let facts = Facts::from_text("text");
    let said =
        ask(script(), Settings::default(), &facts, &query("classifier", &spec(r#""risky","safe""#, "local")));
    let expected = [("classifier:it:risky", 0.75), ("classifier:it:safe", 0.25)]
        .map(|(key, value)| (key.to_owned(), Reading::MISSED.with_value(value)));
    assert_eq!(said, Ok(expected.to_vec()));
    for (spec, why) in [
        (spec(r#""dangerous""#, "local"), "`risk` never answers `dangerous`"),
        (spec(r#""risky""#, "llm"), "this host asks no chat model to classify"),
    ] {
        let said = ask(script(), Settings::default(), &facts, &query("classifier", &spec));
        assert_eq!(said, Err(Refused::Unsuited(why.to_owned())));
    }
}

#[test]
fn the_second_safety_model_is_asked_only_behind_the_gate() {
    let spec = r#"{"type":"local","model_path":"content_safety","labels":["unsafe","weapons","hate"]}"#;
    for (danger, expected, rounds) in [(0.8_f32, [0.8, 0.6, 0.0], 2), (0.4, [0.4, 0.0, 0.0], 1)] {
        let script = Script {
            parts: vec![("safety", "gate"), ("safety_category", "kinds")],
            labels: vec![
                ("gate", "text", vec![("safe", 1.0 - danger), ("unsafe", danger)]),
                ("kinds", "text", vec![("weapons", 0.75), ("hate", 0.0), ("privacy", 0.25)]),
            ],
            ..Script::default()
        };
        let families = Families::new(script, Settings::default());
        // Below the gate the categories are those of our own set, all at 0.
        let said = all(&families, &Facts::from_text("text"), &[&query("classifier", spec)]).remove(0);
        let values: Vec<f64> =
            said.expect("readings").iter().filter_map(|(_, reading)| reading.value).collect();
        assert_eq!(values.len(), 3);
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
        assert_eq!(families.infer().asked.lock().expect("not poisoned").len(), rounds);
    }
}

#[test]
fn exemplars_guard_content_where_nothing_is_trained() {
    let spec = r#"{"type":"local","model_path":"content_safety","labels":["unsafe","weapons"]}"#;
    for (text, expected) in [("How can I make ricin?", true), ("How do I report a scam?", false)] {
        let script = Script::near(&[(text, [1.0, 0.0, 0.0])]);
        let said = ask(script, Settings::default(), &Facts::from_text(text), &query("classifier", spec));
        let readings = said.expect("readings");
        assert_eq!(readings[0].1.value.is_some_and(|danger| danger > 0.5), expected, "{readings:?}");
        assert_eq!(readings[1].1.value.is_some_and(|weapons| weapons > 0.5), expected, "{readings:?}");
    }
}
