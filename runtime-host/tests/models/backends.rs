//! Engines beside each other: the same file, the same text, the same answer.

use std::path::Path;

use wrp_host::job::{Job, Kind, Output};
use wrp_host::models::Shelf;
use wrp_host::models::manifest::{File, Manifest, Role, Spec};
use wrp_host::models::store::Store;

use crate::{is_here, tiny};

/// Of full precision: sums are taken in different orders, and nothing else differs.
const TOLERANCE: f32 = 1e-4;

/// All numbers of an answer; or why there is none, where this engine is not built in.
fn numbers(shelf: &Shelf, model: &str, kind: Kind, text: &str) -> Result<Vec<f32>, String> {
    let job = Job { model: model.into(), kind, text: text.into() };
    let ready = shelf.model(model).map_err(|refused| refused.to_string())?;
    let answer = ready.run(&[job]).remove(0).map_err(|refused| refused.to_string())?;
    Ok(match answer.output {
        Output::Vector(vector) => vector.to_vec(),
        Output::Labels(labels) => labels.into_iter().map(|(_, value)| value).collect(),
        Output::Spans(spans) => spans.iter().flat_map(|span| [span.start as f32, span.score]).collect(),
    })
}

fn check(what: &str, expected: &[f32], found: Result<Vec<f32>, String>) {
    match found {
        Ok(found) => {
            assert_eq!(found.len(), expected.len(), "{what}");
            let apart =
                found.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
            assert!(apart < TOLERANCE, "{what}: {apart} apart");
        }
        Err(why) if why.contains("was built without") => eprintln!("skipped: {what}: {why}"),
        Err(why) => panic!("{what}: {why}"),
    }
}

#[test]
fn tract_and_rten_agree_on_networks_of_our_own() {
    let long = "a b c c ".repeat(9);
    for (weights, task, kind) in [
        (tiny::embedding(), tiny::EMBED.to_owned(), Kind::Embed { dimensions: None }),
        (tiny::tagging(), "task.tag = { labels = [\"O\", \"B-X\", \"I-X\"] }".to_owned(), Kind::Tag),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "a", "a b c a b", &*long] {
            let run = |engine: &str| {
                let task = format!("backend = \"{engine}\"\n{task}");
                numbers(&tiny::shelf(&weights, &task, folder.path()), "mine", kind.clone(), text)
            };
            check(&format!("tract on {text:?}"), &run("rten").unwrap(), run("tract"));
        }
    }
}

#[test]
fn all_engines_agree_on_the_same_weights() {
    if !is_here("minilm-l6") || !is_here("minilm-l6-safetensors") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut shelf = Shelf::new(Store::of_user().unwrap());
    shelf.add(&with_engine("minilm-l6", "tract", folder.path())).unwrap();
    let embed = Kind::Embed { dimensions: None };
    let long = "The quick brown fox jumps over the lazy dog, again and again. ".repeat(40);
    for text in ["", "hi", "What is the capital of France?", "Größe, 東京, \u{301}!", &*long] {
        let expected = numbers(&shelf, "minilm-l6", embed.clone(), text).unwrap();
        check("tract", &expected, numbers(&shelf, "tract", embed.clone(), text));
        check("candle", &expected, numbers(&shelf, "minilm-l6-safetensors", embed.clone(), text));
    }
}

#[test]
fn tract_leaves_eight_and_four_bits_to_others() {
    for model in ["minilm-l6-int8", "rampart"] {
        if !is_here(model) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::new(Store::of_user().unwrap());
        shelf.add(&with_engine(model, "tract", folder.path())).unwrap();
        let refused = shelf.model("tract").unwrap_err().to_string();
        assert!(refused.contains("let rten run it") || refused.contains("was built without"), "{refused}");
    }
}

/// A list with one of our models under another engine's name.
fn with_engine(model: &str, engine: &str, folder: &Path) -> std::path::PathBuf {
    let (manifest, store) = (Manifest::built_in(), Store::of_user().unwrap());
    let spec: &Spec = manifest.models.iter().find(|spec| &*spec.name == model).unwrap();
    let path = |role| match &spec.files[&role] {
        File::Fetched { sha256, .. } => store.path(sha256),
        File::Local { path, .. } => path.clone(),
    };
    let list = folder.join("models.toml");
    let text = format!(
        "version = 1\n[[models]]\nname = \"{engine}\"\nabout = \"\"\nparts = []\nlicense = \"\"\nbackend = \"{engine}\"\n\
         task.embed = {{ pooling = \"mean\", dimensions = 384 }}\nfiles.weights.path = {:?}\n\
         files.tokenizer.path = {:?}\n",
        path(Role::Weights),
        path(Role::Tokenizer),
    );
    std::fs::write(&list, text).unwrap();
    list
}
