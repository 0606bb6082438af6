//! How every construct is written.

mod block;
mod condition;
mod route;
mod value;

use super::layout::Op;
use super::page::Page;
use crate::syntax::ast::{Ast, Name};
use crate::syntax::escape::encode;

/// Columns a block's inside stands further right.
const STEP: usize = 2;

pub(super) fn with_source(ast: &Ast, source: &str) -> String {
    let mut page = Page::new(Some(source), &ast.comments);
    page.blocks(&ast.blocks);
    page.finish()
}

pub(super) fn without_source(ast: &Ast) -> String {
    let mut page = Page::new(None, &[]);
    page.blocks(&ast.blocks);
    page.finish()
}

impl<'a> Page<'a> {
    fn name(&mut self, name: &'a Name) {
        self.literal(name.span, || match name.quoted {
            true => encode(&name.text),
            false => name.text.clone(),
        });
    }

    /// Braces around what always stands on lines of its own.
    fn body(&mut self, end: u32, inside: impl FnOnce(&mut Self)) {
        self.text(" {");
        self.indented(STEP, |page| {
            inside(page);
            page.comments_before(end.saturating_sub(1));
        });
        self.op(Op::Line);
        self.text("}");
    }

    /// The start of an item of a body: on a new line, behind the comments that belong to it.
    fn start_item(&mut self, at: u32) {
        self.op(Op::Line);
        self.reach(at);
    }
}
