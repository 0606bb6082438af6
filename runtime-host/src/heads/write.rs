//! A fitted head as a folder that the loader takes: `model.toml` beside the weights.

use std::io;
use std::path::Path;

use crate::models::store::digest;
use crate::task::head::Dense;

use super::fit::Linear;
use super::judge::Judged;

/// What a head is called, and what it was made from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub name: &'a str,
    /// What signals ask for, as in `models.toml`.
    pub part: &'a str,
    /// The model whose embedding it reads.
    pub base: &'a str,
    pub labels: &'a [String],
    /// Under which licence the texts were.
    pub license: &'a str,
    pub samples: usize,
}

/// Writes the folder anew. What is in it is loaded by `--models DIR` or [`crate::models::Shelf::add`].
pub fn write(folder: &Path, origin: &Origin<'_>, head: &Linear, judged: &Judged) -> io::Result<()> {
    let other = |why: String| io::Error::other(why);
    let (weights, biases) = head.rows();
    let bytes = Dense::linear(weights, biases).and_then(|dense| dense.to_safetensors()).map_err(other)?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(WEIGHTS), &bytes)?;
    std::fs::write(folder.join("model.toml"), manifest(origin, judged, &digest(&bytes)))
}

const WEIGHTS: &str = "head.safetensors";

fn manifest(origin: &Origin<'_>, judged: &Judged, sha256: &str) -> String {
    // A string of JSON is one of TOML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let labels: Vec<String> = origin.labels.iter().map(|label| quoted(label)).collect();
    let about = format!("a linear head on `{}`, fitted on {} texts", origin.base, origin.samples);
    format!(
        "# Cross-validated: accuracy {:.4}, log-loss {:.4}, calibration error {:.4} ({:.4} before cooling).\n\
        version = 1\n\n[[models]]\nname = {}\nabout = {}\nparts = [{}]\nlicense = {}\n\n\
        [models.task.head]\nbase = {}\nlabels = [{}]\nactivation = \"softmax\"\ntemperature = {:?}\nwindows = \"whole\"\n\n\
        [models.files.weights]\npath = \"{WEIGHTS}\"\nsha256 = \"{sha256}\"\n",
        judged.accuracy,
        judged.log_loss,
        judged.calibration_error,
        judged.uncalibrated_error,
        quoted(origin.name),
        quoted(&about),
        quoted(origin.part),
        quoted(origin.license),
        quoted(origin.base),
        labels.join(", "),
        judged.temperature as f32,
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Sample, fit, judge};
    use super::*;
    use crate::models::Shelf;
    use crate::models::store::Store;

    #[test]
    fn the_loader_takes_what_was_written() {
        let samples: Vec<Sample> = (0..20)
            .map(|number| Sample {
                vector: [number as f32 - 9.5].as_slice().into(),
                label: usize::from(number > 9),
            })
            .collect();
        let labels = ["a \"quoted\" one".to_owned(), "b".to_owned()];
        let origin = Origin {
            name: "mine",
            part: "topic",
            base: "minilm-l6-int8",
            labels: &labels,
            license: "MIT",
            samples: 20,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let judged = judge(&samples, 2, 0.1, 4, 1);
        write(folder.path(), &origin, &fit(&samples, 2, 0.1), &judged).expect("written");
        let mut shelf = Shelf::new(Store::at(folder.path().join("empty")));
        shelf.add(folder.path()).expect("a list of models");
        assert_eq!(shelf.models_for("topic"), [std::sync::Arc::from("mine")]);
        // It is there, and wants its base.
        let refused = shelf.model("mine").expect_err("the base was not pulled");
        assert!(refused.to_string().contains("minilm-l6-int8"), "{refused}");
    }
}
