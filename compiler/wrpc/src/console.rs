//! Where a command reads and writes: the process's streams, or a test's buffers.

use std::io::{self, IsTerminal, Read, Write};

use anstyle::{AnsiColor, Style};

/// The three streams and what may be done on them.
pub struct Console<'a> {
    pub input: &'a mut dyn Read,
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    /// Whether `out` may be coloured.
    pub colour: bool,
    /// Whether `err` may be coloured.
    pub colour_err: bool,
    /// Whether somebody is watching `err`, so that progress helps.
    pub watched: bool,
    /// Columns to draw in.
    pub width: usize,
}

impl<'a> Console<'a> {
    /// The process's own streams: coloured on a terminal, unless `NO_COLOR` is set.
    pub fn of_process(
        input: &'a mut dyn Read,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Console<'a> {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let capable = std::env::var_os("TERM").is_none_or(|value| value != "dumb");
        Console {
            input,
            out,
            err,
            colour: wanted && capable && io::stdout().is_terminal(),
            colour_err: wanted && capable && io::stderr().is_terminal(),
            watched: io::stderr().is_terminal(),
            width: 100,
        }
    }

    /// Plain buffers, as a test or a pipe sees them.
    pub fn plain(input: &'a mut dyn Read, out: &'a mut dyn Write, err: &'a mut dyn Write) -> Console<'a> {
        Console { input, out, err, colour: false, colour_err: false, watched: false, width: 100 }
    }

    /// The given style, or none where `out` takes no colour.
    pub fn style(&self, style: Style) -> Style {
        if self.colour { style } else { Style::new() }
    }

    pub fn error_style(&self) -> Style {
        if self.colour_err { AnsiColor::Red.on_default().bold() } else { Style::new() }
    }

    /// One JSON value on a line of its own.
    pub fn json(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        serde_json::to_writer(&mut *self.out, value)?;
        writeln!(self.out)?;
        Ok(())
    }

    /// One JSON value, laid out for reading.
    pub fn json_pretty(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        serde_json::to_writer_pretty(&mut *self.out, value)?;
        writeln!(self.out)?;
        Ok(())
    }
}

impl std::fmt::Debug for Console<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Console").field("colour", &self.colour).finish_non_exhaustive()
    }
}
