//! The reference's probes of its maintained recipes, decided on what our own models say.
//!
//! Each probe is a request and the decision that it must reach. Thresholds of `embedding` signals were declared for another
//! encoder, whose cosines lie closer together, so each recipe is run twice: as declared, and with one number taken from
//! every such threshold. That number is chosen on one half of the probes; the other half is what is reported.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wrp_graph::body::{Body, Protocol};
use wrp_graph::graph::{Graph, Query};
use wrp_graph::session::{Outcome, Session, Step, Unavailable};
use wrp_host::evaluate::Direct;
use wrp_host::family::{Answerer, Families, Settings};
use wrp_host::heads;
use wrp_host::infer::Infer;
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;
use wrp_lang::source::Source;
use wrp_tests::reference_data;

/// Of each recipe's file, the program that says the same.
const PROGRAMS: &[(&str, &str)] = &[
    ("accuracy", "001_recipe_accuracy.dsl"),
    ("agent", "002_recipe_agent.dsl"),
    ("balance", "003_recipe_balance.dsl"),
    ("mom-v1", "004_recipe_mom_v1.dsl"),
    ("feedback", "005_recipe_feedback.dsl"),
    ("knowledge", "006_recipe_knowledge.dsl"),
    ("multi-objective", "007_recipe_multi_objective.dsl"),
    ("privacy", "008_recipe_privacy.dsl"),
];

/// What may be taken from a declared threshold.
const SHIFTS: &[f64] = &[0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4];

struct Probe {
    suite: String,
    name: String,
    recipe: Option<String>,
    body: Vec<u8>,
    expected: String,
}

/// Long contexts that the reference makes up when it runs are not made up here.
fn probes(recorded: &Value) -> Vec<Probe> {
    let items = recorded["items"].as_array().expect("a list");
    let made_up =
        |item: &&Value| ["generated_text", "padding"].iter().all(|it| item["variant"].get(it).is_none());
    items.iter().filter(made_up).filter_map(probe).collect()
}

fn probe(item: &Value) -> Option<Probe> {
    let variant = &item["variant"];
    let messages = match variant.get("messages") {
        Some(messages) => with_images(messages.clone()),
        None => {
            let query = variant["query"].as_str()?;
            let repeat = variant["repeat"].as_u64().unwrap_or(1) as usize;
            json!([{ "role": "user", "content": vec![query; repeat].join("\n") }])
        }
    };
    let mut body = json!({ "model": "auto", "messages": messages });
    if let Some(tools) = variant.get("tools") {
        body["tools"] = tools.clone();
    }
    Some(Probe {
        suite: item["recipe_file"].as_str()?.rsplit('/').nth(1)?.to_owned(),
        name: variant["id"].as_str()?.to_owned(),
        recipe: item["expected_recipe"].as_str().map(str::to_owned),
        body: body.to_string().into_bytes(),
        expected: item["expected_decision"].as_str()?.to_owned(),
    })
}

/// Pictures are recorded by name. Nobody here looks at what is on them, so any will do.
fn with_images(mut messages: Value) -> Value {
    let messages_of = messages.as_array_mut().into_iter().flatten();
    for part in messages_of.filter_map(|message| message["content"].as_array_mut()).flatten() {
        if part["type"] == "image_fixture" {
            *part =
                json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgo=" } });
        }
    }
    messages
}

/// A query with so much taken from its threshold, if it is of that kind.
fn shifted(query: &Query, shift: f64) -> Query {
    let mut query = query.clone();
    if query.family == "embedding" {
        let mut spec: Value = serde_json::from_str(&query.spec).expect("a declaration");
        spec["threshold"] = json!((spec["threshold"].as_f64().unwrap_or_default() - shift).max(0.1));
        query.spec = spec.to_string();
    }
    query
}

async fn decide(graph: &Graph, probe: &Probe, families: &Families<Direct>, shift: f64) -> Option<String> {
    let number = match &probe.recipe {
        Some(name) => graph.recipes.iter().position(|recipe| recipe.name == *name)?,
        None => 0,
    };
    let recipe = &graph.recipes[number];
    let body = Body::parse(&probe.body, Protocol::Chat).expect("a request");
    let facts = body.facts(wrp_graph::facts::Identity::default());
    let mut session = Session::new(graph, number);
    session.sense(&facts);
    loop {
        match session.step() {
            Step::Decide(decision) => {
                return match decision.outcome {
                    Outcome::Route(route) => Some(recipe.routes[usize::from(route)].name.clone()),
                    Outcome::Default | Outcome::Deny(_) => None,
                };
            }
            Step::Ask(asked) => {
                let queries: Vec<Query> =
                    asked.iter().map(|query| shifted(&recipe.queries[usize::from(*query)], shift)).collect();
                let answers = families.answer(&facts, &queries.iter().collect::<Vec<_>>(), None).await;
                for (query, answer) in asked.into_iter().zip(answers) {
                    session.answer(query, answer.as_deref().map_err(|_| Unavailable));
                }
            }
        }
    }
}

