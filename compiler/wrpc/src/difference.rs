//! What would change in a file, as a unified diff.

use anstyle::{AnsiColor, Style};
use similar::TextDiff;
use wrp_lang::source::Source;

use crate::Console;

pub(crate) fn show(source: &Source, text: &str, console: &mut Console<'_>) -> anyhow::Result<()> {
    let difference = TextDiff::from_lines(source.text.as_str(), text);
    let drawn = difference.unified_diff().header(&source.name, &source.name).to_string();
    let (red, green) = (AnsiColor::Red.on_default(), AnsiColor::Green.on_default());
    for line in drawn.lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => console.style(red),
            Some(b'+') => console.style(green),
            _ => Style::new(),
        };
        writeln!(console.out, "{style}{line}{style:#}")?;
    }
    Ok(())
}
