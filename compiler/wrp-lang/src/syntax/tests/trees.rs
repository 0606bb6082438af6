//! Any tree at all: what is printed without a source reads back as the same tree.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wrp_graph::schema::{Entry, Fields, Span, Spanned, Value};

use super::read;
use crate::format::print;
use crate::syntax::ast::{
    Assert, AssertItem, AssertItemKind, Ast, Block, BlockKind, Body, Branch, Comparison, Expr, For,
    ForSource, HeaderOption, Leaf, Model, ModelRef, Name, Named, Operator, PluginTemplate, Projection,
    Recipe, Route, RouteItem, RouteItemKind, Signal, Test, TestCase, Tree,
};

const NOWHERE: Span = Span { start: 0, end: 0 };

fn spanned<T>(it: T) -> Spanned<T> {
    Spanned { it, span: NOWHERE }
}

/// An identifier; keywords are fine, since they are not reserved where one is wanted.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_][A-Za-z0-9_./-]{0,8}",
        prop::sample::select(vec!["SIGNAL", "IF", "x"]).prop_map(str::to_owned)
    ]
    .prop_filter("a bare true or false is a flag", |word| word != "true" && word != "false")
}

/// A name that no line of a route begins with: where models are listed, those would be in doubt.
fn name() -> impl Strategy<Value = Name> {
    let bare = "[a-z_][A-Za-z0-9_./-]{0,8}".prop_map(|text| Name { text, quoted: false, span: NOWHERE });
    let quoted = any::<String>().prop_map(|text| Name { text, quoted: true, span: NOWHERE });
    prop_oneof![bare, quoted]
}

fn text() -> impl Strategy<Value = Spanned<String>> {
    any::<String>().prop_map(spanned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::Text),
        word().prop_map(Value::Word),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("numbers are finite", |it| it.is_finite()).prop_map(Value::Float),
        any::<bool>().prop_map(Value::Bool),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let list = vec(inner.clone().prop_map(spanned), 0..4).prop_map(Value::List);
        let object = vec((word(), inner), 0..4).prop_map(|entries| Value::Object(braces(entries)));
        prop_oneof![list, object]
    })
}

fn braces(entries: Vec<(String, Value)>) -> Fields {
    let entry = |(key, value)| Entry { key: spanned(key), value: spanned(value) };
    Fields { entries: entries.into_iter().map(entry).collect(), span: NOWHERE }
}

fn fields() -> impl Strategy<Value = Fields> {
    vec((word(), value()), 0..4).prop_map(braces)
}

fn options() -> impl Strategy<Value = Vec<HeaderOption>> {
    let option =
        (word(), value()).prop_map(|(key, value)| HeaderOption { key: spanned(key), value: spanned(value) });
    vec(option, 0..3)
}

fn condition() -> impl Strategy<Value = Expr> {
    let leaf = ("[a-z_]{1,8}", name(), vec((word(), value()), 0..3)).prop_map(|(kind, name, arguments)| {
        let arguments = braces(arguments).entries;
        Leaf { kind: spanned(kind), name, arguments, span: NOWHERE }
    });
    expression(leaf)
}

fn requirement() -> impl Strategy<Value = Expr<Comparison>> {
    let operator = prop::sample::select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::AtMost,
        Operator::Greater,
        Operator::AtLeast,
        Operator::In,
        Operator::Has,
    ]);
    let comparison = ("[a-z_][a-z_.]{0,8}", operator, value()).prop_map(|(attribute, operator, value)| {
        let (attribute, operator, value) = (spanned(attribute), spanned(operator), spanned(value));
        Comparison { attribute, operator, value, span: NOWHERE }
    });
    expression(comparison)
}

fn expression<T: Clone + std::fmt::Debug + 'static>(
    test: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Expr<T>> {
    test.prop_map(Expr::Leaf).prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|operands| Expr::And(operands, NOWHERE)),
            vec(inner.clone(), 2..4).prop_map(|operands| Expr::Or(operands, NOWHERE)),
            inner.prop_map(|operand| Expr::Not(Box::new(operand), NOWHERE)),
        ]
    })
}

fn models() -> impl Strategy<Value = Vec<ModelRef>> {
    vec((name(), options()).prop_map(|(name, options)| ModelRef { name, options }), 1..4)
}

