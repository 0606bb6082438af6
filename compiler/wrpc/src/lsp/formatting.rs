//! The text as `wrpc fmt` would write it.

use lsp_types::{DocumentFormattingParams, TextEdit};
use wrp_lang::format::{FormatRefused, format};

use super::Refusal;
use super::workspace::Workspace;

pub(super) fn formatting(
    workspace: &Workspace,
    params: &DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let Some(document) = workspace.document(&params.text_document.uri) else { return Ok(None) };
    let source = &document.known.source;
    match format(source) {
        Ok(text) if text == source.text => Ok(Some(Vec::new())),
        Ok(new_text) => Ok(Some(vec![TextEdit { range: document.everything(), new_text }])),
        Err(FormatRefused::Syntax(_)) => Err(Refusal::failed("a text with syntax errors is not formatted")),
        Err(FormatRefused::Unfaithful) => Err(Refusal::failed("formatted, it would not mean the same")),
    }
}
