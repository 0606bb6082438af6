//! Workflow commands: GitHub shows each at its line of the pull request.

use std::io::Write;

use wrp_lang::diagnostic::Level;

use super::Report;

pub(super) fn draw(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    for finding in report.findings() {
        let command = match finding.diagnostic.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let (start, end) = (finding.start(), finding.end());
        let lint = finding.diagnostic.lint;
        let mut message = finding.diagnostic.message.clone();
        if let Some(witness) = &finding.diagnostic.witness {
            message.push_str(&format!("\nfor example: {witness}"));
        }
        if let Some(help) = &finding.diagnostic.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(&finding.source.name),
            start.line,
            end.line,
            start.column,
            end.column,
            property(&format!("{} {}", lint.code, lint.name)),
            data(&message),
        )?;
    }
    writeln!(out, "{}", report.summary())?;
    Ok(())
}

/// The runner reads commands by line and undoes exactly these escapes.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
