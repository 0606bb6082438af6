//! Routes and trees: one line for each item.

use wrp_graph::schema::Fields;

use super::super::layout::Op;
use super::super::page::Page;
use crate::syntax::ast::{Body, For, ForSource, ModelRef, Route, RouteItem, RouteItemKind, Tree};
use crate::syntax::escape::encode;

impl<'a> Page<'a> {
    pub(super) fn route(&mut self, route: &'a Route, end: u32) {
        self.text("ROUTE ");
        self.name(&route.name);
        self.header_options(&route.options);
        self.body(end, |page| page.items(&route.items));
    }

    pub(super) fn tree(&mut self, tree: &'a Tree, end: u32) {
        self.text("DECISION_TREE ");
        self.name(&tree.name);
        self.body(end, |page| {
            for (index, branch) in tree.branches.iter().enumerate() {
                page.op(Op::Line);
                page.comments_before(branch.when.span().start);
                page.text(if index == 0 { "IF " } else { "ELSE IF " });
                page.condition(&branch.when);
                page.branch(&branch.body);
            }
            if let Some(body) = &tree.otherwise {
                page.op(Op::Line);
                page.comments_before(body.span.start);
                page.text("ELSE");
                page.branch(body);
            }
        });
    }

    fn branch(&mut self, body: &'a Body) {
        self.body(body.span.end, |page| page.items(&body.items));
    }

    fn items(&mut self, items: &'a [RouteItem]) {
        for item in items {
            self.start_item(item.span.start);
            self.item(item);
        }
    }

    fn item(&mut self, item: &'a RouteItem) {
        match &item.kind {
            RouteItemKind::Name(name) => {
                self.text("NAME ");
                self.name(name);
            }
            RouteItemKind::Description(text) => {
                self.text("DESCRIPTION ");
                self.literal(text.span, || encode(&text.it));
            }
            RouteItemKind::Priority(number) => {
                self.text("PRIORITY ");
                self.literal(number.span, || number.it.to_string());
            }
            RouteItemKind::Tier(number) => {
                self.text("TIER ");
                self.literal(number.span, || number.it.to_string());
            }
            RouteItemKind::When(condition) => {
                self.text("WHEN ");
                self.condition(condition);
            }
            RouteItemKind::OnUnknown(word) => {
                self.text("ON_UNKNOWN ");
                self.text(word.it.as_str());
            }
            RouteItemKind::Models(models) => self.model_line(models),
            RouteItemKind::Algorithm { kind, fields } => {
                self.text("ALGORITHM ");
                self.text(kind.it.as_str());
                self.optional_fields(fields.as_ref());
            }
            RouteItemKind::Plugin { name, fields } => {
                self.text("PLUGIN ");
                self.name(name);
                self.optional_fields(fields.as_ref());
            }
            RouteItemKind::For(it) => self.for_each(it, item.span.end),
            RouteItemKind::Emit { kind, fields } => {
                self.text("EMIT ");
                self.text(kind.it.as_str());
                self.optional_fields(Some(fields));
            }
        }
    }

    fn optional_fields(&mut self, fields: Option<&'a Fields>) {
        if let Some(fields) = fields {
            self.text(" ");
            self.fields(fields, false);
        }
    }

    fn for_each(&mut self, it: &'a For, end: u32) {
        self.text("FOR ");
        self.text(it.variable.it.as_str());
        self.text(" IN ");
        match &it.source {
            ForSource::Named(name) => self.name(name),
            ForSource::Listed(models) => {
                self.text("[");
                self.models(models);
                self.text("]");
            }
        }
        self.body(end, |page| {
            if let Some(first) = it.models.first() {
                page.op(Op::Line);
                page.comments_before(first.name.span.start);
                page.model_line(&it.models);
            }
        });
    }

    /// `MODEL a, b`: on one line if they fit and were written so, else under each other.
    fn model_line(&mut self, models: &'a [ModelRef]) {
        self.text("MODEL ");
        self.op(Op::Indent("MODEL ".len()));
        self.models(models);
        self.op(Op::Dedent("MODEL ".len()));
    }

    fn models(&mut self, models: &'a [ModelRef]) {
        let separate = models.windows(2).any(|pair| self.breaks_between(&pair[0], &pair[1]));
        self.group(separate, |page| {
            for (index, model) in models.iter().enumerate() {
                if index > 0 {
                    page.text(",");
                    page.op(Op::Break(" "));
                }
                page.comments_before(model.name.span.start);
                page.name(&model.name);
                page.model_options(&model.options);
            }
        });
    }

    /// Whether two models were written on lines of their own.
    fn breaks_between(&self, one: &ModelRef, next: &ModelRef) -> bool {
        let between = wrp_graph::schema::Span { start: one.name.span.end, end: next.name.span.start };
        self.slice(between).is_some_and(|text| text.contains('\n'))
    }
}
