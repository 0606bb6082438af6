//! Decisions: the oracle and the graph against the reference's recorded answers, and against each other.

use serde_json::Value as Json;
use wrp_graph::eval::Case;
use wrp_graph::graph::Graph;
use wrp_graph::reading::Reading;
use wrp_graph::schema::{Entry, Fields, Spanned, Value};
use wrp_graph::session::{self, Session, Step, Unavailable};
use wrp_graph::signal;
use wrp_lang::lower::{Options, lower};
use wrp_lang::oracle::{self, Outcome, Readings};
use wrp_lang::policy::{Bounds, Expr, Leaf, Policy, Recipe, Route, Semantics, Signal, Strategy};
use wrp_lang::source::Source;
use wrp_tests::engine::{Decoded, Engine, Oracle, Subject};
use wrp_tests::made_up::{self, Dice, Taste};
use wrp_tests::reference_data;

const ENGINES: &[&dyn Engine] = &[&Oracle, &Decoded];

/// A decision set of the reference as a policy.
fn policy(engine: &Json) -> Policy {
    let strategy = if engine["strategy"] == "confidence" { Strategy::Confidence } else { Strategy::Priority };
    let mut recipe = Recipe { name: "default".to_owned(), strategy, ..Recipe::default() };
    for category in engine["categories"].as_array().into_iter().flatten() {
        let entry = |name: &str| {
            let texts = category[name].as_array().into_iter().flatten().filter_map(Json::as_str);
            let texts = texts.map(|text| spanned(Value::Text(text.to_owned()))).collect();
            Entry { key: spanned(name.to_owned()), value: spanned(Value::List(texts)) }
        };
        recipe.signals.push(Signal {
            kind: signal::find("domain").expect("the language knows domains"),
            name: spanned(text(&category["name"])),
            fields: Fields { entries: vec![entry("mmlu_categories")], ..Fields::default() },
            span: Default::default(),
        });
    }
    for decision in engine["decisions"].as_array().into_iter().flatten() {
        recipe.routes.push(Route {
            name: spanned(text(&decision["name"])),
            span: Default::default(),
            description: None,
            priority: decision["priority"].as_i64().unwrap_or(0),
            tier: decision["tier"].as_i64().unwrap_or(0),
            when: if decision["rules"].is_null() { Expr::And(Vec::new()) } else { expr(&decision["rules"]) },
            models: Vec::new(),
            algorithm: None,
            plugins: Vec::new(),
            emits: Vec::new(),
            on_unknown: None,
            tree: None,
        });
    }
    Policy { recipes: vec![recipe], ..Policy::default() }
}

