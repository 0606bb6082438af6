//! SARIF 2.1.0 in one run: what code scanning reads. The rules carry the pages of `wrpc explain`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wrp_graph::schema::Span;
use wrp_lang::diagnostic::{Fix, Level};
use wrp_lang::navigate::outline;
use wrp_lang::source::Source;

use super::{Finding, Report, href, outline_of};
use crate::Console;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn draw(report: &Report, console: &mut Console<'_>) -> anyhow::Result<()> {
    let lints: BTreeMap<_, _> =
        report.findings().map(|finding| (finding.diagnostic.lint.code, finding.diagnostic.lint)).collect();
    let rules: Vec<Value> = lints
        .values()
        .map(|lint| {
            json!({
                "id": lint.code,
                "name": lint.name,
                "shortDescription": {"text": lint.name.replace('-', " ")},
                "help": {"text": lint.page, "markdown": lint.page},
                "helpUri": href(lint),
                "defaultConfiguration": {"level": level(lint.level)},
            })
        })
        .collect();
    let index: BTreeMap<_, _> = lints.keys().enumerate().map(|(index, code)| (*code, index)).collect();
    let outlines: BTreeMap<&str, Vec<outline::Entry>> =
        report.sources.iter().map(|source| (source.name.as_str(), outline_of(source))).collect();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = report
        .findings()
        .map(|finding| {
            let print = fingerprint(&finding, &outlines[finding.source.name.as_str()]);
            let nth = seen.entry(print).and_modify(|count| *count += 1).or_insert(1);
            result(&finding, index[finding.diagnostic.lint.code], &format!("{print:016x}:{nth}"))
        })
        .collect();
    console.json_pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "wrpc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            // Our columns count characters, not UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn result(finding: &Finding<'_>, rule: usize, fingerprint: &str) -> Value {
    let diagnostic = finding.diagnostic;
    let mut text = diagnostic.message.clone();
    if let Some(witness) = &diagnostic.witness {
        text.push_str(&format!("\nFor example: {witness}"));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\nHelp: {help}"));
    }
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .enumerate()
        .map(|(id, related)| {
            json!({
                "id": id,
                "message": {"text": related.message},
                "physicalLocation": location(finding.source_of(related), related.span),
            })
        })
        .collect();
    let fixes: Vec<Value> = diagnostic.fixes.iter().map(|it| fix(finding.source, it)).collect();
    let mut result = json!({
        "ruleId": diagnostic.lint.code,
        "ruleIndex": rule,
        "level": level(diagnostic.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": location(finding.source, diagnostic.span)}],
        "relatedLocations": related,
        "partialFingerprints": {"wrpcFinding/v1": fingerprint},
    });
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    result
}

fn fix(source: &Source, fix: &Fix) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| json!({"deletedRegion": region(source, edit.span), "insertedContent": {"text": edit.text}}))
        .collect();
    json!({
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": {"uri": uri(&source.name)}, "replacements": replacements}],
    })
}

fn location(source: &Source, span: Span) -> Value {
    json!({"artifactLocation": {"uri": uri(&source.name)}, "region": region(source, span)})
}

fn region(source: &Source, span: Span) -> Value {
    let (start, end) = (source.place(span.start), source.place(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A relative reference, as SARIF wants it: forward slashes, other bytes in percent form.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(byte.into())
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

/// Stays the same while lines move: FNV-1a over what the finding says, and of which construct it says it.
fn fingerprint(finding: &Finding<'_>, outline: &[outline::Entry]) -> u64 {
    let diagnostic = finding.diagnostic;
    let construct = outline::construct(outline, diagnostic.span.start);
    let said = [diagnostic.lint.code, &finding.source.name, &construct, &diagnostic.message];
    said.iter().flat_map(|part| part.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
