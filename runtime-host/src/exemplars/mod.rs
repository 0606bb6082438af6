//! Sets of exemplars: texts under labels, written for this project, and knowledge bases from files.
//!
//! A set is a JSON file with `labels`, each with its `exemplars`; what else a knowledge base may say is in
//! [`KnowledgeBase`]. Our own sets are compiled in. They are what a family goes by where no trained model for it is at
//! hand; what they are worth is measured on other texts, in `evaluate/sets`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::family::Scoring;

/// Labelled exemplars, and how they are compared.
#[derive(Clone, Debug, Deserialize)]
pub struct KnowledgeBase {
    #[serde(default)]
    pub name: String,
    pub labels: BTreeMap<String, Label>,
    /// The least score that counts for a label without a threshold of its own.
    #[serde(default = "half")]
    pub threshold: f64,
    #[serde(default)]
    pub label_thresholds: BTreeMap<String, f64>,
    #[serde(default)]
    pub groups: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub metrics: Vec<Metric>,
    #[serde(default, rename = "prototype_scoring")]
    pub scoring: Scoring,
    /// Of the softmax that makes scores shares, where shares are wanted.
    #[serde(default = "tenth")]
    pub temperature: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Label {
    pub exemplars: Vec<String>,
}

/// The best score of one group less that of another.
#[derive(Clone, Debug, Deserialize)]
pub struct Metric {
    pub name: String,
    pub positive_group: String,
    pub negative_group: String,
}

impl KnowledgeBase {
    pub fn threshold_of(&self, label: &str) -> f64 {
        self.label_thresholds.get(label).copied().unwrap_or(self.threshold)
    }

    /// Reads a knowledge base from a file; it is known by its `name`, or the file's.
    pub fn read(path: &Path) -> Result<KnowledgeBase, Unreadable> {
        let unreadable = |why: String| Unreadable { file: path.display().to_string(), why };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let mut read: KnowledgeBase =
            serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        if read.name.is_empty() {
            read.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        let members = read.groups.values().flatten();
        let grouped = read.metrics.iter().flat_map(|metric| [&metric.positive_group, &metric.negative_group]);
        if let Some(label) =
            members.chain(read.label_thresholds.keys()).find(|it| !read.labels.contains_key(*it))
        {
            return Err(unreadable(format!("there is no label `{label}`")));
        }
        if let Some(group) = grouped.into_iter().find(|it| !read.groups.contains_key(*it)) {
            return Err(unreadable(format!("there is no group `{group}`")));
        }
        Ok(read)
    }
}

/// A knowledge base that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    file: String,
    why: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.file, self.why)
    }
}

impl std::error::Error for Unreadable {}

fn half() -> f64 {
    0.5
}

fn tenth() -> f64 {
    0.1
}

macro_rules! set {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub fn $name() -> &'static KnowledgeBase {
            static SET: LazyLock<KnowledgeBase> = LazyLock::new(|| built_in(include_str!($file)));
            &SET
        }
    };
}

set!(
    /// Requests that need their facts checked, and others.
    fact_check,
    "fact_check.json"
);
set!(
    /// What users say of an answer; `other` is what says nothing of it.
    user_feedback,
    "user_feedback.json"
);
set!(
    /// Requests for text, for images, and for both.
    modality,
    "modality.json"
);
set!(
    /// The fourteen subjects; also the knowledge base `mmlu_kb`.
    domains,
    "domains.json"
);
set!(
    /// Unsafe and safe requests.
    safety,
    "safety.json"
);
set!(
    /// What is unsafe about an unsafe request.
    safety_categories,
    "safety_categories.json"
);

/// The knowledge bases that every host knows.
pub fn knowledge() -> &'static [KnowledgeBase] {
    static SETS: LazyLock<Vec<KnowledgeBase>> =
        LazyLock::new(|| vec![domains().clone(), built_in(include_str!("privacy.json"))]);
    &SETS
}

#[expect(clippy::expect_used, reason = "the text is compiled in, and a test reads every set")]
fn built_in(text: &str) -> KnowledgeBase {
    serde_json::from_str(text).expect("our own set of exemplars is well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_sets_are_whole() {
        let sets = [fact_check(), user_feedback(), modality(), domains(), safety(), safety_categories()];
        for set in sets.into_iter().chain(knowledge()) {
            assert!(set.labels.len() >= 2, "{}", set.name);
            let mut seen = std::collections::BTreeSet::new();
            for (name, label) in &set.labels {
                assert!(label.exemplars.len() >= 4, "{}: `{name}` has few exemplars", set.name);
                for exemplar in &label.exemplars {
                    assert!(seen.insert(exemplar), "{}: `{exemplar}` stands twice", set.name);
                }
            }
            for label in set.groups.values().flatten().chain(set.label_thresholds.keys()) {
                assert!(set.labels.contains_key(label), "{}: `{label}`", set.name);
            }
            for metric in &set.metrics {
                assert!(set.groups.contains_key(&metric.positive_group), "{}", metric.name);
                assert!(set.groups.contains_key(&metric.negative_group), "{}", metric.name);
            }
        }
    }

    #[test]
    fn a_knowledge_base_is_refused_with_what_is_wrong() {
        let folder = tempfile::tempdir().expect("a folder");
        let label = r#""labels": {"a": {"exemplars": ["x"]}}"#;
        for (text, expected) in [
            (format!("{{{label}}}"), Ok("kb")),
            (format!(r#"{{"name": "other", {label}}}"#), Ok("other")),
            (format!(r#"{{{label}, "groups": {{"g": ["b"]}}}}"#), Err("there is no label `b`")),
            (format!(r#"{{{label}, "label_thresholds": {{"c": 1}}}}"#), Err("there is no label `c`")),
            (
                format!(
                    r#"{{{label}, "metrics": [{{"name": "m", "positive_group": "g", "negative_group": "h"}}]}}"#
                ),
                Err("there is no group `g`"),
            ),
            ("{}".to_owned(), Err("missing field `labels`")),
        ] {
            let path = folder.path().join("kb.json");
            std::fs::write(&path, &text).expect("written");
            match (KnowledgeBase::read(&path), expected) {
                (Ok(read), Ok(name)) => assert_eq!(read.name, name),
                (Err(refused), Err(why)) => assert!(refused.to_string().contains(why), "{refused}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }
}