fn spanned<T>(it: T) -> Spanned<T> {
    Spanned { it, span: Default::default() }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn expr(node: &Json) -> Expr {
    if let Some(kind) = node["type"].as_str().filter(|kind| !kind.is_empty()) {
        let predicate = node["predicate"].as_object().map(|bounds| {
            let bound = |name: &str| bounds.get(name).and_then(Json::as_f64);
            Bounds { gt: bound("gt"), gte: bound("gte"), lt: bound("lt"), lte: bound("lte") }
        });
        return Expr::Leaf(Leaf {
            kind: kind.trim().to_lowercase(),
            name: text(&node["name"]),
            label: node["label"].as_str().map(str::to_owned),
            predicate,
            match_on_error: node["on_error"] == "match",
            span: Default::default(),
            name_span: Default::default(),
        });
    }
    let items: Vec<Expr> = node["conditions"].as_array().into_iter().flatten().map(expr).collect();
    match node["operator"].as_str() {
        Some("AND") => Expr::And(items),
        Some("NOT") if items.len() == 1 => Expr::Not(Box::new(items.into_iter().next().expect("one item"))),
        Some("NOT") => Expr::Or(Vec::new()),
        _ => Expr::Or(items),
    }
}

/// The reference's name for the list of a family's matches.
const FAMILIES: &[(&str, &str)] = &[
    ("AuthzRules", "authz"),
    ("ClassifierRules", "classifier"),
    ("ComplexityRules", "complexity"),
    ("ContextRules", "context"),
    ("ConversationRules", "conversation"),
    ("DomainRules", "domain"),
    ("EmbeddingRules", "embedding"),
    ("EventRules", "event"),
    ("FactCheckRules", "fact_check"),
    ("JailbreakRules", "jailbreak"),
    ("KBRules", "kb"),
    ("KeywordRules", "keyword"),
    ("LanguageRules", "language"),
    ("MetadataRules", "metadata"),
    ("ModalityRules", "modality"),
    ("PIIRules", "pii"),
    ("PreferenceRules", "preference"),
    ("ProjectionRules", "projection"),
    ("ReaskRules", "reask"),
    ("StructureRules", "structure"),
    ("UserFeedbackRules", "user_feedback"),
];

fn case(signals: &Json) -> Case {
    let mut case = Case::default();
    for (field, value) in signals.as_object().into_iter().flatten() {
        let numbers = || value.as_object().into_iter().flatten();
        match field.as_str() {
            "SignalConfidences" => {
                case.confidence =
                    numbers().filter_map(|(key, it)| Some((key.clone(), it.as_f64()?))).collect();
            }
            "SignalValues" => {
                case.values = numbers().filter_map(|(key, it)| Some((key.clone(), it.as_f64()?))).collect();
            }
            "SignalErrors" => case.unknown = numbers().map(|(key, _)| key.clone()).collect(),
            _ => {
                let (_, family) = FAMILIES
                    .iter()
                    .find(|(name, _)| name == field)
                    .unwrap_or_else(|| panic!("no family is called {field}"));
                let names = value.as_array().into_iter().flatten().filter_map(Json::as_str);
                case.matched.extend(names.map(|name| format!("{family}:{name}")));
            }
        }
    }
    case
}

/// What fired, by name, in the order of names and confidences.
type Matched = Vec<(String, f64)>;

fn sorted(mut matched: Matched) -> Matched {
    matched.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    matched
}

#[test]
fn recorded_decisions_of_the_reference_are_ours() {
    let Some(data) = reference_data() else {
        return eprintln!("skipped: no reference data");
    };
    let vectors =
        std::fs::read_to_string(data.join("language/decision_vectors.json")).expect("readable vectors");
    let vectors: Json = serde_json::from_str(&vectors).expect("vectors are JSON");
    let mut cases = 0;
    for item in vectors["items"].as_array().expect("items") {
        let policy = policy(&item["engine"]);
        let graph = lower(&policy, Options::default()).expect("a decision set fits into a graph");
        let subject = Subject { policy: &policy, graph: &graph };
        for (at, vector) in item["cases"].as_array().into_iter().flatten().enumerate() {
            let place = format!("{} case {at}", item["id"]);
            let case = case(&vector["signals"]);
            let expected = &vector["expect"];
            let matched = expected["matched"].as_array().into_iter().flatten();
            let matched = matched.map(|it| (text(&it["name"]), it["confidence"].as_f64().unwrap_or(0.0)));
            let matched = sorted(matched.collect());
            let selected = expected["selected"].as_str().map(str::to_owned);
            let confidence = expected["confidence"].as_f64().unwrap_or(0.0);

            for engine in ENGINES {
                let verdict = engine.evaluate(subject, std::slice::from_ref(&case)).remove(0);
                let fired = verdict.matched.into_iter().map(|it| (it.route, it.confidence)).collect();
                let decided = (verdict.decision, verdict.confidence, sorted(fired));
                let expected = (selected.clone(), confidence, matched.clone());
                assert_eq!(decided, expected, "{}, {place}", engine.name());
            }
            cases += 1;
        }
    }
    assert!(cases > 3_000, "only {cases} cases were found");
}

/// The readings that a recorded run of the reference's stages begins or ends with.
fn recorded(run: &Json) -> Readings {
    let mut case = Case::default();
    for (field, value) in run.as_object().into_iter().flatten() {
        let numbers = || {
            value.as_object().into_iter().flatten().filter_map(|(key, it)| Some((key.clone(), it.as_f64()?)))
        };
        match field.as_str() {
            "SignalConfidences" => case.confidence.extend(numbers()),
            "SignalValues" | "KBMetricValues" => case.values.extend(numbers()),
            "ProjectionScores" => {}
            _ => {
                let name = field.strip_prefix("Matched").expect("a list of matches");
                let family = FAMILIES.iter().find(|(list, _)| *list == name).map(|(_, family)| family);
                let family = family.unwrap_or_else(|| panic!("no family is called {field}"));
                let names = value.as_array().into_iter().flatten().filter_map(Json::as_str);
                case.matched.extend(names.map(|name| format!("{family}:{name}")));
            }
        }
    }
    case.readings().into_iter().map(|(key, it)| (key.to_owned(), it)).collect()
}

/// What the stages may change: which of these fired, and how surely, to a billionth.
fn changed(readings: &Readings) -> Vec<(String, Option<i64>)> {
    let families = ["domain:", "embedding:", "complexity:", "projection:"];
    let fired = readings
        .iter()
        .filter(|(key, it)| it.matched && families.iter().any(|family| key.starts_with(family)));
    fired.map(|(key, it)| (key.clone(), it.confidence.map(billionths))).collect()
}

fn billionths(number: f64) -> i64 {
    (number * 1e9).round() as i64
}

#[test]
fn recorded_stages_of_the_reference_are_ours() {
    let Some(data) = reference_data() else {
        return eprintln!("skipped: no reference data");
    };
    let vectors =
        std::fs::read_to_string(data.join("language/signal_vectors.json")).expect("readable vectors");
    let vectors: Json = serde_json::from_str(&vectors).expect("vectors are JSON");
    let mut runs = 0;
    for item in vectors["items"].as_array().expect("items") {
        let file = item["file"].as_str().expect("a file");
        let program =
            std::fs::read_to_string(data.join("language/programs").join(file)).expect("a readable program");
        let policy = wrp_lang::compile(&[Source::new(file, program)]).policy;
        let recipe = &policy.recipes[0];
        let graph = lower(&policy, Options { keep_unused: true, ..Options::default() })
            .expect("the program fits into a graph");
        for (at, run) in item["pipelines"].as_array().into_iter().flatten().enumerate() {
            let place = format!("{file} run {at}: {}", run["input"]);
            let raw = recorded(&run["input"]);
            let expected = changed(&recorded(&run["expect"]));
            let scores = run["expect"]["ProjectionScores"].as_object().into_iter().flatten();
            let scores: Vec<(String, i64)> =
                scores.filter_map(|(name, it)| Some((name.clone(), billionths(it.as_f64()?)))).collect();

            let prepared = oracle::prepare(&policy, recipe, &raw);
            assert_eq!(changed(&prepared.readings), expected, "oracle, {place}");
            let said: Vec<_> =
                prepared.scores.iter().map(|(name, (score, _))| (name.clone(), billionths(*score))).collect();
            assert_eq!(said, scores, "oracle, {place}");

            let mut session = Session::new(&graph, 0);
            for (slot, place) in session.recipe().slots.iter().enumerate() {
                session.tell(slot as u16, raw.get(&place.key).copied().unwrap_or_default());
            }
            let readings: Readings = session.readings().map(|(key, it)| (key.to_owned(), it)).collect();
            assert_eq!(changed(&readings), expected, "graph, {place}");
            let mut said: Vec<_> =
                session.scores().map(|(name, score)| (name.to_owned(), billionths(score))).collect();
            said.sort();
            assert_eq!(said, scores, "graph, {place}");
            runs += 1;
        }
    }
    assert!(runs > 700, "only {runs} runs were found");
}

/// One line of a table in `tests/conformance`: the signals, and what every engine must make of them.
#[derive(Debug, serde::Deserialize)]
struct Line {
    #[serde(flatten)]
    case: Case,
    decision: Option<String>,
    denied: Option<String>,
    /// The confidence.
    is: Option<f64>,
    /// The signals are what the stages begin with, not final.
    #[serde(default)]
    raw: bool,
}

#[test]
fn every_engine_agrees_with_our_tables() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "wrp"));
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a readable policy");
        // These take corners that no policy should.
        let unproved = Options { unproved: true, ..Options::default() };
        let compiled = wrp_lang::compile_with(&[Source::new(path.display().to_string(), text)], unproved);
        let graph =
            compiled.graph.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), compiled.diagnostics));
        let subject = Subject { policy: &compiled.policy, graph: &graph };
        let table = std::fs::read_to_string(path.with_extension("jsonl")).expect("a readable table");
        for (number, line) in table.lines().enumerate() {
            let place = format!("{}:{}", path.with_extension("jsonl").display(), number + 1);
            let line: Line = serde_json::from_str(line).unwrap_or_else(|fault| panic!("{place}: {fault}"));
            if line.raw {
                check_raw(subject, &line, &place);
                continue;
            }
            for engine in ENGINES {
                let verdict = engine.evaluate(subject, std::slice::from_ref(&line.case)).remove(0);
                let said = (verdict.decision, verdict.denied, Some(verdict.confidence));
                assert_eq!(
                    said,
                    (line.decision.clone(), line.denied.clone(), line.is),
                    "{}: {place}",
                    engine.name()
                );
            }
        }
    }
}

