//! How a call asks: once, nothing twice, and what is refused stays refused.

use super::*;

fn counted(families: &Families<Script>) -> Vec<usize> {
    families.infer().asked.lock().expect("not poisoned").iter().map(Vec::len).collect()
}

#[test]
fn all_queries_of_a_call_are_asked_together_and_nothing_twice() {
    let script = Script {
        parts: vec![("embed", "mini"), ("injection", "guard"), ("pii", "tags")],
        labels: vec![("guard", "text", vec![("injection", 0.9)])],
        vectors: vec![("a", [1.0, 0.0, 0.0])],
        ..Script::default()
    };
    let families = Families::new(script, Settings::default());
    let embedding = query("embedding", r#"{"threshold":0.5,"candidates":["a","b"]}"#);
    let again = query("embedding", r#"{"threshold":0.9,"candidates":["b","a"]}"#);
    let complexity =
        query("complexity", r#"{"threshold":0.1,"hard":{"candidates":["a"]},"easy":{"candidates":["c"]}}"#);
    let jailbreak = query("jailbreak", r#"{"threshold":0.5}"#);
    let pii = query("pii", "{}");
    let queries = [&embedding, &again, &complexity, &jailbreak, &pii];
    let facts = Facts::from_text("text");
    let results = all(&families, &facts, &queries);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // Four vectors (`text`, `a`, `b`, `c`), one classification, one tagging.
    assert_eq!(counted(&families), [6]);
    // The exemplars are known now: of each set only the first is asked again. `a`, `b`, and `c` are such.
    let results = all(&families, &facts, &queries);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(counted(&families), [6, 6]);
}

#[test]
fn known_exemplars_are_not_asked_again() {
    let families = Families::new(Script::near(&[("a", [1.0, 0.0, 0.0])]), Settings::default());
    let query = query("embedding", r#"{"threshold":0.5,"candidates":["a","b","c","d"]}"#);
    for _ in 0..2 {
        all(&families, &Facts::from_text("text"), &[&query]);
    }
    assert_eq!(counted(&families), [5, 2]);
}

/// A model that answers otherwise from the second round on, as after a reload.
#[derive(Debug, Default)]
struct Reloaded(Mutex<usize>);

impl Infer for Reloaded {
    async fn infer(&self, jobs: Vec<Job>, _: Option<Instant>) -> Vec<Result<Answer, Refused>> {
        let mut rounds = self.0.lock().expect("not poisoned");
        *rounds += 1;
        let vector = if *rounds == 1 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        jobs.iter().map(|_| Ok(Answer { output: Output::Vector(Arc::from(vector)), coverage: 1.0 })).collect()
    }

    fn models_for(&self, _: &str) -> Vec<Arc<str>> {
        vec!["mini".into()]
    }
}

#[test]
fn exemplars_are_asked_anew_when_the_model_has_changed() {
    let families = Families::new(Reloaded::default(), Settings::default());
    let query = query("embedding", r#"{"threshold":0.5,"candidates":["a","b"]}"#);
    for _ in 0..2 {
        let said = all(&families, &Facts::from_text("text"), &[&query]).remove(0).expect("readings");
        assert_eq!(said[0].1.confidence, Some(1.0), "text and exemplars are of one model");
    }
    assert_eq!(*families.infer().0.lock().expect("not poisoned"), 3);
}

#[test]
fn a_refused_job_refuses_its_query_and_no_other() {
    let facts = Facts::from_text("text");
    let script = || Script {
        parts: vec![("embed", "mini"), ("injection", "one"), ("injection", "two"), ("pii", "tags")],
        labels: vec![("one", "text", vec![("injection", 0.9)]), ("two", "text", vec![("injection", 0.9)])],
        ..Script::default()
    };
    for refused in [
        Refused::Overloaded,
        Refused::Late,
        Refused::Unsuited("why".to_owned()),
        Refused::Failed("why".to_owned()),
        Refused::Closing,
    ] {
        for (model, expected) in
            [("two", [true, false, false]), ("tags", [false, true, false]), ("mini", [false, false, true])]
        {
            let families = Families::new(
                Script { refuses: Some((model, refused.clone())), ..script() },
                Settings::default(),
            );
            let queries = [
                query("jailbreak", r#"{"threshold":0.99}"#),
                query("pii", "{}"),
                query("embedding", r#"{"threshold":0.5,"candidates":["a"]}"#),
            ];
            let results = all(&families, &facts, &queries.iter().collect::<Vec<_>>());
            for (result, is_refused) in results.iter().zip(expected) {
                assert_eq!(result.is_err(), is_refused, "{model}: {result:?}");
                assert!(!is_refused || *result == Err(refused.clone()));
            }
        }
    }
}

#[test]
fn what_this_host_cannot_do_is_refused() {
    let facts = Facts::from_text("text");
    for (family, spec, why) in [
        ("weather", "{}", "this host knows no family `weather`"),
        ("embedding", r#"{"threshold":0.5,"candidates":["a"]}"#, "no model here embeds"),
        ("fact_check", "{}", "no model here embeds"),
        ("jailbreak", "{}", "no model here detects injections"),
        ("pii", "{}", "no model here tags personal data"),
        (
            "kb",
            r#"{"kb":"privacy_kb"}"#,
            "the declaration of `it`: missing field `target` at line 1 column 19",
        ),
    ] {
        let said = one(Script::default(), family, spec, &facts);
        assert_eq!(said, Err(Refused::Unsuited(why.to_owned())), "{family}");
    }
}
