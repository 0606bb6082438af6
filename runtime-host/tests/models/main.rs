//! Real models, held against what their makers' own code says about the same texts.
//!
//! They are those that `wrp-host models pull` has fetched; where there are none, each test says so and passes.

mod answers;
mod backends;
mod cli;
mod hostile;
mod tiny;

use std::sync::{Arc, LazyLock};

use wrp_host::infer::Refused;
use wrp_host::job::{Answer, Job, Kind, Output};
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;

/// One for all tests, so that each model is made ready once.
fn shelf() -> &'static Shelf {
    static SHELF: LazyLock<Shelf> =
        LazyLock::new(|| Shelf::new(Store::of_user().unwrap_or(Store::at("none"))));
    &SHELF
}

/// Whether a model can be tested here; says so when not.
fn is_here(model: &str) -> bool {
    match shelf().absent().into_iter().find(|absent| &*absent.name == model) {
        Some(absent) => {
            eprintln!("skipped: {absent}");
            false
        }
        None => true,
    }
}

fn ask(model: &str, kind: Kind, text: &str) -> Result<Answer, Refused> {
    let ready = shelf().model(model)?;
    let mut answers = ready.run(&[Job { model: model.into(), kind, text: Arc::from(text) }]);
    assert_eq!(answers.len(), 1, "one job has one answer");
    answers.remove(0)
}

fn labels(model: &str, text: &str) -> Vec<(String, f32)> {
    match ask(model, Kind::Classify, text).unwrap().output {
        Output::Labels(labels) => labels.iter().map(|(label, value)| (label.to_string(), *value)).collect(),
        other => panic!("`{model}` answers {other:?}"),
    }
}

fn vector(model: &str, text: &str) -> Vec<f32> {
    match ask(model, Kind::Embed { dimensions: None }, text).unwrap().output {
        Output::Vector(vector) => vector.to_vec(),
        other => panic!("`{model}` answers {other:?}"),
    }
}