fn check_raw(subject: Subject<'_>, line: &Line, place: &str) {
    let recipe = &subject.policy.recipes[0];
    let name = |it: Outcome| match it {
        Outcome::Route(number) => (Some(recipe.routes[number].name.it.clone()), None),
        Outcome::Deny(number) => (None, Some(recipe.routes[number].name.it.clone())),
        Outcome::Default => (None, None),
    };
    let raw: Readings = line.case.readings().into_iter().map(|(key, it)| (key.to_owned(), it)).collect();
    let prepared = oracle::prepare(subject.policy, recipe, &raw);
    let meant = name(oracle::decide(subject.policy, recipe, &prepared.readings).outcome);
    assert_eq!(meant, (line.decision.clone(), line.denied.clone()), "oracle: {place}");
    let mut session = Session::new(subject.graph, 0);
    for (slot, place) in session.recipe().slots.iter().enumerate() {
        session.tell(slot as u16, raw.get(&place.key).copied().unwrap_or_default());
    }
    let Step::Decide(decision) = session.step() else { panic!("nothing is open: {place}") };
    assert_eq!(
        name(outcome(decision.outcome)),
        (line.decision.clone(), line.denied.clone()),
        "graph: {place}"
    );
}

/// As the oracle says it.
fn outcome(outcome: session::Outcome) -> Outcome {
    match outcome {
        session::Outcome::Route(number) => Outcome::Route(number.into()),
        session::Outcome::Default => Outcome::Default,
        session::Outcome::Deny(number) => Outcome::Deny(number.into()),
    }
}

