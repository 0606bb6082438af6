//! Reading a list, and checking what its types cannot say.

use std::path::Path;

use super::{File, Manifest, Package, Role, Spec, Task};
use crate::models::folder;

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
        Manifest::parse(include_str!("../../../models.toml")).expect("our own list is read by a test")
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
    use std::path::PathBuf;

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
