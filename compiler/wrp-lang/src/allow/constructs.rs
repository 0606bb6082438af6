//! What a directive can be about: blocks, lines of routes, branches and fields.

use wrp_graph::schema::{Entry, Fields, Span, Spanned, Value};

use crate::source::Source;
use crate::syntax::ast::{Ast, Block, BlockKind, Body, RouteItem, RouteItemKind};

/// Every construct of a file.
pub(super) fn all(ast: &Ast) -> Vec<Span> {
    let mut spans = Vec::new();
    ast.blocks.iter().for_each(|it| block(it, &mut spans));
    spans
}

/// The widest construct that begins where the comment points: behind something, on its own line; alone on its line, on
/// the next line that is neither empty nor a comment. Behind the end of a construct it is about that.
pub(super) fn covered(constructs: &[Span], comment: Span, source: &Source) -> Option<Span> {
    let before = &source.text[..comment.start as usize];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let alone = before[line_start..].trim().is_empty();
    let (start, end) = match alone {
        false => (line_start, comment.start as usize),
        true => next_line(&source.text, comment.end as usize),
    };
    let on_line = |at: u32| (start..end).contains(&(at as usize));
    let width = |span: &&Span| span.end - span.start;
    let begins = constructs.iter().filter(|span| on_line(span.start)).max_by_key(width);
    let ends = || constructs.iter().filter(|span| !alone && on_line(span.end.saturating_sub(1)));
    begins.or_else(|| ends().max_by_key(width)).copied()
}

/// Where the next line with something on it begins and ends.
fn next_line(text: &str, behind: usize) -> (usize, usize) {
    let mut start = behind;
    for line in text[behind..].split_inclusive('\n') {
        let written = line.trim();
        if !written.is_empty() && !written.starts_with('#') {
            break;
        }
        start += line.len();
    }
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    (start, end)
}

fn block(block: &Block, spans: &mut Vec<Span>) {
    spans.push(block.span);
    match &block.kind {
        BlockKind::Recipe(it) => it.blocks.iter().for_each(|it| self::block(it, spans)),
        BlockKind::Routing(it) | BlockKind::Entrypoint(it) | BlockKind::Budget(it) => fields(it, spans),
        BlockKind::Pool(it) | BlockKind::Workload(it) | BlockKind::Role(it) => fields(&it.fields, spans),
        BlockKind::Assert(it) => spans.extend(it.items.iter().map(|item| item.span)),
        BlockKind::Signal(it) => fields(&it.fields, spans),
        BlockKind::Projection(it) => fields(&it.fields, spans),
        BlockKind::Model(it) => fields(&it.fields, spans),
        BlockKind::Plugin(it) => fields(&it.fields, spans),
        BlockKind::Route(it) => items(&it.items, spans),
        BlockKind::Tree(it) => {
            for branch in &it.branches {
                spans.push(branch.when.span().to(branch.body.span));
                body(&branch.body, spans);
            }
            it.otherwise.iter().for_each(|it| body(it, spans));
        }
        BlockKind::Test(it) => {
            spans.extend(it.cases.iter().map(|case| case.query.span.to(case.route.span)));
        }
    }
}

fn body(body: &Body, spans: &mut Vec<Span>) {
    spans.push(body.span);
    items(&body.items, spans);
}

fn items(items: &[RouteItem], spans: &mut Vec<Span>) {
    for item in items {
        spans.push(item.span);
        match &item.kind {
            RouteItemKind::Algorithm { fields: Some(it), .. }
            | RouteItemKind::Plugin { fields: Some(it), .. }
            | RouteItemKind::Emit { fields: it, .. } => fields(it, spans),
            _ => {}
        }
    }
}

fn fields(fields: &Fields, spans: &mut Vec<Span>) {
    for Entry { key, value: written } in &fields.entries {
        spans.push(key.span.to(written.span));
        value(written, spans);
    }
}

fn value(written: &Spanned<Value>, spans: &mut Vec<Span>) {
    match &written.it {
        Value::Object(it) => {
            spans.push(written.span);
            fields(it, spans);
        }
        Value::List(items) => {
            for item in items {
                spans.push(item.span);
                value(item, spans);
            }
        }
        _ => {}
    }
}
