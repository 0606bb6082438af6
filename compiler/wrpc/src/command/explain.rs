//! `wrpc explain`: the page of a finding, a signal, an algorithm, a plugin or a block; without a name, the list of them all.

use anstyle::Style;
use serde::Serialize;
use wrp_lang::explain::{self, Page, Section};
use wrp_lang::lint::{self, Verdict};

use super::{Exit, Format};
use crate::Console;
use crate::report::{page_of, severity};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wrpc explain WRP0001\n  wrpc explain keyword\n  wrpc explain")]
pub(crate) struct Args {
    /// A code, or the name of a finding, a signal, an algorithm, a plugin or a block; none lists them all
    name: Option<String>,
    /// Print the list of findings as Markdown: `docs/lints.md`
    #[arg(long, conflicts_with_all = ["name", "format"])]
    index: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One page that can be shown.
#[derive(Debug, Serialize)]
struct Entry {
    kind: &'static str,
    name: &'static str,
    code: Option<&'static str>,
    level: Option<&'static str>,
    verdict: Option<&'static str>,
    /// The first sentence under the title.
    summary: String,
    #[serde(skip)]
    page: &'static str,
}

pub(super) fn run(arguments: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let entries = entries();
    if arguments.index {
        return index(&entries, console);
    }
    let Some(name) = arguments.name else {
        return list(&entries, arguments.format, console);
    };
    let found: Vec<&Entry> = entries.iter().filter(|entry| entry.is_called(&name)).collect();
    if found.is_empty() {
        let known = entries.iter().flat_map(|entry| [Some(entry.name), entry.code]).flatten();
        anyhow::bail!("nothing is called `{name}`{}", super::did_you_mean(&name, known));
    }
    match arguments.format {
        Format::Json => {
            let pages: Vec<_> = found
                .iter()
                .map(|entry| serde_json::json!({"kind": entry.kind, "name": entry.name, "code": entry.code, "page": entry.page}))
                .collect();
            console.json_pretty(&serde_json::json!({"version": 1, "pages": pages}))?;
        }
        // A word may be a signal and an algorithm at once: both are shown.
        Format::Human => {
            for (nth, entry) in found.iter().enumerate() {
                if nth > 0 {
                    writeln!(console.out)?;
                }
                print_page(entry.page, console)?;
            }
        }
    }
    Ok(Exit::Fine)
}

fn entries() -> Vec<Entry> {
    explain::pages().map(Entry::of).collect()
}

impl Entry {
    fn of(page: Page) -> Entry {
        let kind = match page.section {
            Section::Signals => "signal",
            Section::Algorithms => "algorithm",
            Section::Plugins => "plugin",
            Section::Blocks => "block",
            Section::Lints => "finding",
        };
        let lint = lint::LINTS.iter().find(|lint| page.section == Section::Lints && lint.name == page.name);
        Entry {
            kind,
            name: page.name,
            code: lint.map(|lint| lint.code),
            level: lint.map(|lint| severity(lint.level)),
            verdict: lint.map(|lint| match lint.verdict {
                Verdict::Exact => "exact",
                Verdict::MayMiss => "may miss",
                Verdict::MayCryWolf => "may cry wolf",
            }),
            summary: summary(page.text),
            page: page.text,
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.name == name.replace('-', "_")
            || self.code.is_some_and(|code| code.eq_ignore_ascii_case(name))
    }
}

/// The first sentence of prose: not a title, not the line of facts under it (`error · exact`).
fn summary(page: &str) -> String {
    let mut paragraphs = page.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let prose = paragraphs.find(|it| !it.starts_with('#') && !it.contains(" · ") && !it.starts_with("```"));
    let joined = prose.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.find(". ") {
        Some(end) => joined[..=end].to_owned(),
        None => joined,
    }
}

fn list(entries: &[Entry], format: Format, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    if format == Format::Json {
        console.json_pretty(&serde_json::json!({"version": 1, "pages": entries}))?;
        return Ok(Exit::Fine);
    }
    let bold = console.style(Style::new().bold());
    let dimmed = console.style(Style::new().dimmed());
    let mut kind = "";
    for entry in entries {
        if entry.kind != kind {
            let gap = if kind.is_empty() { "" } else { "\n" };
            writeln!(console.out, "{gap}{bold}{}s{bold:#}", entry.kind)?;
            kind = entry.kind;
        }
        let code = entry.code.map(|code| format!("{code} ")).unwrap_or_default();
        let summary = shortened(&entry.summary, console.width.saturating_sub(36));
        writeln!(console.out, "  {code}{:<w$} {dimmed}{summary}{dimmed:#}", entry.name, w = 32 - code.len())?;
    }
    writeln!(console.out, "\nfor one page: wrpc explain NAME")?;
    Ok(Exit::Fine)
}

/// Every finding with its code, its level, how far it can be trusted, and its page.
fn index(entries: &[Entry], console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let out = &mut console.out;
    writeln!(out, "# Findings\n")?;
    writeln!(
        out,
        "What `wrpc check` can say. `wrpc explain CODE` prints a page; `wrpc explain --index` prints this.\n"
    )?;
    writeln!(out, "| code | name | level | verdict | what it says |\n|---|---|---|---|---|")?;
    for lint in lint::LINTS {
        let Some(entry) = entries.iter().find(|entry| entry.code == Some(lint.code)) else { continue };
        let summary = entry.summary.replace('|', "\\|");
        writeln!(
            out,
            "| {} | [`{}`](../{}) | {} | {} | {summary} |",
            lint.code,
            lint.name,
            page_of(lint),
            entry.level.unwrap_or_default(),
            entry.verdict.unwrap_or_default(),
        )?;
    }
    Ok(Exit::Fine)
}

/// At most so many characters, cut between words.
fn shortened(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let cut: String = text.chars().take(columns.saturating_sub(1)).collect();
    let whole_words = cut.rfind(' ').map_or(cut.as_str(), |at| &cut[..at]);
    format!("{whole_words}…")
}

/// The page as it is written, titles in bold and examples set off where there is colour.
fn print_page(page: &str, console: &mut Console<'_>) -> anyhow::Result<()> {
    let bold = console.style(Style::new().bold());
    let example = console.style(anstyle::AnsiColor::Cyan.on_default());
    let mut inside = false;
    for line in page.trim_end().lines() {
        let fence = line.starts_with("```");
        if fence {
            inside = !inside;
        }
        let style = match line.starts_with('#') && !inside {
            true => bold,
            false if inside || fence => example,
            false => Style::new(),
        };
        writeln!(console.out, "{style}{line}{style:#}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_summary_is_the_first_sentence_of_prose() {
        let page = "# WRP0001 `x`\n\nerror · exact\n\n## What it says\n\nThe text\nis odd. And more.\n";
        assert_eq!(super::summary(page), "The text is odd.");
    }

    #[test]
    fn a_long_summary_is_cut_between_words() {
        assert_eq!(super::shortened("one two three", 9), "one two…");
        assert_eq!(super::shortened("one two", 9), "one two");
    }
}
