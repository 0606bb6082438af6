//! Tables for people: columns as wide as what is in them, numbers to the right.

use crate::Console;

pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: impl IntoIterator<Item = &'static str>) -> Table {
        Table { head: head.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The first column to the left, all others to the right.
    pub(crate) fn draw(&self, console: &mut Console<'_>) -> anyhow::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([self.head[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded = cells.zip(&widths).enumerate().map(|(nth, (cell, width))| match nth {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let bold = console.style(anstyle::Style::new().bold());
        writeln!(console.out, "{bold}{}{bold:#}", line(&mut self.head.iter().copied()))?;
        for row in &self.rows {
            writeln!(console.out, "{}", line(&mut row.iter().map(String::as_str)))?;
        }
        Ok(())
    }
}

/// Milliseconds of seconds; `∞` where there is no end.
pub(crate) fn ms(seconds: f64) -> String {
    if seconds.is_finite() { format!("{:.1} ms", seconds * 1e3) } else { "∞".to_owned() }
}

/// Thousands of dollars a year, of dollars an hour.
pub(crate) fn per_year(price_per_hour: f64) -> String {
    format!("${:.1}K", price_per_hour * 8.76)
}

pub(crate) fn percent(share: f64) -> String {
    // A sum of nothing is -0.
    format!("{:.1} %", share * 100.0 + 0.0)
}

pub(crate) fn yes(is: bool) -> String {
    if is { "yes".to_owned() } else { "no".to_owned() }
}