fn branch_item() -> impl Strategy<Value = RouteItem> {
    let for_each = (
        word(),
        prop_oneof![name().prop_map(ForSource::Named), models().prop_map(ForSource::Listed)],
        models(),
    )
        .prop_map(|(variable, source, models)| {
            RouteItemKind::For(For { variable: spanned(variable), source, models })
        });
    prop_oneof![
        text().prop_map(RouteItemKind::Description),
        any::<i64>().prop_map(|it| RouteItemKind::Tier(spanned(it))),
        prop::sample::select(vec!["skip", "match", "deny"])
            .prop_map(|it| RouteItemKind::OnUnknown(spanned(it.to_owned()))),
        models().prop_map(RouteItemKind::Models),
        (word(), option::of(fields()))
            .prop_map(|(kind, fields)| RouteItemKind::Algorithm { kind: spanned(kind), fields }),
        (name(), option::of(fields())).prop_map(|(name, fields)| RouteItemKind::Plugin { name, fields }),
        for_each,
        (word(), fields()).prop_map(|(kind, fields)| RouteItemKind::Emit { kind: spanned(kind), fields }),
    ]
    .prop_map(|kind| RouteItem { span: NOWHERE, kind })
}

fn route_item() -> impl Strategy<Value = RouteItem> {
    let priority = any::<i64>().prop_map(|it| RouteItemKind::Priority(spanned(it)));
    let when = condition().prop_map(RouteItemKind::When);
    prop_oneof![
        1 => priority.prop_map(|kind| RouteItem { span: NOWHERE, kind }),
        2 => when.prop_map(|kind| RouteItem { span: NOWHERE, kind }),
        4 => branch_item(),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    vec(branch_item(), 0..4).prop_map(|items| Body { items, span: NOWHERE })
}

fn tree() -> impl Strategy<Value = Tree> {
    let branch = (condition(), body()).prop_map(|(when, body)| Branch { when, body });
    (name(), vec(branch, 1..3), body()).prop_map(|(name, branches, otherwise)| Tree {
        name,
        branches,
        otherwise: Some(otherwise),
    })
}

/// With one requirement at least, since an assertion without any is refused.
fn assert_items() -> impl Strategy<Value = Vec<AssertItem>> {
    let item = prop_oneof![
        text().prop_map(AssertItemKind::Description),
        condition().prop_map(AssertItemKind::When),
        requirement().prop_map(AssertItemKind::Require),
    ];
    (vec(item, 0..3), requirement()).prop_map(|(items, last)| {
        let kinds = items.into_iter().chain([AssertItemKind::Require(last)]);
        kinds.map(|kind| AssertItem { span: NOWHERE, kind }).collect()
    })
}

fn named() -> impl Strategy<Value = Named> {
    (name(), fields()).prop_map(|(name, fields)| Named { name, fields })
}

/// A block that may stand in a recipe.
fn local_block() -> impl Strategy<Value = Block> {
    let kind = prop::sample::select(vec!["partition", "score", "mapping"]);
    let case = (text(), name()).prop_map(|(query, route)| TestCase { query, route });
    prop_oneof![
        fields().prop_map(BlockKind::Routing),
        (word(), name(), fields()).prop_map(|(kind, name, fields)| BlockKind::Signal(Signal {
            kind: spanned(kind),
            name,
            fields
        })),
        (kind, name(), fields()).prop_map(|(kind, name, fields)| {
            BlockKind::Projection(Projection { kind: spanned(kind.to_owned()), name, fields })
        }),
        (name(), options(), vec(route_item(), 0..5))
            .prop_map(|(name, options, items)| BlockKind::Route(Route { name, options, items })),
        tree().prop_map(BlockKind::Tree),
        (name(), word(), fields()).prop_map(|(name, kind, fields)| {
            BlockKind::Plugin(PluginTemplate { name, kind: spanned(kind), fields })
        }),
        (name(), vec(case, 0..3)).prop_map(|(name, cases)| BlockKind::Test(Test { name, cases })),
        (name(), assert_items()).prop_map(|(name, items)| BlockKind::Assert(Assert { name, items })),
    ]
    .prop_map(|kind| Block { span: NOWHERE, kind })
}

fn block() -> impl Strategy<Value = Block> {
    let global = prop_oneof![
        fields().prop_map(BlockKind::Entrypoint),
        (name(), fields()).prop_map(|(name, fields)| BlockKind::Model(Model { name, fields })),
        (name(), options(), vec(local_block(), 0..3))
            .prop_map(|(name, options, blocks)| BlockKind::Recipe(Recipe { name, options, blocks })),
        named().prop_map(BlockKind::Pool),
        named().prop_map(BlockKind::Workload),
        named().prop_map(BlockKind::Role),
        fields().prop_map(BlockKind::Budget),
    ];
    prop_oneof![2 => local_block(), 1 => global.prop_map(|kind| Block { span: NOWHERE, kind })]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_printed_tree_reads_back(blocks in vec(block(), 0..5)) {
        let ast = Ast { blocks, ..Ast::default() };
        let text = print(&ast);
        let (again, diagnostics) = read(&text);
        let errors = diagnostics.iter().filter(|it| it.level == crate::diagnostic::Level::Error).count();
        prop_assert_eq!(errors, 0, "{}\n{:#?}", text, diagnostics);
        prop_assert_eq!(again.without_places(), ast.blocks, "{}", text);
    }
}
