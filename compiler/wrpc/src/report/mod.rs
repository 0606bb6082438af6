//! Drawing what the compiler found: one file per form.

mod concise;
mod github;
mod human;
mod json;
mod junit;
mod sarif;

use clap::ValueEnum;
use wrp_lang::diagnostic::{Diagnostic, Level, Related};
use wrp_lang::lint::Lint;
use wrp_lang::navigate::outline;
use wrp_lang::source::{Place, Source};
use wrp_lang::syntax;

use crate::Console;

/// Everything found in the texts that were read.
#[derive(Debug)]
pub struct Report {
    pub sources: Vec<Source>,
    /// With the index of the text each lies in; by text, then place, then code.
    findings: Vec<(usize, Diagnostic)>,
    /// How many more there are that somebody allows.
    allowed: usize,
    /// What a corpus says beside them, for programs.
    measured: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Drawn over the text, with the way out
    #[default]
    Human,
    /// One line each, for editors and `grep`
    Concise,
    /// One JSON object, version 1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands that annotate a pull request on GitHub
    Github,
    /// JUnit XML: a test case for each file
    Junit,
}

/// A finding with its text.
#[derive(Clone, Copy, Debug)]
struct Finding<'r> {
    sources: &'r [Source],
    source: &'r Source,
    diagnostic: &'r Diagnostic,
}

impl Report {
    pub fn new(sources: Vec<Source>, mut findings: Vec<(usize, Diagnostic)>) -> Report {
        findings.sort_by(|(a_source, a), (b_source, b)| {
            let a = (a_source, a.span, a.lint.code, &a.message);
            a.cmp(&(b_source, b.span, b.lint.code, &b.message))
        });
        Report { sources, findings, allowed: 0, measured: None }
    }

    #[must_use]
    pub fn allowing(self, allowed: usize) -> Report {
        Report { allowed, ..self }
    }

    #[must_use]
    pub fn measured(self, measured: Option<serde_json::Value>) -> Report {
        Report { measured, ..self }
    }

    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|(_, diagnostic)| diagnostic.level == level).count()
    }

    /// Whether anything is at least so grave.
    pub fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|(_, diagnostic)| diagnostic.level >= level)
    }

    pub fn draw(&self, form: Form, console: &mut Console<'_>) -> anyhow::Result<()> {
        match form {
            Form::Human => human::draw(self, console),
            Form::Concise => concise::draw(self, console.out),
            Form::Json => json::draw(self, console),
            Form::Sarif => sarif::draw(self, console),
            Form::Github => github::draw(self, console.out),
            Form::Junit => junit::draw(self, console.out),
        }
    }

    fn findings(&self) -> impl Iterator<Item = Finding<'_>> {
        self.findings.iter().filter_map(|(source, diagnostic)| {
            let sources = self.sources.as_slice();
            Some(Finding { sources, source: sources.get(*source)?, diagnostic })
        })
    }

    /// `checked 3 files: 1 error, 2 warnings`
    fn summary(&self) -> String {
        let counted = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")]
            .map(|(level, word)| (self.count(level), word));
        let found: Vec<_> = counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| plural(*count, word))
            .collect();
        let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
        let allowed = if self.allowed > 0 { format!(", {} allowed", self.allowed) } else { String::new() };
        format!("checked {}: {found}{allowed}", plural(self.sources.len(), "file"))
    }
}

impl<'r> Finding<'r> {
    /// The text that a related place is in.
    fn source_of(&self, related: &Related) -> &'r Source {
        related.source.and_then(|source| self.sources.get(source)).unwrap_or(self.source)
    }

    fn start(&self) -> Place {
        self.source.place(self.diagnostic.span.start)
    }

    fn end(&self) -> Place {
        self.source.place(self.diagnostic.span.end)
    }

    fn severity(&self) -> &'static str {
        severity(self.diagnostic.level)
    }
}

/// What findings in a text are findings of (see [`outline::construct`]).
pub(crate) fn outline_of(source: &Source) -> Vec<outline::Entry> {
    outline::outline(&syntax::parse(source, &mut Vec::new()))
}

pub(crate) fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Where the page about a lint is on the web; a name for it, which opens nothing, while the project has no home there.
pub(crate) fn href(lint: &Lint) -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        "" => format!("urn:wrpc:explain:{}", lint.code),
        home => format!("{home}/blob/main/{}", page_of(lint)),
    }
}

/// Where the page about a lint lies in the project.
pub(crate) fn page_of(lint: &Lint) -> String {
    format!("compiler/wrp-lang/src/lint/{}.md", lint.name.replace('-', "_"))
}

pub(crate) fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// Text for an attribute or an element of XML; what XML cannot say at all is left out.
fn xml_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(' '),
            control if control < ' ' || control == '\u{fffe}' || control == '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
