//! A comparison for a pull request: a short table, the requests that show it folded away.

use wrp_lang::diff::Verdict;

use super::{Comparison, DRAWN, said};
use crate::Console;
use crate::fleet::table::percent;
use crate::report::plural;

pub(super) fn draw(result: &Comparison, console: &mut Console<'_>) -> anyhow::Result<()> {
    let [old, new] = &result.paths;
    writeln!(console.out, "### `{old}` → `{new}`\n")?;
    for setting in &result.diff.settings {
        let side =
            |text: &Option<String>| text.as_ref().map_or("none".to_owned(), |text| format!("`{text}`"));
        writeln!(console.out, "- {}: {} → {}", cell(&setting.what), side(&setting.old), side(&setting.new))?;
    }
    for recipe in &result.diff.recipes {
        for (old, new) in &recipe.renamed {
            writeln!(console.out, "- route `{old}` is now `{new}`, and does the same")?;
        }
        for signal in &recipe.redefined {
            writeln!(console.out, "- signal `{signal}` is declared otherwise")?;
        }
    }
    for recipe in &result.diff.recipes {
        let place = match recipe.name[1].as_str() {
            "default" => String::new(),
            name => format!("Recipe `{name}`: "),
        };
        let verdict = match recipe.verdict {
            Verdict::Equal => "every request is served alike (proved).".to_owned(),
            Verdict::Different => {
                format!("{}, and no others (proved).", plural(recipe.changes.len(), "change"))
            }
            Verdict::Unproved { played } => format!(
                "not proved; {} found, after playing {played} made-up requests too.",
                plural(recipe.changes.len(), "change")
            ),
        };
        writeln!(console.out, "\n**{place}{verdict}**")?;
        if recipe.changes.is_empty() {
            continue;
        }
        let traffic = result.traffic.is_some();
        let (head, rule) = if traffic { (" traffic |", "---:|") } else { ("", "") };
        writeln!(console.out, "\n| | was | is now | differs in |{head}\n|---:|---|---|---|{rule}")?;
        for (number, change) in recipe.changes.iter().take(DRAWN).enumerate() {
            let differs = change.old.differs_in(&change.new).join(", ");
            let (old, new) = (cell(&said(&change.old)), cell(&said(&change.new)));
            write!(console.out, "| {} | {old} | {new} | {differs} |", number + 1)?;
            if let (Some(requests), Some(traffic)) = (result.touched(change), &result.traffic) {
                write!(console.out, " {requests} ({}) |", percent(traffic.share(requests)))?;
            }
            writeln!(console.out)?;
        }
        if recipe.changes.len() > DRAWN {
            writeln!(console.out, "\nAnd {} more.", recipe.changes.len() - DRAWN)?;
        }
        writeln!(console.out, "\n<details><summary>Requests that show it</summary>\n")?;
        for (number, change) in recipe.changes.iter().take(DRAWN).enumerate() {
            writeln!(console.out, "{}. `{}`", number + 1, change.witness.words.replace('`', "'"))?;
        }
        writeln!(console.out, "\n</details>")?;
    }
    if let Some(traffic) = &result.traffic {
        let changed = traffic.changed();
        let share = percent(traffic.share(changed));
        writeln!(console.out, "\n{changed} of {} recorded requests change ({share}).", traffic.requests)?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
