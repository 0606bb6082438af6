//! Families that compare vectors: embedding, reask, complexity, preference, kb.

use std::collections::BTreeMap;

use super::*;
use crate::exemplars::{KnowledgeBase, Label, Metric};
use crate::family::Scoring;

/// `a` and `b` are candidates at a right angle; `near` has 0.6 of `a` and 0.8 of `b`.
fn plane() -> Script {
    Script::near(&[
        ("a", [1.0, 0.0, 0.0]),
        ("b", [0.0, 1.0, 0.0]),
        ("near", [0.6, 0.8, 0.0]),
        ("back", [-1.0, 0.0, 0.0]),
    ])
}

#[test]
fn candidates_are_aggregated_as_declared() {
    for (method, text, threshold, expected) in [
        // ¾ of 0.8, and ¼ of the mean of 0.8 and 0.6.
        ("max", "near", 0.77, Some(0.775)),
        ("max", "near", 0.78, None),
        ("mean", "near", 0.69, Some(0.7)),
        ("mean", "near", 0.71, None),
        ("any", "near", 0.79, Some(0.8)),
        ("any", "near", 0.81, None),
        // A bound that is reached counts.
        ("any", "a", 1.0, Some(1.0)),
        ("max", "unlike", 0.0, Some(0.0)),
        ("max", "unlike", 0.01, None),
        ("mean", "back", 0.1, None),
    ] {
        let spec =
            format!(r#"{{"threshold":{threshold},"candidates":["a","b"],"aggregation_method":"{method}"}}"#);
        check(one(plane(), "embedding", &spec, &Facts::from_text(text)), expected, &spec);
    }
}

#[test]
fn alike_candidates_are_one_prototype() {
    // `a` and `aa` are one prototype, so the two best are 0.8 and 0.6, not twice 0.6.
    let script = || {
        let mut script = plane();
        script.vectors.push(("aa", [0.99, 0.141_067_36, 0.0]));
        script
    };
    let spec = r#"{"threshold":0.1,"candidates":["a","aa","b"],"aggregation_method":"mean"}"#;
    check(
        one(script(), "embedding", spec, &Facts::from_text("near")),
        Some(0.7),
        "medoid of two is the first",
    );
}

#[test]
fn of_many_clusters_the_largest_eight_stay() {
    let scoring = Scoring { max_prototypes: 1, ..Scoring::default() };
    let spec = r#"{"threshold":0,"candidates":["a","b","b2"],"aggregation_method":"any"}"#;
    let mut script = plane();
    script.vectors.push(("b2", [0.0, 1.0, 0.0]));
    let settings = Settings { scoring, ..Settings::default() };
    let readings =
        ask(script, settings, &Facts::from_text("a"), &query("embedding", spec)).expect("readings");
    assert_eq!(readings[0].1.confidence, Some(0.0), "`b` stands for two, so `a` went");
}

#[test]
fn nothing_to_compare_is_a_miss() {
    for (text, spec) in [
        ("", r#"{"threshold":0,"candidates":["a"]}"#),
        (" \n", r#"{"threshold":0,"candidates":["a"]}"#),
        ("a", r#"{"threshold":0,"candidates":[]}"#),
        ("a", r#"{"threshold":0,"candidates":["a"],"query_modality":"image"}"#),
    ] {
        check(one(plane(), "embedding", spec, &Facts::from_text(text)), None, spec);
    }
}

#[test]
fn an_image_that_nobody_can_see_is_refused() {
    let facts = Facts { image: Some("data:image/png;base64,AA==".into()), ..Facts::from_text("a") };
    let spec = r#"{"threshold":0,"candidates":["a"],"query_modality":"image"}"#;
    let said = one(plane(), "embedding", spec, &facts);
    assert_eq!(said, Err(Refused::Unsuited("no model here looks at images".to_owned())));
}

#[test]
fn asking_again_needs_a_streak_that_starts_at_the_last_turn() {
    for (turns, threshold, lookback, expected) in [
        (vec!["a", "a"], 0.8, 1, Some(1.0)),
        (vec!["near", "a"], 0.6, 1, Some(0.6)),
        (vec!["near", "a"], 0.61, 1, None),
        (vec!["near", "a", "a"], 0.6, 2, Some(0.6)),
        (vec!["near", "a", "a"], 0.61, 2, None),
        // The first turn is like it, the one between is not.
        (vec!["a", "b", "a"], 0.5, 1, None),
        (vec!["a", "b", "a"], 0.5, 2, None),
        (vec!["a"], 0.5, 1, None),
        (vec!["a", "a"], 0.5, 2, None),
        (vec![], 0.5, 1, None),
    ] {
        let spec = format!(r#"{{"threshold":{threshold},"lookback_turns":{lookback}}}"#);
        check(one(plane(), "reask", &spec, &talk(&turns)), expected, &format!("{turns:?} {spec}"));
    }
    check(one(plane(), "reask", "{}", &talk(&["near", "b"])), Some(0.8), "0.8 and one turn unless said");
}

#[test]
fn who_looks_back_furthest_silences_the_others() {
    let spec = r#"{"lookback_turns":1,"rivals":[{"lookback_turns":2,"threshold":0.9}]}"#;
    check(one(plane(), "reask", spec, &talk(&["b", "a", "a"])), Some(1.0), "the rival does not fire");
    check(one(plane(), "reask", spec, &talk(&["a", "a", "a"])), None, "the rival fires");
    check(one(plane(), "reask", spec, &talk(&["a", "a"])), Some(1.0), "the rival has too few turns");
    let equal = r#"{"rivals":[{"lookback_turns":1}]}"#;
    check(one(plane(), "reask", equal, &talk(&["a", "a"])), Some(1.0), "equals stay");
}

#[test]
fn complexity_is_a_margin_with_a_strict_bound() {
    for (text, threshold, expected) in [
        ("a", 0.1, ("hard", 1.0)),
        ("b", 0.1, ("easy", 1.0)),
        // 0.6 − 0.8.
        ("near", 0.19, ("easy", 0.2)),
        ("near", 0.21, ("medium", 0.2)),
        ("unlike", 0.0, ("medium", 0.0)),
        ("a", 1.0, ("medium", 1.0)),
    ] {
        let spec = format!(
            r#"{{"threshold":{threshold},"hard":{{"candidates":["a"]}},"easy":{{"candidates":["b"]}}}}"#
        );
        let facts = Facts::from_text(text);
        let readings =
            ask(plane(), Settings::default(), &facts, &query("complexity", &spec)).expect("readings");
        assert_eq!(readings.len(), 1, "{text} {spec}");
        assert_eq!(readings[0].0, format!("complexity:it:{}", expected.0), "{text} {spec}");
        check(Ok(readings[0].1), Some(expected.1), text);
    }
}

#[test]
fn tiers_speak_where_there_are_no_candidates() {
    let script = || Script {
        parts: vec![("embed", "mini"), ("complexity", "pilot")],
        labels: vec![
            ("pilot", "prove it", vec![("r0", 0.0), ("r1", 0.0), ("r2", 0.5), ("r3", 0.5)]),
            ("pilot", "hi", vec![("r0", 1.0), ("r1", 0.0), ("r2", 0.0), ("r3", 0.0)]),
            ("pilot", "so so", vec![("r0", 0.0), ("r1", 0.5), ("r2", 0.5), ("r3", 0.0)]),
        ],
        ..Script::default()
    };
    for (text, expected) in [("prove it", ("hard", 0.7)), ("hi", ("easy", 1.0)), ("so so", ("medium", 0.0))] {
        let query = query("complexity", r#"{"threshold":0.3}"#);
        let readings = ask(script(), Settings::default(), &Facts::from_text(text), &query).expect("readings");
        assert_eq!(readings[0].0, format!("complexity:it:{}", expected.0));
        check(Ok(readings[0].1), Some(expected.1), text);
    }
}

#[test]
fn a_level_that_images_could_change_is_unknown() {
    let spec = r#"{"threshold":0.1,"hard":{"candidates":["a"],"image_candidates":["a chart"]},"easy":{"candidates":["b"]}}"#;
    let facts = Facts { image: Some("data:image/png;base64,AA==".into()), ..Facts::from_text("a") };
    let readings = ask(plane(), Settings::default(), &facts, &query("complexity", spec)).expect("readings");
    assert_eq!(readings.len(), 3);
    assert!(readings.iter().all(|(_, reading)| reading.failed), "{readings:?}");
    assert_eq!(readings.iter().filter(|(_, reading)| reading.matched).count(), 1);
}

#[test]
fn one_preference_wins() {
    let spec = |own: &str, rival: &str, threshold: &str| {
        format!(r#"{{"examples":["{own}"]{threshold},"rivals":[{{"name":"other","examples":["{rival}"]}}]}}"#)
    };
    for (own, rival, threshold, expected) in [
        ("b", "a", "", Some(0.8)),
        ("a", "b", "", None),
        ("b", "a", r#","threshold":0.81"#, None),
        ("b", "a", r#","threshold":0.79"#, Some(0.8)),
        // Of equals the first by name: `it` comes before `other`.
        ("b", "b", "", Some(0.8)),
    ] {
        let spec = spec(own, rival, threshold);
        check(one(plane(), "preference", &spec, &Facts::from_text("near")), expected, &spec);
    }
    let described = r#"{"description":"a"}"#;
    check(one(plane(), "preference", described, &Facts::from_text("a")), Some(1.0), described);
    check(one(plane(), "preference", described, &Facts::from_text("b")), None, "the host's threshold");
    check(one(plane(), "preference", described, &Facts::from_text("")), None, "no text");
}

#[test]
fn a_preference_must_be_ahead_by_the_margin() {
    let spec = r#"{"examples":["b"],"rivals":[{"name":"other","examples":["a"]}]}"#;
    for (margin, expected) in [(0.19, true), (0.21, false)] {
        let settings = Settings { preference_margin: margin, ..Settings::default() };
        let facts = Facts::from_text("near");
        let readings = ask(plane(), settings, &facts, &query("preference", spec)).expect("readings");
        assert_eq!(readings[0].1.matched, expected, "{margin}");
    }
}

fn shelf() -> Settings {
    let label = |exemplar: &str| Label { exemplars: vec![exemplar.to_owned()] };
    let group = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    let kb = KnowledgeBase {
        name: "shelf".to_owned(),
        labels: BTreeMap::from([("la".to_owned(), label("a")), ("lb".to_owned(), label("b"))]),
        threshold: 0.5,
        label_thresholds: BTreeMap::from([("lb".to_owned(), 0.9)]),
        groups: BTreeMap::from([
            ("ga".to_owned(), group(&["la"])),
            ("gab".to_owned(), group(&["la", "lb"])),
            ("gb".to_owned(), group(&["lb"])),
        ]),
        metrics: vec![Metric {
            name: "b_over_a".to_owned(),
            positive_group: "gb".to_owned(),
            negative_group: "ga".to_owned(),
        }],
        scoring: Scoring::default(),
        temperature: 0.1,
    };
    Settings { knowledge: vec![kb], ..Settings::default() }
}

#[test]
fn labels_and_groups_of_a_knowledge_base() {
    for (text, kind, value, rule, expected) in [
        // 0.6 passes 0.5; 0.8 does not pass 0.9, so `la` wins although `lb` is nearer.
        ("near", "label", "la", "best", Some(0.6)),
        ("near", "label", "lb", "best", None),
        ("near", "label", "lb", "threshold", None),
        ("near", "group", "gb", "best", None),
        ("near", "group", "ga", "best", Some(0.6)),
        ("near", "group", "gab", "threshold", Some(0.8)),
        ("b", "label", "lb", "best", Some(1.0)),
        ("b", "group", "gab", "best", Some(1.0)),
        ("unlike", "label", "la", "best", None),
    ] {
        let spec =
            format!(r#"{{"kb":"shelf","target":{{"kind":"{kind}","value":"{value}"}},"match":"{rule}"}}"#);
        let readings = ask(plane(), shelf(), &Facts::from_text(text), &query("kb", &spec)).expect("readings");
        check(Ok(readings[0].1), expected, &format!("{text} {spec}"));
    }
}

#[test]
fn metrics_of_a_knowledge_base_are_values() {
    let metrics = ["best_score", "best_matched_score", "b_over_a", "unheard_of"];
    let keys: Vec<String> = metrics.iter().map(|metric| format!("kb_metric:shelf:{metric}")).collect();
    let spec = r#"{"kb":"shelf","target":{"kind":"label","value":"la"}}"#;
    let query = Query { keys, ..query("kb", spec) };
    for (text, expected) in [("near", [0.8, 0.6, 0.2]), ("b", [1.0, 1.0, 1.0]), ("unlike", [0.0, 0.0, 0.0])] {
        let readings = ask(plane(), shelf(), &Facts::from_text(text), &query).expect("readings");
        assert_eq!(readings.len(), 4, "the unheard-of metric has missed");
        for ((key, reading), expected) in readings[1..].iter().zip(expected) {
            let value = reading.value.expect("a value");
            assert!((value - expected).abs() < 1e-6, "{text} {key}: {value}");
        }
    }
}

#[test]
fn a_knowledge_base_that_is_not_there_is_refused() {
    for (kb, kind, value, why) in [
        ("none", "label", "la", "no knowledge base `none` here"),
        ("shelf", "label", "lc", "`shelf` has no label `lc`"),
        ("shelf", "group", "gc", "`shelf` has no group `gc`"),
    ] {
        let spec = format!(r#"{{"kb":"{kb}","target":{{"kind":"{kind}","value":"{value}"}}}}"#);
        let said = ask(plane(), shelf(), &Facts::from_text("a"), &query("kb", &spec));
        assert_eq!(said, Err(Refused::Unsuited(why.to_owned())));
    }
}

#[test]
fn too_many_exemplars_are_refused() {
    let candidates: Vec<String> = (0..513).map(|number| format!("\"{number}\"")).collect();
    let many = format!(r#"{{"threshold":0.5,"candidates":[{}]}}"#, candidates.join(","));
    let long = format!(r#"{{"threshold":0.5,"candidates":["{}"]}}"#, "x".repeat(8 * 1024 + 1));
    for (spec, why) in
        [(many, "513 exemplars are more than 512"), (long, "an exemplar is longer than 8192 bytes")]
    {
        let said = one(plane(), "embedding", &spec, &Facts::from_text("a"));
        assert_eq!(said, Err(Refused::Unsuited(why.to_owned())));
    }
}
