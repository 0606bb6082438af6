//! The models that are there, each made ready when it is first asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::backend::{self, Parts};
use crate::encoder::{Encoder, Reading};
use crate::infer::Refused;
use crate::models::manifest::{BadManifest, File, Manifest, Role, Rows, Spec, Task};
use crate::models::model::{Does, Model};
use crate::models::store::{Store, digest};
use crate::task::embed::Embedder;
use crate::task::grams::Grams;
use crate::task::head::Head;
use crate::tokens::Tokeniser;

/// Every model of the lists, those that are not there included.
#[derive(Debug)]
pub struct Shelf {
    store: Store,
    /// In the order of preference.
    places: Vec<Place>,
    rows: Vec<Rows>,
}

#[derive(Debug)]
struct Place {
    spec: Spec,
    ready: OnceLock<Result<Arc<Model>, Refused>>,
}

/// A model that cannot answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    pub name: Arc<str>,
    pub why: String,
}

impl fmt::Display for Absent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "model `{}`: {}", self.name, self.why)
    }
}

impl Shelf {
    /// Our models, from what was pulled into `store`.
    pub fn new(store: Store) -> Shelf {
        let mut shelf = Shelf { store, places: Vec::new(), rows: Vec::new() };
        shelf.take(Manifest::built_in());
        shelf
    }

    /// With models of a script and no others, for tests.
    pub fn scripted(models: impl IntoIterator<Item = (Model, Vec<String>)>) -> Shelf {
        let place = |(model, parts): (Model, Vec<String>)| {
            let spec = Spec {
                name: model.name().clone(),
                about: "a script".into(),
                set: Default::default(),
                parts,
                license: String::new(),
                upstream: None,
                backend: None,
                max_tokens: 0,
                max_windows: 0,
                compress: false,
                task: Task::Grams {},
                files: BTreeMap::new(),
            };
            Place { spec, ready: OnceLock::from(Ok(Arc::new(model))) }
        };
        let places = models.into_iter().map(place).collect();
        Shelf { store: Store::at(""), places, rows: Vec::new() }
    }

    /// Adds a user's models, which are preferred to those before. One of the same name takes its place.
    pub fn add(&mut self, list: &Path) -> Result<(), BadManifest> {
        self.take(Manifest::read(list)?);
        Ok(())
    }

    fn take(&mut self, manifest: Manifest) {
        self.places.retain(|place| manifest.models.iter().all(|spec| spec.name != place.spec.name));
        let new = manifest.models.into_iter().map(|spec| Place { spec, ready: OnceLock::new() });
        self.places.splice(0..0, new);
        self.rows.splice(0..0, manifest.rows);
    }

