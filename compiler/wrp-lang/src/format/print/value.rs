//! Fields, options and values: on one line if they fit and were not broken, else one on each line.

use wrp_graph::schema::{Entry, Fields, Span, Spanned, Value};

use super::super::layout::Op;
use super::super::page::Page;
use super::STEP;
use crate::syntax::ast::HeaderOption;
use crate::syntax::escape::encode;

impl<'a> Page<'a> {
    /// `{ a: 1, b: 2 }`; on lines of their own the fields stand without commas.
    pub(super) fn fields(&mut self, fields: &'a Fields, lines: bool) {
        let broken = lines || self.breaks_behind(fields.span.start);
        self.text("{");
        let ending = if fields.entries.is_empty() { "" } else { " " };
        self.group(broken && !fields.entries.is_empty(), |page| {
            page.indented(STEP, |page| {
                for (index, entry) in fields.entries.iter().enumerate() {
                    page.op(Op::Break(if index == 0 { " " } else { ", " }));
                    page.reach(entry.key.span.start);
                    page.entry(entry);
                }
                page.comments_before(fields.span.end.saturating_sub(1));
            });
            page.op(Op::Break(ending));
            page.text("}");
        });
    }

    pub(super) fn entry(&mut self, entry: &'a Entry) {
        self.text(entry.key.it.as_str());
        self.text(": ");
        self.value(&entry.value);
    }

    pub(super) fn value(&mut self, value: &'a Spanned<Value>) {
        match &value.it {
            Value::Text(text) => self.literal(value.span, || encode(text)),
            Value::Word(word) => self.text(word.as_str()),
            Value::Int(number) => self.literal(value.span, || number.to_string()),
            // Never with an exponent, which the language does not have.
            Value::Float(number) => self.literal(value.span, || match number.fract() == 0.0 {
                true => format!("{number:.1}"),
                false => number.to_string(),
            }),
            Value::Bool(flag) => self.text(if *flag { "true" } else { "false" }),
            Value::List(items) => self.list(items, value.span),
            Value::Object(fields) => self.fields(fields, false),
        }
    }

    fn list(&mut self, items: &'a [Spanned<Value>], span: Span) {
        self.text("[");
        self.group(!items.is_empty() && self.breaks_behind(span.start), |page| {
            page.indented(STEP, |page| {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        page.text(",");
                    }
                    page.op(Op::Break(if index == 0 { "" } else { " " }));
                    page.reach(item.span.start);
                    page.value(item);
                }
                if !items.is_empty() {
                    page.op(Op::Broken(","));
                }
                page.comments_before(span.end.saturating_sub(1));
            });
            page.op(Op::Break(""));
            page.text("]");
        });
    }

    /// `(key = value …)`, without commas.
    pub(super) fn header_options(&mut self, options: &'a [HeaderOption]) {
        self.options(options, "");
    }

    /// `(key = value, …)`
    pub(super) fn model_options(&mut self, options: &'a [HeaderOption]) {
        self.options(options, ",");
    }

    fn options(&mut self, options: &'a [HeaderOption], comma: &'static str) {
        if options.is_empty() {
            return;
        }
        self.text(" (");
        self.group(false, |page| {
            page.indented(STEP, |page| {
                for (index, option) in options.iter().enumerate() {
                    if index > 0 {
                        page.text(comma);
                    }
                    page.op(Op::Break(if index == 0 { "" } else { " " }));
                    page.comments_before(option.key.span.start);
                    page.text(option.key.it.as_str());
                    page.text(" = ");
                    page.value(&option.value);
                }
            });
            page.op(Op::Break(""));
            page.text(")");
        });
    }
}
