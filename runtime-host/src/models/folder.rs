//! A model's folder as it is published, without a list: what it is stands in its `config.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::manifest::{
    Activation, BadManifest, File, Labelling, Manifest, Pooling, Role, Set, Spec, Task, Windows,
};

/// Where weights lie in a published folder, the preferred first.
const WEIGHTS: [&str; 5] = [
    "model.onnx",
    "onnx/model.onnx",
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "model.safetensors",
];

/// What we read of `config.json`.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    architectures: Vec<String>,
    hidden_size: usize,
    max_position_embeddings: Option<usize>,
    #[serde(default)]
    id2label: BTreeMap<String, Arc<str>>,
    problem_type: Option<String>,
}

/// A list of one model, which is named after its folder and serves the part of that name.
pub(super) fn read(folder: &Path) -> Result<Manifest, BadManifest> {
    let bad = |why: String| BadManifest(format!("`{}`: {why}", folder.display()));
    let config = folder.join("config.json");
    if !config.is_file() {
        return Err(bad("it holds neither `model.toml` nor `config.json`".into()));
    }
    let weights = WEIGHTS.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let weights = weights.ok_or_else(|| bad(format!("it holds none of `{}`", WEIGHTS.join("`, `"))))?;
    let text = std::fs::read(&config).map_err(|error| bad(error.to_string()))?;
    let config: Config =
        serde_json::from_slice(&text).map_err(|error| bad(format!("`config.json`: {error}")))?;
    let name =
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let name: Arc<str> = name.unwrap_or_else(|| "model".into()).into();
    let task =
        config.task(&std::fs::read(folder.join("1_Pooling/config.json")).unwrap_or_default()).map_err(bad)?;
    let mut parts = vec![name.to_string()];
    if matches!(task, Task::Embed { .. }) {
        parts.push("embed".into());
    }
    let local = |path: PathBuf| File::Local { path, sha256: None };
    let files = BTreeMap::from([
        (Role::Weights, local(weights)),
        (Role::Tokenizer, local(folder.join("tokenizer.json"))),
        (Role::Config, local(folder.join("config.json"))),
    ]);
    let spec = Spec {
        name,
        about: "a folder of yours".into(),
        set: Set::Default,
        parts,
        license: "yours to know".into(),
        upstream: None,
        backend: None,
        // Longer windows than these blur what they hold, and cost more than they tell.
        max_tokens: config.max_position_embeddings.unwrap_or(512).min(512),
        max_windows: Spec::usual_windows(),
        compress: false,
        task,
        files,
    };
    Ok(Manifest { version: 1, models: vec![spec], ..Manifest::default() })
}

impl Config {
    /// `pooling` is what sentence-transformers writes beside a model that embeds.
    fn task(&self, pooling: &[u8]) -> Result<Task, String> {
        let is_a = |kind: &str| self.architectures.iter().any(|name| name.ends_with(kind));
        if is_a("ForTokenClassification") {
            return Ok(Task::Tag { labels: self.labels()?, temperature: 1.0 });
        }
        if is_a("ForSequenceClassification") {
            let is_multiple = self.problem_type.as_deref() == Some("multi_label_classification");
            let labels = self.labels()?;
            let activation =
                if is_multiple || labels.len() == 1 { Activation::Sigmoid } else { Activation::Softmax };
            let windows = Windows::Mean;
            return Ok(Task::Classify(Labelling {
                labels,
                activation,
                temperature: 1.0,
                benign: None,
                windows,
            }));
        }
        if is_a("Model") {
            #[derive(Default, Deserialize)]
            struct Pooled {
                #[serde(default)]
                pooling_mode_cls_token: bool,
            }
            let Pooled { pooling_mode_cls_token } = serde_json::from_slice(pooling).unwrap_or_default();
            let pooling = if pooling_mode_cls_token { Pooling::Cls } else { Pooling::Mean };
            return Ok(Task::Embed { pooling, dimensions: self.hidden_size });
        }
        Err(format!("models of the kind {:?} are not run; describe it in a `model.toml`", self.architectures))
    }

    fn labels(&self) -> Result<Vec<Arc<str>>, String> {
        let mut labels: Vec<(usize, Arc<str>)> = Vec::new();
        for (id, label) in &self.id2label {
            let id = id.parse().map_err(|_| format!("`id2label` of `config.json` has the key `{id}`"))?;
            labels.push((id, label.clone()));
        }
        labels.sort_by_key(|(id, _)| *id);
        match labels.iter().enumerate().all(|(at, (id, _))| at == *id) && !labels.is_empty() {
            true => Ok(labels.into_iter().map(|(_, label)| label).collect()),
            false => Err("`id2label` of `config.json` does not name every label".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files in it, read as a list.
    fn read_folder(files: &[(&str, &str)]) -> Result<Manifest, BadManifest> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Manifest::read(folder.path())
    }

    fn config(architecture: &str, more: &str) -> String {
        format!(
            r#"{{"architectures": ["{architecture}"], "hidden_size": 384, "max_position_embeddings": 512{more}}}"#
        )
    }

    #[test]
    fn a_published_folder_says_what_it_is() {
        let labels = r#", "id2label": {"0": "no", "1": "yes"}"#;
        let many = r#", "problem_type": "multi_label_classification", "id2label": {"0": "a", "1": "b"}"#;
        for (architecture, more, pooling, expected) in [
            ("BertModel", "", "", "Embed { pooling: Mean, dimensions: 384 }"),
            (
                "BertModel",
                "",
                r#"{"pooling_mode_cls_token": true}"#,
                "Embed { pooling: Cls, dimensions: 384 }",
            ),
            ("BertForTokenClassification", labels, "", r#"Tag { labels: ["no", "yes"], temperature: 1.0 }"#),
            ("XForSequenceClassification", labels, "", r#"labels: ["no", "yes"], activation: Softmax"#),
            ("XForSequenceClassification", many, "", r#"labels: ["a", "b"], activation: Sigmoid"#),
        ] {
            let config = config(architecture, more);
            let files =
                [("config.json", &*config), ("onnx/model.onnx", ""), ("1_Pooling/config.json", pooling)];
            let manifest = read_folder(&files).unwrap();
            let task = format!("{:?}", manifest.models[0].task);
            assert!(task.contains(expected), "{architecture}: {task}");
            assert_eq!(manifest.models[0].parts.contains(&"embed".to_owned()), task.starts_with("Embed"));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_used_says_why() {
        let bert = config("BertModel", "");
        let gaps = config("BertForTokenClassification", r#", "id2label": {"0": "no", "2": "yes"}"#);
        let causal = config("GPT2LMHeadModel2", "");
        for (files, expected) in [
            (&[][..], "neither `model.toml` nor `config.json`"),
            (&[("config.json", &*bert)], "it holds none of `model.onnx`"),
            (&[("config.json", "{}"), ("model.onnx", "")], "`config.json`: missing field `hidden_size`"),
            (&[("config.json", &*gaps), ("model.onnx", "")], "does not name every label"),
            (&[("config.json", &*causal), ("model.onnx", "")], "are not run"),
        ] {
            let BadManifest(why) = read_folder(files).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
    }
}