fn fired(session: &mut Session<'_>) -> Vec<(usize, f64)> {
    session.fired().into_iter().map(|(number, confidence)| (number.into(), confidence)).collect()
}

/// Runs `check` on many made-up policies, each with its graph.
fn made_up(seeds: std::ops::Range<u64>, taste: Taste, check: impl Fn(&Policy, &Graph, &mut Dice, &str)) {
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let policy = made_up::policy(&mut dice, taste);
        let graph = lower(&policy, Options::default()).expect("a small policy fits into a graph");
        let place = format!("seed {seed}: {:?} {:#?}", policy.semantics, policy.recipes[0].routes);
        check(&policy, &graph, &mut dice, &place);
    }
}

#[test]
fn the_graph_decides_final_readings_as_the_oracle_does() {
    made_up(0..3_000, Taste { plain: false }, |policy, graph, dice, place| {
        for _ in 0..8 {
            let readings = made_up::readings(dice);
            let expected = oracle::decide(policy, &policy.recipes[0], &readings);
            let mut session =
                Session::settled(graph, 0, readings.iter().map(|(key, it)| (key.as_str(), *it)));
            let Step::Decide(decision) = session.step() else { panic!("nothing is open: {place}") };
            let said = (outcome(decision.outcome), decision.confidence, fired(&mut session));
            assert_eq!(
                said,
                (expected.outcome, expected.confidence, expected.fired),
                "{readings:#?}\n{place}"
            );
        }
    });
}

