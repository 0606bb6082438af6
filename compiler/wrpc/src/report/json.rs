//! The form that scripts depend on: one object, version 1.

use serde::Serialize;
use wrp_graph::schema::Span;
use wrp_lang::source::Source;

use super::Report;
use crate::Console;

#[derive(Debug, Serialize)]
struct Document<'r> {
    version: u32,
    diagnostics: Vec<Entry<'r>>,
    /// With `--corpus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<&'r serde_json::Value>,
}

#[derive(Debug, Serialize)]
struct Entry<'r> {
    code: &'r str,
    name: &'r str,
    severity: &'r str,
    #[serde(flatten)]
    place: Range<'r>,
    message: &'r str,
    help: Option<&'r str>,
    witness: Option<&'r str>,
    related: Vec<Related<'r>>,
}

#[derive(Debug, Serialize)]
struct Related<'r> {
    #[serde(flatten)]
    place: Range<'r>,
    message: &'r str,
}

/// Lines and columns count from 1, columns in characters; the end lies behind the last character.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Range<'r> {
    file: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Range<'_> {
    fn of(source: &Source, span: Span) -> Range<'_> {
        let (start, end) = (source.place(span.start), source.place(span.end));
        Range {
            file: &source.name,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

pub(super) fn draw(report: &Report, console: &mut Console<'_>) -> anyhow::Result<()> {
    let diagnostics = report
        .findings()
        .map(|finding| Entry {
            code: finding.diagnostic.lint.code,
            name: finding.diagnostic.lint.name,
            severity: finding.severity(),
            place: Range::of(finding.source, finding.diagnostic.span),
            message: &finding.diagnostic.message,
            help: finding.diagnostic.help.as_deref(),
            witness: finding.diagnostic.witness.as_deref(),
            related: finding
                .diagnostic
                .related
                .iter()
                .map(|related| Related {
                    place: Range::of(finding.source_of(related), related.span),
                    message: &related.message,
                })
                .collect(),
        })
        .collect();
    console.json_pretty(&Document { version: 1, diagnostics, measured: report.measured.as_ref() })
}
