//! Corpora of a few prompts, and what they say.

use std::collections::BTreeMap;

use super::{Because, How, Judged, Measured, Options, Pair, Recorded, Verdict, measure};
use crate::policy::Policy;
use crate::source::Source;

const POLICY: &str = r#"
ROUTING { semantics: "strict" default_model: "d" embedding_top_k: 0 }
SIGNAL embedding ai { threshold: 0.7 candidates: ["neural networks"] }
SIGNAL embedding law { threshold: 0.7 candidates: ["court"] }
SIGNAL embedding art { threshold: 0.7 candidates: ["painting"] }
SIGNAL jailbreak strict { threshold: 0.8 }
SIGNAL jailbreak loose { threshold: 0.5 }
SIGNAL language en {}
SIGNAL language de {}
SIGNAL classifier topic { type: "local" model_path: "m" labels: ["x", "y", "z"] }
ROUTE one { PRIORITY 5 WHEN embedding("ai") AND embedding("law") MODEL m }
ROUTE two { PRIORITY 4 WHEN embedding("art") MODEL n }
ROUTE three { PRIORITY 3 WHEN jailbreak("strict") MODEL o ON_UNKNOWN skip }
ROUTE x { PRIORITY 2 WHEN classifier("topic", label: "x", predicate: { gte: 0.4 }) MODEL p }
ROUTE y { PRIORITY 1 WHEN classifier("topic", label: "y", predicate: { gte: 0.4 }) MODEL q }
ROUTE talk { PRIORITY 0 WHEN language("en") OR language("de") OR jailbreak("loose") MODEL m ON_UNKNOWN skip }
"#;

fn policy(text: &str) -> Policy {
    let compiled = crate::compile(&[Source::new("test.wrp", text)]);
    assert!(!compiled.has_errors(), "{:#?}", compiled.diagnostics);
    compiled.policy
}

fn scored(id: usize, scores: &[(&str, f64)]) -> Recorded {
    let scores = scores.iter().map(|(key, score)| ((*key).to_owned(), *score)).collect();
    Recorded { id: format!("p{id}"), scores, ..Recorded::default() }
}

fn measured(corpus: &[Recorded], options: &Options) -> Measured {
    measure(&policy(POLICY), 0, corpus, options)
}

fn pair<'m>(pairs: &'m [Pair], one: &str, other: &str) -> &'m Pair {
    let found = pairs.iter().find(|pair| {
        (pair.one.as_str(), pair.other.as_str()) == (one, other)
            || (pair.one.as_str(), pair.other.as_str()) == (other, one)
    });
    found.unwrap_or_else(|| panic!("{one} and {other} in {pairs:#?}"))
}

/// A thousand prompts, of which ten fire `ai` and `law` together.
fn thousand() -> Vec<Recorded> {
    let prompt = |number: usize| {
        let law = if number < 10 { 0.71 + number as f64 / 100.0 } else { 0.1 };
        let ai = if number < 300 { 0.75 } else { 0.2 };
        scored(number, &[("embedding:ai", ai), ("embedding:law", law), ("embedding:art", 0.3)])
    };
    (0..1000).map(prompt).collect()
}

#[test]
fn what_fires_together_is_shown_and_counted() {
    let found = measured(&thousand(), &Options { epsilon: 0.001, ..Options::default() });
    let met = pair(&found.pairs, "embedding:ai", "embedding:law");
    let Verdict::Reachable { id, rate, .. } = &met.verdict else { panic!("{met:#?}") };
    assert_eq!((id.as_str(), rate.hits, rate.prompts), ("p0", 10, 1000));
    assert_eq!(met.judged, Judged::Beyond);
    let said = crate::lint::measured(&policy(POLICY).recipes[0], &found);
    let names: Vec<_> = said.iter().map(|it| (it.lint.name, it.witness.as_deref())).collect();
    assert_eq!(
        names,
        [("measured-conflict", Some("prompt `p0`")), ("uncalibrated-signal", None)],
        "{said:#?}"
    );
    // Never together, and a thousand prompts are too few for a thousandth.
    let apart = pair(&found.pairs, "embedding:ai", "embedding:art");
    assert!(
        matches!(apart.verdict, Verdict::Rate(rate) if rate.hits == 0 && rate.high < 0.004),
        "{apart:#?}"
    );
    assert_eq!(apart.judged, Judged::Open);
    let wide = measured(&thousand(), &Options { epsilon: 0.02, ..Options::default() });
    assert_eq!(pair(&wide.pairs, "embedding:ai", "embedding:law").judged, Judged::Within);
    let said = crate::lint::measured(&policy(POLICY).recipes[0], &wide);
    assert!(said.iter().all(|it| it.lint.name != "measured-conflict"), "{said:#?}");
    assert_eq!(found.silent().map(|it| it.signal.as_str()).collect::<Vec<_>>(), ["embedding:art"]);
    assert!(found.unmeasured.contains(&"jailbreak:strict".to_owned()), "{:?}", found.unmeasured);
}

/// Of ten at 0.71, 0.72, … one may stay within 0.006: the raise is to just above the second greatest, and of the two
/// signals that of `law` costs less.
#[test]
fn the_smallest_raise_and_its_cost_are_proposed() {
    let found = measured(&thousand(), &Options { epsilon: 0.006, ..Options::default() });
    let met = pair(&found.pairs, "embedding:ai", "embedding:law");
    let raises: Vec<_> =
        met.raises.iter().map(|it| (it.signal.as_str(), it.from, it.to, it.lost, it.left)).collect();
    assert_eq!(raises, [("embedding:law", 0.7, 0.79, 9, 1), ("embedding:ai", 0.7, 0.7501, 300, 0)]);
}

