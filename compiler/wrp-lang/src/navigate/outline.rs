//! The file at a glance: its blocks, and what is in them that has a name.

use wrp_graph::schema::Span;

use crate::syntax::ast::{Ast, Block, BlockKind, RouteItem, RouteItemKind};

/// One entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// The words before the name.
    pub detail: String,
    pub sort: Sort,
    pub span: Span,
    /// What is shown of it: the name, or the keyword where it has none.
    pub name_span: Span,
    pub children: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Settings,
    Recipe,
    Signal,
    Projection,
    Route,
    Model,
    Plugin,
    Test,
}

pub fn outline(ast: &Ast) -> Vec<Entry> {
    ast.blocks.iter().map(entry).collect()
}

/// The names of the constructs that a place is in, from the outside in: `RECIPE cheap / ROUTE first`. Stays the same when
/// lines move.
pub fn construct(entries: &[Entry], place: u32) -> String {
    let inside = |it: &&Entry| it.span.start <= place && place < it.span.end;
    let Some(entry) = entries.iter().find(inside) else { return String::new() };
    let name = match entry.detail.as_str() {
        "" => entry.name.clone(),
        detail => format!("{detail} {}", entry.name),
    };
    match construct(&entry.children, place) {
        inner if inner.is_empty() => name,
        inner => format!("{name} / {inner}"),
    }
}

fn entry(block: &Block) -> Entry {
    let span = block.span;
    let keyword = |word: &str| Span { start: span.start, end: span.end.min(span.start + word.len() as u32) };
    let (name, name_span, detail, sort) = match &block.kind {
        BlockKind::Routing(_) => ("ROUTING", keyword("ROUTING"), String::new(), Sort::Settings),
        BlockKind::Entrypoint(_) => ("ENTRYPOINT", keyword("ENTRYPOINT"), String::new(), Sort::Settings),
        BlockKind::Recipe(it) => (it.name.text.as_str(), it.name.span, "RECIPE".to_owned(), Sort::Recipe),
        BlockKind::Signal(it) => {
            (it.name.text.as_str(), it.name.span, format!("SIGNAL {}", it.kind.it), Sort::Signal)
        }
        BlockKind::Projection(it) => {
            (it.name.text.as_str(), it.name.span, format!("PROJECTION {}", it.kind.it), Sort::Projection)
        }
        BlockKind::Route(it) => (it.name.text.as_str(), it.name.span, "ROUTE".to_owned(), Sort::Route),
        BlockKind::Tree(it) => (it.name.text.as_str(), it.name.span, "DECISION_TREE".to_owned(), Sort::Route),
        BlockKind::Model(it) => (it.name.text.as_str(), it.name.span, "MODEL".to_owned(), Sort::Model),
        BlockKind::Plugin(it) => {
            (it.name.text.as_str(), it.name.span, format!("PLUGIN {}", it.kind.it), Sort::Plugin)
        }
        BlockKind::Test(it) => (it.name.text.as_str(), it.name.span, "TEST".to_owned(), Sort::Test),
        BlockKind::Pool(it) => (it.name.text.as_str(), it.name.span, "POOL".to_owned(), Sort::Settings),
        BlockKind::Workload(it) => {
            (it.name.text.as_str(), it.name.span, "WORKLOAD".to_owned(), Sort::Settings)
        }
        BlockKind::Role(it) => (it.name.text.as_str(), it.name.span, "ROLE".to_owned(), Sort::Settings),
        BlockKind::Assert(it) => (it.name.text.as_str(), it.name.span, "ASSERT".to_owned(), Sort::Settings),
        BlockKind::Budget(_) => ("BUDGET", keyword("BUDGET"), String::new(), Sort::Settings),
    };
    let children = match &block.kind {
        BlockKind::Recipe(it) => it.blocks.iter().map(entry).collect(),
        BlockKind::Tree(it) => {
            let bodies = it.branches.iter().map(|branch| &branch.body).chain(&it.otherwise);
            bodies.filter_map(|body| named_branch(&body.items, body.span)).collect()
        }
        _ => Vec::new(),
    };
    Entry { name: name.to_owned(), detail, sort, span, name_span, children }
}

fn named_branch(items: &[RouteItem], span: Span) -> Option<Entry> {
    items.iter().find_map(|item| match &item.kind {
        RouteItemKind::Name(name) => Some(Entry {
            name: name.text.clone(),
            detail: "branch".to_owned(),
            sort: Sort::Route,
            span,
            name_span: name.span,
            children: Vec::new(),
        }),
        _ => None,
    })
}