#[test]
fn the_graph_prepares_readings_as_the_oracle_does() {
    made_up(0..3_000, Taste { plain: false }, |policy, graph, dice, place| {
        for _ in 0..8 {
            let mut readings = made_up::readings(dice);
            // What a projection says is computed, never told.
            readings.retain(|key, _| !key.starts_with("projection:"));
            let prepared = oracle::prepare(policy, &policy.recipes[0], &readings);
            let expected = oracle::decide(policy, &policy.recipes[0], &prepared.readings);
            let mut session = Session::new(graph, 0);
            for (slot, place) in session.recipe().slots.iter().enumerate() {
                if !place.key.starts_with("projection:") {
                    session.tell(slot as u16, readings.get(&place.key).copied().unwrap_or_default());
                }
            }
            let Step::Decide(decision) = session.step() else { panic!("nothing is open: {place}") };
            let said = (outcome(decision.outcome), decision.confidence, fired(&mut session));
            let shown = format!("{readings:#?}\n{:#?}\n{place}", prepared.readings);
            assert_eq!(said, (expected.outcome, expected.confidence, expected.fired), "{shown}");
        }
    });
}

/// What the host would answer to every query: readings, or nothing.
fn answers(graph: &Graph, dice: &mut Dice) -> Vec<Result<Vec<(String, Reading)>, Unavailable>> {
    let answer = |query: &wrp_graph::graph::Query| {
        if dice.chance(15) {
            return Err(Unavailable);
        }
        Ok(query.keys.iter().map(|key| (key.clone(), made_up::reading(dice, false))).collect())
    };
    graph.recipes[0].queries.iter().map(answer).collect()
}

/// The readings that a session has after these answers to all queries.
fn raw(
    policy: &Policy,
    graph: &Graph,
    inline: &Readings,
    answers: &[Result<Vec<(String, Reading)>, Unavailable>],
) -> Readings {
    let mut raw = inline.clone();
    for (query, answer) in graph.recipes[0].queries.iter().zip(answers) {
        match answer {
            Ok(readings) => raw.extend(readings.iter().cloned()),
            Err(Unavailable) => {
                let noted = policy.semantics == Semantics::Strict || query.family == "classifier";
                let base = format!("{}:{}", query.family, query.name);
                for key in query.keys.iter().chain([&base]) {
                    raw.insert(key.clone(), Reading { failed: noted, ..Reading::MISSED });
                }
            }
        }
    }
    raw
}

#[test]
fn what_is_not_asked_cannot_change_the_outcome() {
    let asked_in_all = std::cell::Cell::new((0, 0));
    made_up(0..4_000, Taste { plain: false }, |policy, graph, dice, place| {
        let inline: Readings =
            ["keyword:k1", "keyword:k2"].map(|key| (key.to_owned(), made_up::reading(dice, false))).into();
        let mut session = Session::new(graph, 0);
        for (key, reading) in &inline {
            if let Some(slot) = session.slot(key) {
                session.tell(slot, *reading);
            }
        }
        let answers = answers(graph, dice);
        let mut asked = Vec::new();
        let decision = match session.step() {
            Step::Decide(decision) => decision,
            Step::Ask(queries) => {
                assert!(!queries.is_empty(), "{place}");
                for query in &queries {
                    let answer = &answers[usize::from(*query)];
                    session.answer(*query, answer.as_ref().map(Vec::as_slice).map_err(|it| *it));
                }
                asked = queries;
                match session.step() {
                    Step::Decide(decision) => decision,
                    Step::Ask(more) => {
                        panic!("one batch is enough, but {asked:?} and then {more:?}: {place}")
                    }
                }
            }
        };
        let winner = match decision.outcome {
            session::Outcome::Route(number) | session::Outcome::Deny(number) => Some(usize::from(number)),
            session::Outcome::Default => None,
        };
        if let Some(route) = winner.map(|number| &policy.recipes[0].routes[number]) {
            let costs = wrp_lang::cost::costs(policy, graph);
            let cost =
                costs.iter().find(|cost| std::ptr::eq(cost.route, route)).expect("every route has one");
            assert!(asked.len() <= cost.worst, "{asked:?}, but at most {}: {place}", cost.worst);
            assert!(usize::from(!asked.is_empty()) <= cost.callouts, "{place}");
        }
        let (some, all) = asked_in_all.get();
        asked_in_all.set((some + asked.len(), all + answers.len()));
        // Whatever the others would have answered, the outcome is the same.
        for _ in 0..8 {
            let mut world = self::answers(graph, dice);
            for query in &asked {
                world[usize::from(*query)].clone_from(&answers[usize::from(*query)]);
            }
            let raw = raw(policy, graph, &inline, &world);
            let prepared = oracle::prepare(policy, &policy.recipes[0], &raw);
            let expected = oracle::decide(policy, &policy.recipes[0], &prepared.readings);
            assert_eq!(outcome(decision.outcome), expected.outcome, "asked {asked:?}\n{raw:#?}\n{place}");
        }
    });
    let (some, all) = asked_in_all.get();
    assert!(some * 3 < all * 2, "{some} of {all} queries were asked: that is hardly lazy");
}