#[test]
fn recipes_reach_their_decisions_with_our_models() {
    let Some(data) = reference_data().map(|folder| folder.join("language")) else {
        eprintln!("skipped: no recorded probes here");
        return;
    };
    let Ok(recorded) = std::fs::read_to_string(data.join("recipe_probes.json")) else {
        eprintln!("skipped: no recorded probes here");
        return;
    };
    let store = Store::of_user().unwrap_or(Store::at("none"));
    let folder = store.folder().join("heads");
    let mut shelf = Shelf::new(store);
    heads::ensure_domain(&mut shelf, &folder).expect("a head for domains");
    let direct = Direct::new(shelf);
    if ["embed", "injection", "pii"].iter().any(|part| direct.models_for(part).is_empty()) {
        eprintln!("skipped: the models were not pulled");
        return;
    }
    let families = Families::new(direct, Settings::default());
    let graphs: BTreeMap<&str, Graph> = PROGRAMS
        .iter()
        .map(|(suite, file)| {
            let text = std::fs::read_to_string(data.join("programs").join(file)).expect("a program");
            let compiled = wrp_lang::compile(&[Source::new(*file, text)]);
            (*suite, compiled.graph.expect("the recipes compile"))
        })
        .collect();
    let probes = probes(&serde_json::from_str(&recorded).expect("JSON"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    // By shift, what each probe comes to.
    let decided: Vec<Vec<Option<String>>> = SHIFTS
        .iter()
        .map(|shift| {
            let decide = |probe: &Probe| {
                runtime.block_on(decide(&graphs[probe.suite.as_str()], probe, &families, *shift))
            };
            probes.iter().map(decide).collect()
        })
        .collect();
    let reaches = |(probe, decided): (&Probe, &Option<String>)| decided.as_ref() == Some(&probe.expected);
    let passed: Vec<Vec<bool>> =
        decided.iter().map(|decided| probes.iter().zip(decided).map(reaches).collect()).collect();
    let count = |passed: &[bool], keep: &dyn Fn(usize) -> bool| {
        let kept = passed.iter().enumerate().filter(|(at, _)| keep(*at));
        kept.fold((0, 0), |(passed, all), (_, pass)| (passed + usize::from(*pass), all + 1))
    };
    let best = (0..SHIFTS.len()).fold(0, |best, next| {
        let development = |at: usize| at.is_multiple_of(2);
        if count(&passed[next], &development).0 > count(&passed[best], &development).0 { next } else { best }
    });
    eprintln!("thresholds of `embedding` less {}", SHIFTS[best]);
    for (suite, _) in PROGRAMS {
        let all = |at: usize| probes[at].suite == *suite;
        let held_out = |at: usize| all(at) && !at.is_multiple_of(2);
        let share = |(passed, all): (usize, usize)| format!("{passed} of {all}");
        eprintln!(
            "| {suite} | {} | {} | {} | {} |",
            share(count(&passed[0], &all)),
            share(count(&passed[best], &all)),
            share(count(&passed[0], &held_out)),
            share(count(&passed[best], &held_out)),
        );
    }
    for (probe, decided) in probes.iter().zip(&decided[best]).filter(|pair| !reaches(*pair)) {
        let Probe { suite, name, expected, .. } = probe;
        eprintln!("{suite} {name}: {} instead of {expected}", decided.as_deref().unwrap_or("the default"));
    }
    let (right, all) = count(&passed[0], &|at| probes[at].suite == "accuracy");
    assert_eq!(right, all, "the recipe that asks no model decides as it always did");
    let held_out = |at: usize| !at.is_multiple_of(2);
    let (as_declared, calibrated) = (count(&passed[0], &held_out).0, count(&passed[best], &held_out).0);
    assert!(calibrated >= as_declared, "calibrated for our encoder, fewer probes pass: {calibrated}");
}
