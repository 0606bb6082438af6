//! One line a finding: `file:line:column: error[WRP0001] message`.

use std::io::Write;

use super::Report;

pub(super) fn draw(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    for finding in report.findings() {
        let place = finding.start();
        let diagnostic = finding.diagnostic;
        let witness =
            diagnostic.witness.as_ref().map(|it| format!(" (for example: {it})")).unwrap_or_default();
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}{}",
            finding.source.name,
            place.line,
            place.column,
            finding.severity(),
            diagnostic.lint.code,
            one_line(&diagnostic.message),
            one_line(&witness),
        )?;
    }
    writeln!(out, "{}", report.summary())?;
    Ok(())
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}
