//! A comparison as a person reads it.

use wrp_lang::diff::Verdict;

use super::{Comparison, DRAWN, said};
use crate::Console;
use crate::fleet::table::percent;
use crate::report::plural;

pub(super) fn draw(result: &Comparison, console: &mut Console<'_>) -> anyhow::Result<()> {
    let bold = console.style(anstyle::Style::new().bold());
    let dimmed = console.style(anstyle::Style::new().dimmed());
    for setting in &result.diff.settings {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        writeln!(console.out, "{}: {} -> {}", setting.what, side(&setting.old), side(&setting.new))?;
    }
    for recipe in &result.diff.recipes {
        let place = match recipe.name[1].as_str() {
            "default" => String::new(),
            name => format!("recipe {name}: "),
        };
        for (old, new) in &recipe.renamed {
            writeln!(console.out, "{place}route `{old}` is now `{new}`, and does the same")?;
        }
        for signal in &recipe.redefined {
            writeln!(console.out, "{place}signal `{signal}` is declared otherwise: compared as two signals")?;
        }
        match recipe.verdict {
            Verdict::Equal => writeln!(console.out, "{place}every request is served alike (proved)")?,
            Verdict::Different => {
                writeln!(
                    console.out,
                    "{place}{}, and no others (proved)",
                    plural(recipe.changes.len(), "change")
                )?;
            }
            Verdict::Unproved { played } => {
                let found = match recipe.changes.len() {
                    0 => "no change was found".to_owned(),
                    count => format!("{} found", plural(count, "change")),
                };
                writeln!(
                    console.out,
                    "{place}not proved: {found}, after playing {played} made-up requests too"
                )?;
            }
        }
        for change in recipe.changes.iter().take(DRAWN) {
            let differs = change.old.differs_in(&change.new).join(", ");
            let (old, new) = (said(&change.old), said(&change.new));
            writeln!(
                console.out,
                "\n  {bold}{old}{bold:#} -> {bold}{new}{bold:#}  {dimmed}{differs}{dimmed:#}"
            )?;
            writeln!(console.out, "      for example: {}", change.witness.words)?;
            if let (Some(requests), Some(traffic)) = (result.touched(change), &result.traffic) {
                let share = percent(traffic.share(requests));
                writeln!(console.out, "      {requests} of {} recorded requests, {share}", traffic.requests)?;
            }
        }
        if recipe.changes.len() > DRAWN {
            writeln!(console.out, "\n  and {} more: --format json has all", recipe.changes.len() - DRAWN)?;
        }
        for (old, new) in recipe.open.iter().take(DRAWN) {
            writeln!(console.out, "  not ruled out: {} -> {}", said(old), said(new))?;
        }
    }
    if let Some(traffic) = &result.traffic {
        for ((old, new), touched) in result.only_recorded() {
            let (requests, id) = (touched.requests, &touched.id);
            writeln!(console.out, "\n  {bold}{}{bold:#} -> {bold}{}{bold:#}", said(old), said(new))?;
            writeln!(console.out, "      only in the trace: {requests} requests, the first of them `{id}`")?;
        }
        let changed = traffic.changed();
        let share = percent(traffic.share(changed));
        writeln!(console.out, "\n{changed} of {} recorded requests change, {share}", traffic.requests)?;
    }
    Ok(())
}
