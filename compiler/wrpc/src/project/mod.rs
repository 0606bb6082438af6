//! `wrp.toml`: how grave findings are in a project, and which of them are known. Found by walking up from what is checked.
//!
//! ```toml
//! fail-level = "warning"
//! baseline = "wrp-baseline.json"
//!
//! [lints]
//! unused-model = "allow"
//!
//! [paths."drafts/"]
//! unused-signal = "allow"
//! ```

pub mod baseline;
mod read;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use wrp_lang::diagnostic::{Diagnostic, Level};
use wrp_lang::source::Source;

pub(crate) const FILE: &str = "wrp.toml";

/// One project file.
#[derive(Debug, Default)]
pub struct Project {
    /// Where the file lies; its paths are relative to this.
    pub folder: PathBuf,
    pub fail_level: Option<Level>,
    pub baseline: Option<PathBuf>,
    lints: Levels,
    /// For what lies under a path, the longest last.
    paths: Vec<(PathBuf, Levels)>,
}

/// What becomes of the findings of a lint, by its name.
type Levels = BTreeMap<String, Setting>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Allow,
    Level(Level),
}

/// The project of each of some files.
#[derive(Debug, Default)]
pub struct Projects {
    projects: Vec<Project>,
    of: Vec<Option<usize>>,
}

impl Projects {
    /// What has no file, such as the standard input, belongs to the project of the current folder.
    pub fn of(sources: &[Source]) -> anyhow::Result<Projects> {
        let mut found = Projects::default();
        for source in sources {
            let index = match Project::of(Path::new(&source.name))? {
                None => None,
                Some(project) => {
                    let known = found.projects.iter().position(|known| known.folder == project.folder);
                    Some(known.unwrap_or_else(|| {
                        found.projects.push(project);
                        found.projects.len() - 1
                    }))
                }
            };
            found.of.push(index);
        }
        Ok(found)
    }

    /// The project of the file with this index.
    pub fn get(&self, source: usize) -> Option<&Project> {
        self.projects.get((*self.of.get(source)?)?)
    }
}

impl Project {
    /// The project that a file or a folder belongs to, if it belongs to one.
    pub fn of(path: &Path) -> anyhow::Result<Option<Project>> {
        let path = std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))?;
        let Some(folder) = path.ancestors().find(|folder| folder.join(FILE).is_file()) else {
            return Ok(None);
        };
        let file = folder.join(FILE);
        let shown = file.display().to_string();
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{shown}`"))?;
        Ok(Some(read::project(&shown, &text, folder)?))
    }

    /// The finding as this project sees it; `None` where it is allowed.
    pub fn judge(&self, path: &Path, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        // What cannot be read or does not exist is no matter of opinion.
        if diagnostic.level == Level::Error && !diagnostic.lint.is_judged() {
            return Some(diagnostic);
        }
        match self.setting(path, diagnostic.lint.name) {
            Some(Setting::Allow) => None,
            Some(Setting::Level(level)) => {
                diagnostic.level = level;
                Some(diagnostic)
            }
            None => Some(diagnostic),
        }
    }

    fn setting(&self, path: &Path, lint: &str) -> Option<Setting> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let here = self.paths.iter().rev().filter(|(under, _)| path.starts_with(under));
        here.map(|(_, levels)| levels).chain([&self.lints]).find_map(|levels| levels.get(lint).copied())
    }
}
