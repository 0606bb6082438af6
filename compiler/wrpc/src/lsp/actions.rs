//! The fixes of findings as actions: each by itself, and all that are safe at once.

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, TextEdit};
use wrp_lang::diagnostic::{Diagnostic, Fix};
use wrp_lang::fix::apply_safe;

use super::diagnostics::shown;
use super::rename::edit;
use super::workspace::{Document, Workspace};

pub(super) fn actions(workspace: &Workspace, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let document = workspace.document(&params.text_document.uri)?;
    let wanted = |kind: &CodeActionKind| match &params.context.only {
        // A kind stands for those below it: `source` for `source.fixAll`.
        Some(only) => {
            only.iter().any(|only| kind == only || kind.as_str().starts_with(&format!("{}.", only.as_str())))
        }
        None => true,
    };
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        actions.extend(quick_fixes(document, params));
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        actions.extend(fix_all(document));
    }
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

fn quick_fixes(document: &Document, params: &CodeActionParams) -> Vec<CodeAction> {
    let lines = document.lines();
    let (start, end) = (lines.offset(params.range.start), lines.offset(params.range.end));
    let touched = document.known.diagnostics.iter().filter(|it| it.span.start <= end && start <= it.span.end);
    let action = |diagnostic: &Diagnostic| {
        let found = shown(document, diagnostic);
        let only = diagnostic.fixes.len() == 1;
        let of_fix = move |fix: &Fix| CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![found.clone()]),
            edit: Some(edit(document, document.edits(&fix.edits))),
            is_preferred: Some(fix.safe && only),
            ..CodeAction::default()
        };
        diagnostic.fixes.iter().map(of_fix).collect::<Vec<_>>()
    };
    touched.flat_map(action).collect()
}

/// As `wrpc check --fix` would leave the text.
fn fix_all(document: &Document) -> Option<CodeAction> {
    let source = &document.known.source;
    // Making them compiles anew, and an editor asks at every move of the cursor.
    if !document.known.diagnostics.iter().any(|it| it.fixes.iter().any(|fix| fix.safe)) {
        return None;
    }
    // What the project allows is not shown, and not put right either.
    let wanted = |_: usize, it: &Diagnostic| document.known.judge(it.clone()).is_some();
    let fixed = apply_safe(std::slice::from_ref(source), &wanted);
    let new_text =
        fixed.sources.into_iter().next().map(|source| source.text).filter(|it| *it != source.text)?;
    Some(CodeAction {
        title: "fix what is certain".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(edit(document, vec![TextEdit { range: document.everything(), new_text }])),
        ..CodeAction::default()
    })
}
