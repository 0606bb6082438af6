//! What must hold for any bytes at all: one function for each door through which strangers' bytes come in.
//!
//! `it/fuzz.rs` calls them with mutated examples in every test run; `tests/fuzz` hands them to libFuzzer.

use wrp_graph::body::{Body, Protocol};
use wrp_graph::edit::{Wish, rewrite};
use wrp_graph::facts::{Facts, Identity};
use wrp_graph::graph::{Graph, Model};
use wrp_graph::session::{Session, Step, Unavailable};
use wrp_graph::wire;
use wrp_lang::source::Source;

#[path = "../../plugin/wrp-filter/src/configuration.rs"]
#[allow(dead_code, unreachable_pub, reason = "the filter's own file, read here for its one door")]
mod configuration;

/// Policy text: whatever it is, reading ends, places lie in the text, and a graph survives its bytes.
pub fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let source = Source::new("fuzz.wrp", text);
    let compiled = wrp_lang::compile(std::slice::from_ref(&source));
    for (_, diagnostic) in &compiled.diagnostics {
        let places =
            std::iter::once(diagnostic.span).chain(diagnostic.related.iter().map(|related| related.span));
        for span in places {
            assert!(span.start <= span.end, "{diagnostic:?}");
            // Panics where a place lies outside the text or within a character.
            source.slice(span);
        }
    }
    if let Some(graph) = &compiled.graph {
        assert_eq!(Graph::decode(&graph.encode()).as_ref(), Ok(graph), "a graph changes in its bytes");
        run(graph);
    }
    // What can be printed reads back as what it was, and is then printed the same.
    if let Ok(printed) = wrp_lang::format::format(&source) {
        let again = wrp_lang::format::format(&Source::new("fuzz.wrp", printed.as_str()));
        assert_eq!(again.ok(), Some(printed), "formatting does not settle");
    }
}

/// Graph bytes: what is taken runs to an end and is written again as the same graph.
pub fn decode(data: &[u8]) {
    check_bytes(data);
    // A checksum keeps accidents out, not people: a fitting one is put before what follows.
    let mut sealed = b"WRPG".to_vec();
    sealed.extend(wire::VERSION.to_le_bytes());
    sealed.extend(wire::hash(data).to_le_bytes());
    sealed.extend(data);
    check_bytes(&sealed);
}

fn check_bytes(bytes: &[u8]) {
    if let Ok(graph) = Graph::decode(bytes) {
        run(&graph);
        let again = Graph::decode(&graph.encode());
        assert_eq!(again.as_ref(), Ok(&graph), "a graph changes in its bytes");
    }
}

/// Every recipe decides on a request that says nothing, with nobody to ask.
fn run(graph: &Graph) {
    for recipe in 0..graph.recipes.len() {
        let mut session = Session::new(graph, recipe);
        session.sense(&Facts::default());
        let queries = graph.recipes[recipe].queries.len();
        // Each round asks something new, so there are no more rounds than questions.
        let decided = (0..=queries).any(|_| match session.step() {
            Step::Decide(_) => true,
            Step::Ask(asked) => {
                assert!(!asked.is_empty(), "asks nothing and does not decide");
                asked.into_iter().for_each(|query| session.answer(query, Err(Unavailable)));
                false
            }
        });
        assert!(decided, "does not decide");
    }
}

/// Request bodies: what our reader takes, everybody's reader takes, and a rewrite changes the model alone.
pub fn body(data: &[u8]) {
    let model = Model { name: "chosen \"model\"".to_owned(), provider_model_id: None, reasoning: None };
    for protocol in [Protocol::Chat, Protocol::Anthropic, Protocol::Responses] {
        let Ok(body) = Body::parse(data, protocol) else { continue };
        let facts = body.facts(Identity::default());
        assert!(facts.text.len() <= data.len(), "more text than bytes");
        // Everybody's reader has its own limits of depth and of numbers: there, ours may go on alone.
        let Ok(mut expected) = serde_json::from_slice::<serde_json::Value>(data) else { continue };
        let wish = Wish { model: &model, reference: None, effects: &[] };
        let rewritten = rewrite(&body, data, &wish).apply(data).map(|rewritten| rewritten.join(data));
        let found: serde_json::Value =
            serde_json::from_slice(&rewritten.expect("the model has another name"))
                .expect("a rewrite is JSON");
        expected["model"] = model.name.as_str().into();
        assert_eq!(found, expected, "more than the model has changed");
    }
}

/// The filter's configuration: taken or refused in words.
pub fn config(data: &[u8]) {
    if let Err(refused) = configuration::read(data) {
        assert!(!refused.to_string().is_empty(), "refused without a word");
    }
}
