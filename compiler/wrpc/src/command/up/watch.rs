//! Noticing that a policy has changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::policy::Loaded;

/// The times of the policy's files.
#[derive(Debug)]
pub(super) struct Watch {
    files: Vec<(PathBuf, Option<SystemTime>)>,
}

impl Watch {
    pub(super) fn of(loaded: &Loaded) -> Watch {
        let files = loaded.sources.iter().map(|source| PathBuf::from(&source.name));
        Watch { files: files.map(|path| (path.clone(), modified(&path))).collect() }
    }

    pub(super) fn changed(&mut self) -> bool {
        let mut changed = false;
        for (path, before) in &mut self.files {
            let now = modified(path);
            // A file that is being replaced is away for a moment.
            if now.is_some() && now != *before {
                *before = now;
                changed = true;
            }
        }
        changed
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}
