//! Filling the store: what is missing is fetched package by package, a second package where the first fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::models::archive;
use crate::models::manifest::{File, Manifest, Package, Set};
use crate::models::registry::{self, FetchError};
use crate::models::store::Store;

/// Tells a person how it goes.
pub trait Progress {
    /// A package is being fetched. What is there of it so far lies somewhere in `folder`.
    fn fetching(&mut self, package: &Package, folder: &Path);
    /// It is there, and what was wanted of it is in the store.
    fn fetched(&mut self, package: &Package);
    /// It is not, and another is tried if there is one.
    fn failed(&mut self, package: &Package, why: &FetchError);
}

/// What `pull` came to.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Files that were there already.
    pub kept: usize,
    pub fetched: usize,
    /// Files that no package had, by the models and rows that want them.
    pub missing: Vec<Missing>,
}

#[derive(Debug)]
pub struct Missing {
    pub wanted_by: String,
    pub why: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`: {}", self.wanted_by, self.why)
    }
}

/// One file that is wanted, with the packages that were not tried yet.
#[derive(Debug)]
struct Want<'a> {
    wanted_by: &'a str,
    sources: Vec<&'a str>,
    why: Vec<String>,
}

/// How a package is fetched into a folder: by its registry's client, or by a test.
pub type Fetch<'a> = &'a dyn Fn(&Package, &Path) -> Result<PathBuf, FetchError>;

/// Fetches what `set` wants and the store lacks, or holds damaged.
pub fn pull(manifest: &Manifest, set: Set, store: &Store, progress: &mut dyn Progress) -> io::Result<Pulled> {
    pull_with(&registry::fetch, manifest, set, store, progress)
}

/// As [`pull`], by other means than the registries' clients.
pub fn pull_with(
    fetch: Fetch<'_>,
    manifest: &Manifest,
    set: Set,
    store: &Store,
    progress: &mut dyn Progress,
) -> io::Result<Pulled> {
    let mut pulled = Pulled::default();
    let mut wants: BTreeMap<&str, Want<'_>> = BTreeMap::new();
    for (wanted_by, file) in files(manifest, set) {
        let File::Fetched { sha256, size, from } = file else { continue };
        if store.holds(sha256, *size) {
            pulled.kept += 1;
        } else {
            let sources = from.iter().map(String::as_str).collect();
            wants.entry(sha256).or_insert(Want { wanted_by, sources, why: Vec::new() });
        }
    }
    if wants.is_empty() {
        return Ok(pulled);
    }
    let scratch = store.scratch()?;
    let round = Round { fetch, manifest, store, scratch: &scratch };
    let done = round.all(&mut wants, &mut pulled, progress);
    std::fs::remove_dir_all(&scratch)?;
    done?;
    pulled.missing = wants
        .into_values()
        .map(|want| Missing { wanted_by: want.wanted_by.to_owned(), why: want.why.join("; ") })
        .collect();
    Ok(pulled)
}

/// The files of a set, by the model or rows that want them.
pub fn files(manifest: &Manifest, set: Set) -> impl Iterator<Item = (&str, &File)> {
    let models = manifest.models.iter().filter(move |model| model.set <= set);
    let models = models.flat_map(|model| model.files.values().map(|file| (&*model.name, file)));
    let rows = manifest.rows.iter().filter(move |rows| rows.set <= set);
    models.chain(rows.map(|rows| (&*rows.name, &rows.file)))
}

struct Round<'a> {
    fetch: Fetch<'a>,
    manifest: &'a Manifest,
    store: &'a Store,
    scratch: &'a Path,
}

impl<'a> Round<'a> {
    /// Each turn tries the next package that some missing file may be in, and no package twice. A disk that cannot be
    /// written to is no fault of a package's: it ends the pull.
    fn all(
        &self,
        wants: &mut BTreeMap<&str, Want<'a>>,
        pulled: &mut Pulled,
        progress: &mut dyn Progress,
    ) -> io::Result<()> {
        let mut tried = BTreeSet::new();
        while let Some((key, package)) = self.next(wants, &tried) {
            tried.insert(key.to_owned());
            let folder = self.scratch.join(key);
            std::fs::create_dir_all(&folder)?;
            progress.fetching(package, &folder);
            let taken = self.take(key, package, &folder, wants);
            std::fs::remove_dir_all(&folder)?;
            match taken {
                Ok(count) => {
                    pulled.fetched += count;
                    progress.fetched(package);
                }
                Err(FetchError::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
                    return Err(error);
                }
                Err(error) => {
                    progress.failed(package, &error);
                    let of_this = wants.values_mut().filter(|want| want.is_in(key));
                    of_this.for_each(|want| {
                        want.why.push(format!("{} {}: {error}", package.name, package.version))
                    });
                }
            }
        }
        Ok(())
    }

    /// The next package that some missing file may be in and that was not tried.
    fn next(
        &self,
        wants: &mut BTreeMap<&str, Want<'a>>,
        tried: &BTreeSet<String>,
    ) -> Option<(&'a str, &'a Package)> {
        let untried = |want: &Want<'a>| {
            let keys = want.sources.iter().filter_map(|from| Some(from.split_once(':')?.0));
            keys.into_iter().find(|key| !tried.contains(*key))
        };
        let key = wants.values().find_map(untried)?;
        Some((key, self.manifest.packages.get(key)?))
    }

    /// Fetches a package and puts every missing file of it into the store.
    fn take(
        &self,
        key: &str,
        package: &Package,
        folder: &Path,
        wants: &mut BTreeMap<&str, Want<'a>>,
    ) -> Result<usize, FetchError> {
        let fetched = (self.fetch)(package, folder)?;
        let mut taken = BTreeSet::new();
        archive::read(&fetched, |name, file| {
            let is_here = |from: &&str| from.split_once(':') == Some((key, name));
            match wants.iter().find(|(_, want)| want.sources.iter().any(is_here)) {
                Some((sha256, _)) => {
                    taken.insert((*sha256).to_owned());
                    self.store.put(sha256, file)
                }
                None => Ok(()),
            }
        })?;
        wants.retain(|sha256, _| !taken.contains(*sha256));
        for want in wants.values_mut().filter(|want| want.is_in(key)) {
            want.why.push(format!("{} {} does not hold it", package.name, package.version));
        }
        Ok(taken.len())
    }
}

impl Want<'_> {
    /// Whether a package may hold it.
    fn is_in(&self, package: &str) -> bool {
        self.sources.iter().any(|from| from.split_once(':').is_some_and(|(key, _)| key == package))
    }
}

#[cfg(test)]
mod tests;
