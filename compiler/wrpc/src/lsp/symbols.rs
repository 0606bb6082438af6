//! The file at a glance.

use lsp_types::{DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolKind};
use wrp_lang::navigate::outline::{Entry, Sort, outline};

use super::encoding::Lines;
use super::workspace::Workspace;

pub(super) fn symbols(
    workspace: &Workspace,
    params: &DocumentSymbolParams,
) -> Option<DocumentSymbolResponse> {
    let document = workspace.document(&params.text_document.uri)?;
    let lines = document.lines();
    let entries = outline(&document.known.ast);
    Some(DocumentSymbolResponse::Nested(entries.into_iter().map(|it| symbol(&lines, it)).collect()))
}

#[expect(deprecated, reason = "the protocol's type still has the field, and it must be filled")]
fn symbol(lines: &Lines<'_>, entry: Entry) -> DocumentSymbol {
    DocumentSymbol {
        name: entry.name,
        detail: Some(entry.detail),
        kind: match entry.sort {
            Sort::Settings => SymbolKind::OBJECT,
            Sort::Recipe => SymbolKind::NAMESPACE,
            Sort::Signal => SymbolKind::EVENT,
            Sort::Projection => SymbolKind::OPERATOR,
            Sort::Route => SymbolKind::FUNCTION,
            Sort::Model => SymbolKind::CLASS,
            Sort::Plugin => SymbolKind::MODULE,
            Sort::Test => SymbolKind::METHOD,
        },
        tags: None,
        deprecated: None,
        range: lines.range(entry.span),
        selection_range: lines.range(entry.name_span),
        children: Some(entry.children.into_iter().map(|it| symbol(lines, it)).collect()),
    }
}