    /// What is known of each model, the preferred first.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.places.iter().map(|place| &place.spec)
    }

    /// The models that serve a part and whose files are there, the preferred first.
    pub fn models_for(&self, part: &str) -> Vec<Arc<str>> {
        let serves =
            |place: &&Place| place.spec.parts.iter().any(|own| own == part) && self.absence(place).is_none();
        self.places.iter().filter(serves).map(|place| place.spec.name.clone()).collect()
    }

    /// A model, made ready now if it was not. Waits for whoever is making it ready.
    pub fn model(&self, name: &str) -> Result<Arc<Model>, Refused> {
        let place = self.places.iter().find(|place| &*place.spec.name == name);
        let place = place.ok_or_else(|| Refused::Unsuited(format!("there is no model `{name}`")))?;
        let ready = || {
            let open = self.open(&place.spec);
            open.map(Arc::new).map_err(|why| Refused::Failed(format!("model `{name}`: {why}")))
        };
        place.ready.get_or_init(ready).clone()
    }

    /// The models that cannot answer, as far as can be told without making them ready.
    pub fn absent(&self) -> Vec<Absent> {
        self.places.iter().filter_map(|place| self.absence(place)).collect()
    }

    /// The weights of a model that generates.
    pub fn generator(&self, name: &str) -> Result<Vec<u8>, Refused> {
        let spec = self.specs().find(|spec| &*spec.name == name);
        let spec = spec.ok_or_else(|| Refused::Unsuited(format!("there is no model `{name}`")))?;
        match spec.task {
            Task::Generate {} => self
                .file(spec, Role::Weights)
                .map_err(|why| Refused::Failed(format!("model `{name}`: {why}"))),
            _ => Err(Refused::Unsuited(format!("model `{name}` does not generate"))),
        }
    }

    /// Labelled texts, one JSON object a line.
    pub fn rows(&self, name: &str) -> Result<Vec<u8>, Refused> {
        let rows = self.rows.iter().find(|rows| &*rows.name == name);
        let rows = rows.ok_or_else(|| Refused::Unsuited(format!("there are no rows `{name}`")))?;
        self.read(&rows.file).map_err(|why| Refused::Failed(format!("rows `{name}`: {why}")))
    }

    fn absence(&self, place: &Place) -> Option<Absent> {
        let absent = |why: String| Some(Absent { name: place.spec.name.clone(), why });
        if let Some(Err(refused)) = place.ready.get() {
            return absent(refused.to_string());
        }
        let missing = place.spec.files.values().find_map(|file| match file {
            File::Fetched { size, sha256, .. } => {
                (!self.store.has(sha256, *size)).then(|| "it was not pulled yet".to_owned())
            }
            File::Local { path, .. } => (!path.is_file()).then(|| format!("`{}` is missing", path.display())),
        });
        missing.and_then(absent)
    }

    fn open(&self, spec: &Spec) -> Result<Model, String> {
        let does = match &spec.task {
            Task::Embed { pooling, dimensions } => {
                Does::Embed(Arc::new(Embedder::new(self.encoder(spec)?, *pooling, *dimensions)))
            }
            Task::Classify(labelling) => Does::Classify(self.encoder(spec)?, labelling.clone()),
            Task::Pair(labelling) => Does::Pair(self.encoder(spec)?, labelling.clone()),
            Task::Tag { labels, temperature } => {
                Does::Tag { encoder: self.encoder(spec)?, labels: labels.clone(), temperature: *temperature }
            }
            Task::Head { base, labelling, counts } => {
                if *base == spec.name {
                    return Err("it is based on itself".into());
                }
                let base = self.model(base).map_err(|refused| refused.to_string())?;
                let base = base.embedder().ok_or_else(|| format!("`{}` does not embed", base.name()))?;
                let weights = self.file(spec, Role::Weights)?;
                Does::Head(Head::open(base.clone(), labelling.clone(), *counts, &weights)?)
            }
            Task::Grams {} => Does::Grams(Grams::read(&self.file(spec, Role::Weights)?)?),
            Task::Generate {} => return Err("it generates; `wrp-host generate` runs it".into()),
        };
        Ok(Model::new(spec.name.clone(), does))
    }

    fn encoder(&self, spec: &Spec) -> Result<Encoder, String> {
        let tokeniser = Tokeniser::read(&self.file(spec, Role::Tokenizer)?)?;
        let config = spec.files.get(&Role::Config).map(|file| self.read(file)).transpose()?;
        let backend =
            backend::open(spec.backend, Parts { weights: self.file(spec, Role::Weights)?, config })?;
        let Spec { max_tokens, max_windows, compress, .. } = *spec;
        Ok(Encoder::new(tokeniser, backend, Reading { max_tokens, max_windows, compress }))
    }

    fn file(&self, spec: &Spec, role: Role) -> Result<Vec<u8>, String> {
        let file = spec.files.get(&role).ok_or_else(|| format!("it lists no file as {role:?}"))?;
        self.read(file)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, String> {
        match file {
            File::Fetched { sha256, size, .. } => match self.store.has(sha256, *size) {
                true => self.store.read(sha256).map_err(|error| error.to_string()),
                false => Err("it was not pulled yet; `wrp-host models pull` does".into()),
            },
            File::Local { path, sha256 } => {
                let why = |error: std::io::Error| format!("`{}`: {error}", path.display());
                let bytes = std::fs::read(path).map_err(why)?;
                match sha256 {
                    Some(promised) if *promised != digest(&bytes) => {
                        Err(format!("`{}` is not the file that `sha256` promises", path.display()))
                    }
                    _ => Ok(bytes),
                }
            }
        }
    }
}
