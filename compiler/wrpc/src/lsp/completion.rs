//! What could be written at the cursor.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionResponse, CompletionTextEdit,
    Documentation, MarkupContent, MarkupKind, TextEdit,
};
use wrp_lang::navigate::complete::{Sort, Suggestion, complete};

use super::workspace::{Document, Workspace};

pub(super) fn completion(workspace: &Workspace, params: &CompletionParams) -> Option<CompletionResponse> {
    let (document, place) = workspace.place(&params.text_document_position)?;
    let known = &document.known;
    let found = complete(&known.source, place, &known.mentions);
    Some(CompletionResponse::Array(found.into_iter().map(|it| item(document, it)).collect()))
}

fn item(document: &Document, suggestion: Suggestion) -> CompletionItem {
    let markdown = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    CompletionItem {
        // The editor compares what is written with this, and quotation marks may be written already.
        filter_text: Some(suggestion.text.clone()),
        label: suggestion.label,
        kind: Some(match suggestion.sort {
            Sort::Keyword => CompletionItemKind::KEYWORD,
            Sort::Kind => CompletionItemKind::CLASS,
            Sort::Field => CompletionItemKind::FIELD,
            Sort::Word => CompletionItemKind::ENUM_MEMBER,
            Sort::Name => CompletionItemKind::VARIABLE,
        }),
        detail: (!suggestion.detail.is_empty()).then_some(suggestion.detail),
        documentation: suggestion.documentation.map(markdown),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: document.range(suggestion.span),
            new_text: suggestion.text,
        })),
        ..CompletionItem::default()
    }
}
