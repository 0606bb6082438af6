//! One scope, the top level or a recipe: its signals, projections, routes and tests.

use wrp_graph::schema::{Field, Shape, Spanned};

use super::findings::Findings;
use super::model::Catalogue;
use super::plugin::Templates;
use super::routing::{self, Routing};
use super::{govern, options, projection, route, signal, strategy, tree};
use crate::lint;
use crate::policy::{Recipe, Strategy, TestCase};
use crate::syntax::ast::{self, Block, BlockKind};

/// The name of the scope that stands at top level.
pub(super) const TOP_LEVEL: &str = "default";

pub(crate) const OPTIONS: &[Field] = &[
    Field { name: "description", shape: Shape::Text, required: false, doc: "What the recipe is for." },
    Field {
        name: "strategy",
        shape: Shape::Word(&["priority", "confidence"]),
        required: false,
        doc: "As in its ROUTING block, which counts if both are given.",
    },
];

pub(super) fn resolve_recipe(
    written: &ast::Recipe,
    top: &Routing,
    catalogue: &mut Catalogue,
    findings: &mut Findings,
) -> Recipe {
    let blocks: Vec<&Block> = written.blocks.iter().collect();
    let name = Spanned { it: "RECIPE".to_owned(), span: written.name.span };
    let fields = options::fields(&written.options);
    findings.check_fields_firmly(&fields, OPTIONS, &name);
    let own = routing::of_recipe(&blocks, findings);
    let routing = Routing {
        strategy: own.strategy.or(fields.text("strategy").and_then(strategy)),
        embedding_top_k: own.embedding_top_k.or(top.embedding_top_k),
        ..Routing::default()
    };
    let recipe = resolve(&written.name.text, &blocks, &routing, catalogue, findings);
    let description = fields.text("description").map(str::to_owned);
    Recipe { span: written.name.span, description, ..recipe }
}

pub(super) fn resolve(
    name: &str,
    blocks: &[&Block],
    routing: &Routing,
    catalogue: &mut Catalogue,
    findings: &mut Findings,
) -> Recipe {
    let signals = signal::resolve(blocks, findings);
    let mut templates = Templates::declared(blocks, findings);
    let mut recipe = Recipe {
        name: name.to_owned(),
        strategy: routing.strategy.unwrap_or(Strategy::Priority),
        embedding_top_k: routing.embedding_top_k.unwrap_or(1),
        ..Recipe::default()
    };
    recipe.signals = signals.known;
    projection::resolve(blocks, &mut recipe, findings);

    let mut trees = 0;
    for block in blocks {
        match &block.kind {
            BlockKind::Route(written) => {
                let route = route::resolve(written, block.span, &mut templates, catalogue, findings);
                recipe.routes.push(route);
            }
            BlockKind::Tree(written) => {
                tree::resolve(written, trees, &mut recipe.routes, &mut templates, catalogue, findings);
                trees += 1;
            }
            BlockKind::Test(written) => {
                recipe.tests.extend(written.cases.iter().map(|case| test_case(written, case)));
            }
            BlockKind::Assert(written) => {
                recipe.assertions.push(govern::assertion(written, block.span, findings));
            }
            _ => {}
        }
    }
    templates.report_unused(findings);
    lint::mixed_tree::check(blocks, findings);
    lint::duplicate_name::check_scope(&recipe, findings);
    lint::undeclared_signal::check(&recipe, &signals.unknown, findings);
    lint::too_many::check_scope(&recipe, findings);
    recipe
}

fn test_case(block: &ast::Test, case: &ast::TestCase) -> TestCase {
    TestCase {
        block: block.name.text.clone(),
        query: case.query.clone(),
        route: Spanned { it: case.route.text.clone(), span: case.route.span },
    }
}
