//! Blocks: one empty line between them, except between those that fit on one line each and had none.

use wrp_graph::schema::Fields;

use super::super::layout::Op;
use super::super::page::Page;
use crate::syntax::ast::{Assert, AssertItemKind, Block, BlockKind, Named, Recipe, Test};
use crate::syntax::escape::encode;

impl<'a> Page<'a> {
    pub(super) fn blocks(&mut self, blocks: &'a [Block]) {
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                self.op(Op::Apart);
            } else {
                self.op(Op::Line);
            }
            self.reach(block.span.start);
            self.group(false, |page| page.block(block));
        }
    }

    fn block(&mut self, block: &'a Block) {
        let end = block.span.end;
        match &block.kind {
            BlockKind::Routing(fields) => {
                self.text("ROUTING");
                self.block_fields(fields);
            }
            BlockKind::Entrypoint(fields) => {
                self.text("ENTRYPOINT");
                self.block_fields(fields);
            }
            BlockKind::Recipe(recipe) => self.recipe(recipe, end),
            BlockKind::Signal(signal) => {
                self.text("SIGNAL ");
                self.text(signal.kind.it.as_str());
                self.text(" ");
                self.name(&signal.name);
                self.block_fields(&signal.fields);
            }
            BlockKind::Projection(projection) => {
                self.text("PROJECTION ");
                self.text(projection.kind.it.as_str());
                self.text(" ");
                self.name(&projection.name);
                self.block_fields(&projection.fields);
            }
            BlockKind::Route(route) => self.route(route, end),
            BlockKind::Tree(tree) => self.tree(tree, end),
            BlockKind::Model(model) => {
                self.text("MODEL ");
                self.name(&model.name);
                self.block_fields(&model.fields);
            }
            BlockKind::Pool(pool) => self.named("POOL ", pool),
            BlockKind::Workload(workload) => self.named("WORKLOAD ", workload),
            BlockKind::Role(role) => self.named("ROLE ", role),
            BlockKind::Assert(assert) => self.assert(assert, end),
            BlockKind::Budget(fields) => {
                self.text("BUDGET");
                self.block_fields(fields);
            }
            BlockKind::Plugin(plugin) => {
                self.text("PLUGIN ");
                self.name(&plugin.name);
                self.text(" ");
                self.text(plugin.kind.it.as_str());
                self.block_fields(&plugin.fields);
            }
            BlockKind::Test(test) => self.test(test, end),
        }
    }

    /// The fields of a block, which stand on one line only if they were written so.
    fn block_fields(&mut self, fields: &'a Fields) {
        self.text(" ");
        let lines = self.slice(fields.span).is_none() && !fields.entries.is_empty();
        self.fields(fields, lines);
    }

    fn recipe(&mut self, recipe: &'a Recipe, end: u32) {
        self.text("RECIPE ");
        self.name(&recipe.name);
        self.header_options(&recipe.options);
        self.body(end, |page| page.blocks(&recipe.blocks));
    }

    fn named(&mut self, keyword: &'static str, block: &'a Named) {
        self.text(keyword);
        self.name(&block.name);
        self.block_fields(&block.fields);
    }

    fn assert(&mut self, assert: &'a Assert, end: u32) {
        self.text("ASSERT ");
        self.name(&assert.name);
        self.body(end, |page| {
            for item in &assert.items {
                page.start_item(item.span.start);
                match &item.kind {
                    AssertItemKind::Description(text) => {
                        page.text("DESCRIPTION ");
                        page.literal(text.span, || encode(&text.it));
                    }
                    AssertItemKind::When(condition) => {
                        page.text("WHEN ");
                        page.condition(condition);
                    }
                    AssertItemKind::Require(requirement) => {
                        page.text("REQUIRE ");
                        page.requirement(requirement);
                    }
                }
            }
        });
    }

    fn test(&mut self, test: &'a Test, end: u32) {
        self.text("TEST ");
        self.name(&test.name);
        self.body(end, |page| {
            for case in &test.cases {
                page.start_item(case.query.span.start);
                page.literal(case.query.span, || encode(&case.query.it));
                page.text(" -> ");
                page.name(&case.route);
            }
        });
    }
}