#[test]
fn routes_are_held_against_each_other_by_their_whole_conditions() {
    let together = [("embedding:ai", 0.9), ("embedding:law", 0.9), ("embedding:art", 0.9)];
    let corpus = [scored(0, &together), scored(1, &together[..1]), scored(2, &[("embedding:art", 0.9)])];
    let found = measured(&corpus, &Options::default());
    let met = pair(&found.routes, "one", "two");
    let Verdict::Reachable { id, rate, .. } = &met.verdict else { panic!("{met:#?}") };
    assert_eq!((id.as_str(), rate.hits, rate.prompts), ("p0", 1, 1));
    assert!(met.settled);
}

#[test]
fn what_the_policy_excludes_is_impossible() {
    let says = |key: &str| {
        let readings = BTreeMap::from([(key.to_owned(), wrp_graph::reading::Reading::flag(true))]);
        Recorded { id: key.to_owned(), readings, settled: true, ..Recorded::default() }
    };
    let found = measured(&[says("language:en"), says("language:de")], &Options::default());
    let apart = pair(&found.pairs, "language:en", "language:de");
    assert_eq!(apart.verdict, Verdict::Impossible(Because::Theory));
    assert_eq!(apart.judged, Judged::Within);
}

/// Three exemplars at right angles, at 0.7: no two exclude each other, and all three do.
#[test]
fn geometry_excludes_pairs_and_whole_conditions() {
    let axis = |at: usize| (0..4).map(|it| f64::from(u8::from(it == at))).collect::<Vec<f64>>();
    let names = ["embedding:ai", "embedding:law", "embedding:art"];
    let vectors: BTreeMap<String, Vec<Vec<f64>>> =
        names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), vec![axis(at)])).collect();
    let corpus = [scored(0, &names.map(|name| (name, 0.1)))];
    let found = measured(&corpus, &Options { vectors: vectors.clone(), ..Options::default() });
    assert!(matches!(pair(&found.pairs, names[0], names[1]).verdict, Verdict::Rate(_)));
    let routes = pair(&found.routes, "one", "two");
    assert!(
        matches!(&routes.verdict, Verdict::Impossible(Because::Geometry(proof)) if proof.len() == 1),
        "{routes:#?}"
    );
    let opposite = BTreeMap::from([
        (names[0].to_owned(), vec![axis(0)]),
        (names[1].to_owned(), vec![axis(0).into_iter().map(|it| -it).collect()]),
    ]);
    let found = measured(&corpus, &Options { vectors: opposite, ..Options::default() });
    let pair = pair(&found.pairs, names[0], names[1]);
    assert!(matches!(&pair.verdict, Verdict::Impossible(Because::Geometry(_))), "{pair:#?}");
}

#[test]
fn bounds_of_one_classifier_exclude_each_other_or_not() {
    let label = |x: f64, y: f64| [("classifier:topic:x", x), ("classifier:topic:y", y)];
    let corpus = [scored(0, &label(0.45, 0.45)), scored(1, &label(0.9, 0.05)), scored(2, &label(0.3, 0.6))];
    let found = measured(&corpus, &Options::default());
    let [group] = found.groups.as_slice() else { panic!("{:#?}", found.groups) };
    let How::Overlapping { labels, bounds, at } = &group.how else { panic!("{group:#?}") };
    assert_eq!((labels.clone(), *bounds), (["x".to_owned(), "y".to_owned()], [0.4, 0.4]));
    assert!((at[0] - 0.5).abs() < 1e-12 && (at[1] - 0.5).abs() < 1e-12, "{at:?}");
    assert_eq!((group.prompts, group.contested), (3, 1));
    // Of two that sum to 1, one must be passed.
    for (first, second, excludes) in [
        ("gte: 0.5", "gte: 0.5", false),
        ("gt: 0.5", "gte: 0.5", true),
        ("gte: 0.7", "gte: 0.31", true),
        ("gte: 0.7", "gte: 0.3", false),
    ] {
        let text = POLICY
            .replace(
                "label: \"x\", predicate: { gte: 0.4 }",
                &format!("label: \"x\", predicate: {{ {first} }}"),
            )
            .replace(
                "label: \"y\", predicate: { gte: 0.4 }",
                &format!("label: \"y\", predicate: {{ {second} }}"),
            );
        let found = measure(&policy(&text), 0, &corpus, &Options::default());
        assert_eq!(found.groups[0].how == How::Bounds, excludes, "{first} {second}: {:#?}", found.groups);
    }
}

#[test]
fn a_partition_keeps_the_surest() {
    let text = POLICY.replace(
        "ROUTE one",
        "PROJECTION partition topics { semantics: \"softmax_exclusive\" temperature: 0.1 members: [\"ai\", \"law\"] default: \"ai\" }\nROUTE one",
    );
    let text = text.replace("WHEN embedding(\"ai\") AND embedding(\"law\")", "WHEN embedding(\"ai\")");
    let both = [("embedding:ai", 0.8), ("embedding:law", 0.9)];
    let found = measure(&policy(&text), 0, &[scored(0, &both), scored(1, &both[..1])], &Options::default());
    let group = found.groups.iter().find(|group| group.name == "topics").expect("the partition");
    assert_eq!((&group.how, group.prompts, group.contested), (&How::Argmax, 2, 1));
    assert_eq!(
        pair(&found.pairs, "embedding:ai", "embedding:law").verdict,
        Verdict::Impossible(Because::Theory)
    );
}
