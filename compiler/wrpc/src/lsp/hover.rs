//! What stands under the cursor: the page of a kind or a finding, the sentence of a field, the declaration of a name.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use wrp_graph::schema::Span;
use wrp_lang::explain;
use wrp_lang::navigate::{self, Mention, Subject, Symbol};
use wrp_lang::syntax::ast::{Block, BlockKind};

use super::workspace::{Document, Workspace};

/// Longest declaration that is shown whole, in lines.
const MOST_LINES: usize = 24;

pub(super) fn hover(workspace: &Workspace, params: &HoverParams) -> Option<Hover> {
    let (document, place) = workspace.place(&params.text_document_position_params)?;
    let mention = navigate::at(&document.known.mentions, place);
    let subject = mention.and_then(|it| Some((it.span, about(document, it)?)));
    // A finding's page is shown with what stands there, or by itself where nothing does.
    let findings =
        document.known.diagnostics.iter().filter(|it| it.span.start <= place && place <= it.span.end);
    let pages: Vec<String> =
        findings.take(1).filter_map(|it| Some(explain::find(it.lint.code)?.text.to_owned())).collect();
    let span = subject.as_ref().map(|(span, _)| *span);
    let value =
        subject.map(|(_, text)| text).into_iter().chain(pages).collect::<Vec<_>>().join("\n\n---\n\n");
    if value.is_empty() {
        return None;
    }
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: span.map(|span| document.range(span)),
    })
}

fn about(document: &Document, mention: &Mention) -> Option<String> {
    match &mention.subject {
        Subject::Page { section, name } => Some(explain::find_in(*section, name)?.text.to_owned()),
        Subject::Field(field) => {
            let required = if field.required { " (required)" } else { "" };
            Some(format!("`{}`{required}\n\n{}", field.name, field.doc))
        }
        Subject::Name { symbol, .. } => {
            let text = declaration(document, symbol)?;
            Some(format!("{} `{}`\n\n```policy\n{text}\n```", symbol.space.describe(), symbol.name))
        }
    }
}

/// The block that declares a name, as it is written.
fn declaration(document: &Document, symbol: &Symbol) -> Option<String> {
    let mention = navigate::of(&document.known.mentions, symbol).find(|mention| mention.declares())?;
    let block = innermost(&document.known.ast.blocks, mention.span)?;
    let text = document.known.source.slice(block.span);
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    if text.lines().nth(MOST_LINES).is_some() {
        lines.push("…");
    }
    Some(lines.join("\n"))
}

fn innermost(blocks: &[Block], span: Span) -> Option<&Block> {
    let block = blocks.iter().find(|block| block.span.start <= span.start && span.end <= block.span.end)?;
    match &block.kind {
        BlockKind::Recipe(recipe) => innermost(&recipe.blocks, span).or(Some(block)),
        _ => Some(block),
    }
}
