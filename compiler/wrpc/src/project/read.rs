//! Reading `wrp.toml`: every key has its place, and an unknown one is an error.

use std::path::Path;

use anyhow::bail;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wrp_lang::diagnostic::Level;
use wrp_lang::lint::LINTS;
use wrp_lang::source::Source;

use super::{Levels, Project, Setting};
use crate::command::did_you_mean;

const KEYS: [&str; 4] = ["fail-level", "baseline", "lints", "paths"];
const SETTINGS: [&str; 4] = ["allow", "note", "warning", "error"];

type Key<'t> = Spanned<std::borrow::Cow<'t, str>>;

pub(super) fn project(name: &str, text: &str, folder: &Path) -> anyhow::Result<Project> {
    let reader = Reader { source: Source::new(name, text) };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => bail!(reader.at(error.span().map_or(0, |span| span.start), error.message())),
    };
    let mut project = Project { folder: folder.to_owned(), ..Project::default() };
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "fail-level" => {
                project.fail_level = Some(match reader.text(key, value)? {
                    "error" => Level::Error,
                    "warning" => Level::Warning,
                    other => bail!(reader.unknown(value.span().start, "level", other, &["error", "warning"])),
                });
            }
            "baseline" => project.baseline = Some(folder.join(reader.text(key, value)?)),
            "lints" => project.lints = reader.levels(key, value)?,
            "paths" => {
                for (path, value) in reader.table(key, value)? {
                    project.paths.push((folder.join(path.get_ref().as_ref()), reader.levels(path, value)?));
                }
            }
            other => bail!(reader.unknown(key.span().start, "key", other, &KEYS)),
        }
    }
    project.paths.sort_by_key(|(path, _)| path.components().count());
    Ok(project)
}

struct Reader {
    source: Source,
}

impl Reader {
    fn levels(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> anyhow::Result<Levels> {
        let mut levels = Levels::new();
        for (name, value) in self.table(key, value)? {
            let lint = name.get_ref().as_ref();
            if LINTS.iter().all(|known| known.name != lint) {
                let known: Vec<&str> = LINTS.iter().map(|known| known.name).collect();
                bail!(self.unknown(name.span().start, "lint", lint, &known));
            }
            let setting = match self.text(name, value)? {
                "allow" => Setting::Allow,
                "note" => Setting::Level(Level::Note),
                "warning" => Setting::Level(Level::Warning),
                "error" => Setting::Level(Level::Error),
                other => bail!(self.unknown(value.span().start, "level", other, &SETTINGS)),
            };
            levels.insert(lint.to_owned(), setting);
        }
        Ok(levels)
    }

    fn table<'v, 't>(
        &self,
        key: &Key<'t>,
        value: &'v Spanned<DeValue<'t>>,
    ) -> anyhow::Result<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => bail!(self.at(value.span().start, &format!("`{}` is a table", key.get_ref()))),
        }
    }

    fn text<'v>(&self, key: &Key<'_>, value: &'v Spanned<DeValue<'_>>) -> anyhow::Result<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.as_ref()),
            _ => bail!(self.at(value.span().start, &format!("`{}` is a string", key.get_ref()))),
        }
    }

    fn unknown(&self, at: usize, what: &str, name: &str, known: &[&str]) -> String {
        let meant = match did_you_mean(name, known.iter().copied()) {
            near if near.is_empty() && known.len() <= 4 => format!("; use one of `{}`", known.join("`, `")),
            near => near,
        };
        self.at(at, &format!("there is no {what} `{name}`{meant}"))
    }

    fn at(&self, at: usize, message: &str) -> String {
        let place = self.source.place(at as u32);
        format!("{}:{}:{}: {message}", self.source.name, place.line, place.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        let table = [
            (
                "fail_level = \"error\"",
                "wrp.toml:1:1: there is no key `fail_level`; did you mean `fail-level`?",
            ),
            (
                "fail-level = \"fatal\"",
                "wrp.toml:1:14: there is no level `fatal`; use one of `error`, `warning`",
            ),
            ("\nbaseline = 3", "wrp.toml:2:12: `baseline` is a string"),
            ("lints = 1", "wrp.toml:1:9: `lints` is a table"),
            (
                "[lints]\nunused-sginal = \"allow\"",
                "wrp.toml:2:1: there is no lint `unused-sginal`; did you mean `unused-signal`?",
            ),
            (
                "[lints]\nunused-signal = \"alow\"",
                "wrp.toml:2:17: there is no level `alow`; did you mean `allow`?",
            ),
            ("[paths.\"é/\"]\nnonsense-here = \"allow\"", "wrp.toml:2:1: there is no lint `nonsense-here`"),
        ];
        for (text, expected) in table {
            let refused = project("wrp.toml", text, Path::new("/p")).expect_err(text);
            assert_eq!(refused.to_string(), expected);
        }
        let broken = project("wrp.toml", "a = [", Path::new("/p")).expect_err("it is not TOML");
        assert!(broken.to_string().starts_with("wrp.toml:1:"), "{broken}");
    }

    #[test]
    fn the_longest_path_decides() {
        let text = "[lints]\nunused-signal = \"error\"\n[paths.\"drafts/old\"]\nunused-signal = \"note\"\n\
                    [paths.\"drafts/\"]\nunused-signal = \"allow\"\n";
        let project = project("wrp.toml", text, Path::new("/p")).expect("it is fine");
        let table = [
            ("/p/a.wrp", Some(Setting::Level(Level::Error))),
            ("/p/drafts/a.wrp", Some(Setting::Allow)),
            ("/p/drafts/old/a.wrp", Some(Setting::Level(Level::Note))),
            ("/p/draftsman.wrp", Some(Setting::Level(Level::Error))),
        ];
        for (path, expected) in table {
            assert_eq!(project.setting(Path::new(path), "unused-signal"), expected, "{path}");
        }
    }
}
