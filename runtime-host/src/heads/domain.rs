//! The head for subjects, fitted once from the labelled questions that `models pull` fetches.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::models::Shelf;

use super::rows::{Row, embed};
use super::{Origin, fit, judge, write};

/// What the head is called; also the part that it serves.
pub const NAME: &str = "domain";

/// The penalty that cross-validation on the questions prefers.
const L2: f64 = 1e-4;

/// Fits the head unless the folder below `cache` has it, and adds it to the shelf. Without the questions or the
/// embedding nothing happens, and domains go by their phrases.
pub fn ensure(shelf: &mut Shelf, cache: &Path) -> io::Result<Option<PathBuf>> {
    let Some(base) = shelf.models_for("embed").into_iter().next() else { return Ok(None) };
    let folder = cache.join(format!("{NAME}-on-{base}"));
    if !folder.join("model.toml").is_file() {
        let Ok(bytes) = shelf.rows("domain-train") else { return Ok(None) };
        fit_to(shelf, &base, &bytes, &folder)?;
    }
    shelf.add(&folder).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Some(folder))
}

fn fit_to(shelf: &Shelf, base: &Arc<str>, bytes: &[u8], folder: &Path) -> io::Result<()> {
    let other = |why: String| io::Error::other(why);
    let text = std::str::from_utf8(bytes).map_err(|error| other(error.to_string()))?;
    let rows = Row::read(text).map_err(|why| other(format!("the labelled questions: {why}")))?;
    let (labels, samples) = embed(shelf, base, &rows).map_err(|refused| other(refused.to_string()))?;
    let judged = judge(&samples, labels.len(), L2, 5, 1);
    let origin =
        Origin { name: NAME, part: NAME, base, labels: &labels, license: "MIT", samples: samples.len() };
    // Written beside and moved, so that nobody reads half of it.
    let beside = folder.with_extension(format!("{}.part", std::process::id()));
    write(&beside, &origin, &fit(&samples, labels.len(), L2), &judged)?;
    std::fs::remove_dir_all(folder).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    std::fs::rename(&beside, folder)
}
