//! Where the printer writes: layout, with the comments of the source put in as their places are passed.

use std::borrow::Cow;

use wrp_graph::schema::Span;

use super::layout::{Op, render};

pub(super) struct Page<'a> {
    /// The text the tree was read from, if there is one.
    source: Option<&'a str>,
    /// Those that are still to be written.
    comments: &'a [Span],
    ops: Vec<Op<'a>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(source: Option<&'a str>, comments: &'a [Span]) -> Page<'a> {
        Page { source, comments, ops: Vec::new() }
    }

    pub(super) fn finish(mut self) -> String {
        self.comments_before(u32::MAX);
        render(&self.ops)
    }

    pub(super) fn text(&mut self, text: impl Into<Cow<'a, str>>) {
        self.ops.push(Op::Text(text.into()));
    }

    /// A literal as it was written, or as it must be.
    pub(super) fn literal(&mut self, span: Span, otherwise: impl FnOnce() -> String) {
        match self.slice(span) {
            Some(written) => self.text(written),
            None => self.text(otherwise()),
        }
    }

    pub(super) fn op(&mut self, op: Op<'a>) {
        self.ops.push(op);
    }

    /// What stays together on a line if it fits.
    pub(super) fn group(&mut self, broken: bool, inside: impl FnOnce(&mut Self)) {
        self.op(Op::Open { broken });
        inside(self);
        self.op(Op::Close);
    }

    pub(super) fn indented(&mut self, by: usize, inside: impl FnOnce(&mut Self)) {
        self.op(Op::Indent(by));
        inside(self);
        self.op(Op::Dedent(by));
    }

    /// The comments that stand before a place, and the empty line before that place, if there is one.
    pub(super) fn reach(&mut self, at: u32) {
        self.comments_before(at);
        if self.blank_before(at) {
            self.op(Op::Blank);
        }
    }

    /// The comments that stand before a place, an empty line before each that had one.
    pub(super) fn comments_before(&mut self, at: u32) {
        let Some(source) = self.source else { return };
        while let Some((comment, rest)) = self.comments.split_first()
            && comment.start < at
        {
            self.comments = rest;
            let before = &source[..comment.start as usize];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let text = source[comment.start as usize..comment.end as usize].trim_end();
            if line.trim().is_empty() {
                if self.blank_before(comment.start) {
                    self.op(Op::Blank);
                }
                self.op(Op::Alone(text));
            } else {
                self.op(Op::Aside(text));
            }
        }
    }

    /// Whether an empty line stands before a place.
    pub(super) fn blank_before(&self, at: u32) -> bool {
        let Some(before) = self.source.and_then(|source| source.get(..at as usize)) else { return false };
        let text = before.trim_end();
        before[text.len()..].matches('\n').count() > 1
    }

    /// Whether the line is broken right behind a bracket.
    pub(super) fn breaks_behind(&self, bracket: u32) -> bool {
        let behind = self.source.and_then(|source| source.get(bracket as usize + 1..)).unwrap_or_default();
        behind[..behind.len() - behind.trim_start().len()].contains('\n')
    }

    /// Whether a piece of the source stands in parentheses of its own.
    pub(super) fn is_parenthesised(&self, span: Span) -> bool {
        let Some(source) = self.source else { return false };
        let opened = source[..span.start as usize].trim_end().ends_with('(');
        opened && source[span.end as usize..].trim_start().starts_with(')')
    }

    pub(super) fn slice(&self, span: Span) -> Option<&'a str> {
        self.source?.get(span.start as usize..span.end as usize)
    }
}
