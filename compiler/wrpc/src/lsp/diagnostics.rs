//! What the compiler found, as the editor shows it: with the page to read, the places that explain it, and its fixes.

use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    PublishDiagnosticsParams, Uri,
};
use serde_json::json;
use wrp_lang::diagnostic::{Diagnostic, Level};

use super::workspace::{Document, Workspace};
use crate::report;

/// For every text that has changed since the editor was told last.
pub(super) fn due(workspace: &mut Workspace) -> Vec<PublishDiagnosticsParams> {
    let of = |document: &Document| PublishDiagnosticsParams {
        uri: document.uri.clone(),
        diagnostics: document.known.diagnostics.iter().map(|it| shown(document, it)).collect(),
        version: Some(document.version()),
    };
    workspace.untold().map(of).collect()
}

/// For a text that is no longer open.
pub(super) fn nothing(uri: Uri) -> PublishDiagnosticsParams {
    PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None }
}

pub(super) fn shown(document: &Document, diagnostic: &Diagnostic) -> lsp_types::Diagnostic {
    let lines = document.lines();
    let mut message = diagnostic.message.clone();
    for (word, more) in [("for example", &diagnostic.witness), ("help", &diagnostic.help)] {
        if let Some(more) = more {
            message.push_str(&format!("\n{word}: {more}"));
        }
    }
    let related = diagnostic.related.iter().map(|related| DiagnosticRelatedInformation {
        location: Location { uri: document.uri.clone(), range: lines.range(related.span) },
        message: related.message.clone(),
    });
    let fixes = diagnostic.fixes.iter().map(|fix| {
        let edits = document.edits(&fix.edits);
        json!({"title": fix.title, "safe": fix.safe, "edits": edits})
    });
    lsp_types::Diagnostic {
        range: lines.range(diagnostic.span),
        severity: Some(match diagnostic.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(diagnostic.lint.code.to_owned())),
        code_description: report::href(diagnostic.lint).parse().ok().map(|href| CodeDescription { href }),
        source: Some("wrpc".to_owned()),
        message,
        related_information: Some(related.collect()),
        tags: None,
        data: Some(json!({"name": diagnostic.lint.name, "fixes": fixes.collect::<Vec<_>>()})),
    }
}
