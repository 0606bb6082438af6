//! Findings drawn over the text, for people.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};
use wrp_graph::schema::Span;
use wrp_lang::diagnostic::Level;

use super::{Finding, Report};
use crate::Console;

pub(super) fn draw(report: &Report, console: &mut Console<'_>) -> anyhow::Result<()> {
    let theme = if console.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Links would put escape codes into files and snapshots.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(console.width)
        .with_context_lines(1)
        .without_cause_chain();
    for finding in report.findings() {
        let mut drawing = String::new();
        let footer = footer(&finding);
        let handler = if footer.is_empty() { handler.clone() } else { handler.clone().with_footer(footer) };
        handler.render_report(&mut drawing, &Drawn { finding })?;
        console.out.write_all(drawing.as_bytes())?;
        writeln!(console.out)?;
    }
    writeln!(console.out, "{}", report.summary())?;
    if let Some(code) = report.worst_code() {
        writeln!(console.out, "for more: wrpc explain {code}")?;
    }
    Ok(())
}

/// What cannot be drawn over the one text: the proof, and places in other files.
fn footer(finding: &Finding<'_>) -> String {
    let elsewhere =
        finding.diagnostic.related.iter().filter(|related| related.source.is_some()).map(|related| {
            let source = finding.source_of(related);
            let place = source.place(related.span.start);
            format!("{}:{}:{}: {}", source.name, place.line, place.column, related.message)
        });
    let proof = finding.diagnostic.witness.iter().map(|witness| format!("for example: {witness}"));
    elsewhere.chain(proof).collect::<Vec<_>>().join("\n")
}

impl Report {
    /// The first of the gravest: where reading on begins.
    fn worst_code(&self) -> Option<&'static str> {
        let gravest = self.findings.iter().map(|(_, diagnostic)| diagnostic.level).max()?;
        let first = self.findings.iter().find(|(_, diagnostic)| diagnostic.level == gravest)?;
        Some(first.1.lint.code)
    }
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Drawn<'r> {
    finding: Finding<'r>,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.finding.diagnostic.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let lint = self.finding.diagnostic.lint;
        Some(Box::new(format!("{} {}", lint.code, lint.name)))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.finding.diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.finding.diagnostic.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let diagnostic = self.finding.diagnostic;
        let text = (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone());
        let primary = LabeledSpan::new_primary_with_span(text, range(diagnostic.span));
        let related =
            diagnostic.related.iter().filter(|related| related.source.is_none()).map(|related| {
                LabeledSpan::new_with_span(Some(related.message.clone()), range(related.span))
            });
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

impl SourceCode for Drawn<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = self.finding.source;
        let part = source.text.as_str().read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            source.name.clone(),
            part.data(),
            *part.span(),
            part.line(),
            part.column(),
            part.line_count(),
        )))
    }
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}