#[test]
fn nothing_is_asked_when_the_outcome_is_settled() {
    made_up(0..1_500, Taste { plain: true }, |policy, graph, dice, place| {
        let inline: Readings =
            ["keyword:k1", "keyword:k2"].map(|key| (key.to_owned(), Reading::flag(dice.chance(50)))).into();
        let mut session = Session::new(graph, 0);
        for (key, reading) in &inline {
            if let Some(slot) = session.slot(key) {
                session.tell(slot, *reading);
            }
        }
        // Every way in which the host may answer: fired, missed, or not at all.
        let queries = &graph.recipes[0].queries;
        let mut outcomes = Vec::new();
        for world in 0..3_usize.pow(queries.len() as u32) {
            let answer =
                |(at, query): (usize, &wrp_graph::graph::Query)| match world / 3_usize.pow(at as u32) % 3 {
                    0 => Err(Unavailable),
                    said => Ok(vec![(query.keys[0].clone(), Reading::flag(said == 1))]),
                };
            let answers: Vec<_> = queries.iter().enumerate().map(answer).collect();
            let raw = raw(policy, graph, &inline, &answers);
            let decided = oracle::decide(policy, &policy.recipes[0], &raw).outcome;
            if !outcomes.contains(&decided) {
                outcomes.push(decided);
            }
        }
        match session.step() {
            Step::Decide(decision) => assert_eq!(vec![outcome(decision.outcome)], outcomes, "{place}"),
            Step::Ask(queries) => {
                assert!(outcomes.len() > 1, "{queries:?} cannot change {outcomes:?}: {place}")
            }
        }
    });
}

#[test]
fn damaged_bytes_are_refused_or_run() {
    made_up(0..150, Taste { plain: false }, |_, graph, dice, _| {
        let bytes = graph.encode();
        assert!(Graph::decode(&bytes).as_ref() == Ok(graph));
        for _ in 0..60 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + dice.below(3) {
                let at = 14 + dice.below(damaged.len() - 14);
                damaged[at] = match dice.below(3) {
                    0 => dice.below(256) as u8,
                    1 => damaged[at].wrapping_add(1),
                    _ => 0xff,
                };
            }
            if dice.chance(20) {
                damaged.truncate(14 + dice.below(damaged.len() - 14));
            }
            assert!(
                Graph::decode(&damaged).as_ref().is_ok_and(|it| it == graph)
                    || Graph::decode(&damaged).is_err()
            );
            // With a checksum that fits, only what the graph says can give it away.
            let checksum = wrp_graph::wire::hash(&damaged[14..]).to_le_bytes();
            damaged[6..14].copy_from_slice(&checksum);
            if let Ok(odd) = Graph::decode(&damaged) {
                run(&odd, dice);
            }
        }
    });
}

/// Runs a graph that makes no sense to its end.
fn run(graph: &Graph, dice: &mut Dice) {
    for recipe in 0..graph.recipes.len() {
        let mut session = Session::new(graph, recipe);
        session.sense(&wrp_graph::facts::Facts::default());
        let mut rounds = 0;
        while let Step::Ask(queries) = session.step() {
            assert!(!queries.is_empty() && rounds < 100, "it asks for ever");
            rounds += 1;
            for query in queries {
                session.answer(query, Err(Unavailable));
            }
        }
        session.fired();
        assert!(session.readings().count() <= graph.recipes[recipe].slots.len());
    }
    let readings = made_up::readings(dice);
    let matched = readings.into_keys().filter(|_| dice.chance(50)).collect();
    wrp_graph::eval::evaluate(graph, &Case { matched, ..Case::default() }.given());
}
