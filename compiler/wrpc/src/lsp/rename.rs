//! Another name, wherever the old one stands.

use std::collections::HashMap;

use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};
use wrp_lang::navigate::{self, Mention, rename as navigate_rename};

use super::Refusal;
use super::workspace::{Document, Workspace};

/// The name that would be changed; none where there is no name, or one that nothing declares.
pub(super) fn prepare(
    workspace: &Workspace,
    params: &TextDocumentPositionParams,
) -> Option<PrepareRenameResponse> {
    let (document, mention) = name(workspace, params)?;
    let symbol = mention.symbol()?;
    navigate::of(&document.known.mentions, symbol).find(|it| it.declares())?;
    let range = document.range(mention.span);
    Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: symbol.name.clone() })
}

pub(super) fn rename(workspace: &Workspace, params: &RenameParams) -> Result<WorkspaceEdit, Refusal> {
    let nothing = || Refusal::failed("this is not a name that the policy gives");
    let (document, mention) = name(workspace, &params.text_document_position).ok_or_else(nothing)?;
    let symbol = mention.symbol().ok_or_else(nothing)?;
    let edits = navigate_rename::rename(&document.known.mentions, symbol, &params.new_name)
        .map_err(|refused| Refusal::failed(refused.to_string()))?;
    Ok(edit(document, document.edits(&edits)))
}

/// Changes of one text.
#[expect(clippy::mutable_key_type, reason = "the protocol's own type; nothing changes a key")]
pub(super) fn edit(document: &Document, edits: Vec<lsp_types::TextEdit>) -> WorkspaceEdit {
    let changes = HashMap::from([(document.uri.clone(), edits)]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn name<'w>(
    workspace: &'w Workspace,
    params: &TextDocumentPositionParams,
) -> Option<(&'w Document, &'w Mention)> {
    let (document, place) = workspace.place(params)?;
    Some((document, navigate::at(&document.known.mentions, place)?))
}
