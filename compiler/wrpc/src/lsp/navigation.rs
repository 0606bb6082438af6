//! From a use to the declaration, and from a name to everything that mentions it.

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams,
    GotoDefinitionResponse, Location, ReferenceParams, TextDocumentPositionParams,
};
use wrp_lang::navigate::{self, Mention};

use super::workspace::{Document, Workspace};

pub(super) fn definition(
    workspace: &Workspace,
    params: &GotoDefinitionParams,
) -> Option<GotoDefinitionResponse> {
    let (document, found) = mentions(workspace, &params.text_document_position_params)?;
    let declared = found.into_iter().filter(|mention| mention.declares());
    Some(GotoDefinitionResponse::Array(declared.map(|it| location(document, it)).collect()))
}

pub(super) fn references(workspace: &Workspace, params: &ReferenceParams) -> Option<Vec<Location>> {
    let (document, found) = mentions(workspace, &params.text_document_position)?;
    let wanted = found.into_iter().filter(|it| params.context.include_declaration || !it.declares());
    Some(wanted.map(|it| location(document, it)).collect())
}

pub(super) fn highlights(
    workspace: &Workspace,
    params: &DocumentHighlightParams,
) -> Option<Vec<DocumentHighlight>> {
    let (document, found) = mentions(workspace, &params.text_document_position_params)?;
    let highlight = |mention: &Mention| DocumentHighlight {
        range: document.range(mention.span),
        kind: Some(match mention.declares() {
            true => DocumentHighlightKind::WRITE,
            false => DocumentHighlightKind::READ,
        }),
    };
    Some(found.into_iter().map(highlight).collect())
}

/// Every mention of the name at a place.
fn mentions<'w>(
    workspace: &'w Workspace,
    params: &TextDocumentPositionParams,
) -> Option<(&'w Document, Vec<&'w Mention>)> {
    let (document, place) = workspace.place(params)?;
    let all = &document.known.mentions;
    let symbol = navigate::at(all, place)?.symbol()?;
    Some((document, navigate::of(all, symbol).collect()))
}

fn location(document: &Document, mention: &Mention) -> Location {
    Location { uri: document.uri.clone(), range: document.range(mention.span) }
}
