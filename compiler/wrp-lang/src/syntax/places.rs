//! The places of a tree, all at once: to move them, when the files of one policy stand behind each other in one
//! space of places, and to forget them, when only what is written matters.

use wrp_graph::schema::{Entry, Fields, Span, Spanned, Value};

use super::ast::{
    AssertItemKind, Ast, Block, BlockKind, Body, Expr, For, ForSource, HeaderOption, Leaf, ModelRef, Name,
    Operator, RouteItem, RouteItemKind,
};

impl Ast {
    /// Every place moved towards the end by as many bytes.
    #[must_use]
    pub fn shifted(mut self, by: u32) -> Ast {
        if by > 0 {
            self.places(&mut |span| {
                span.start = span.start.saturating_add(by);
                span.end = span.end.saturating_add(by);
            });
        }
        self
    }

    /// The blocks as if they stood nowhere, so that two trees are equal if they were written alike.
    #[must_use]
    pub fn without_places(mut self) -> Vec<Block> {
        self.places(&mut |span| *span = Span::default());
        self.blocks
    }

    fn places(&mut self, change: Change<'_>) {
        self.blocks.places(change);
        self.comments.places(change);
    }
}

type Change<'a> = &'a mut dyn FnMut(&mut Span);

trait Places {
    fn places(&mut self, change: Change<'_>);
}

/// The places of every field named.
macro_rules! places {
    ($($node:ty { $($field:ident),* })*) => {
        $(impl Places for $node {
            fn places(&mut self, change: Change<'_>) {
                $(self.$field.places(change);)*
            }
        })*
    };
}

places! {
    Name { span }
    Block { span, kind }
    HeaderOption { key, value }
    RouteItem { span, kind }
    ModelRef { name, options }
    For { variable, source, models }
    Body { items, span }
    Leaf { kind, name, arguments, span }
    Entry { key, value }
    Fields { entries, span }
    super::ast::Recipe { name, options, blocks }
    super::ast::Signal { kind, name, fields }
    super::ast::Projection { kind, name, fields }
    super::ast::Model { name, fields }
    super::ast::PluginTemplate { name, kind, fields }
    super::ast::Test { name, cases }
    super::ast::TestCase { query, route }
    super::ast::Route { name, options, items }
    super::ast::Tree { name, branches, otherwise }
    super::ast::Branch { when, body }
    super::ast::Named { name, fields }
    super::ast::Assert { name, items }
    super::ast::AssertItem { span, kind }
    super::ast::Comparison { attribute, operator, value, span }
}

impl Places for Span {
    fn places(&mut self, change: Change<'_>) {
        change(self);
    }
}

impl<T: Places> Places for Vec<T> {
    fn places(&mut self, change: Change<'_>) {
        self.iter_mut().for_each(|it| it.places(change));
    }
}

impl<T: Places> Places for Option<T> {
    fn places(&mut self, change: Change<'_>) {
        self.iter_mut().for_each(|it| it.places(change));
    }
}

impl Places for Spanned<String> {
    fn places(&mut self, change: Change<'_>) {
        self.span.places(change);
    }
}

impl Places for Spanned<i64> {
    fn places(&mut self, change: Change<'_>) {
        self.span.places(change);
    }
}

impl Places for Spanned<Operator> {
    fn places(&mut self, change: Change<'_>) {
        self.span.places(change);
    }
}

impl Places for Spanned<Value> {
    fn places(&mut self, change: Change<'_>) {
        self.span.places(change);
        match &mut self.it {
            Value::List(items) => items.places(change),
            Value::Object(fields) => fields.places(change),
            Value::Text(_) | Value::Word(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => {}
        }
    }
}

impl Places for BlockKind {
    fn places(&mut self, change: Change<'_>) {
        match self {
            BlockKind::Routing(it) | BlockKind::Entrypoint(it) | BlockKind::Budget(it) => it.places(change),
            BlockKind::Recipe(it) => it.places(change),
            BlockKind::Signal(it) => it.places(change),
            BlockKind::Projection(it) => it.places(change),
            BlockKind::Route(it) => it.places(change),
            BlockKind::Tree(it) => it.places(change),
            BlockKind::Model(it) => it.places(change),
            BlockKind::Plugin(it) => it.places(change),
            BlockKind::Test(it) => it.places(change),
            BlockKind::Pool(it) | BlockKind::Workload(it) | BlockKind::Role(it) => it.places(change),
            BlockKind::Assert(it) => it.places(change),
        }
    }
}

impl Places for RouteItemKind {
    fn places(&mut self, change: Change<'_>) {
        match self {
            RouteItemKind::Name(it) => it.places(change),
            RouteItemKind::Description(it) | RouteItemKind::OnUnknown(it) => it.places(change),
            RouteItemKind::Priority(it) | RouteItemKind::Tier(it) => it.places(change),
            RouteItemKind::When(it) => it.places(change),
            RouteItemKind::Models(it) => it.places(change),
            RouteItemKind::Algorithm { kind, fields } => {
                kind.places(change);
                fields.places(change);
            }
            RouteItemKind::Plugin { name, fields } => {
                name.places(change);
                fields.places(change);
            }
            RouteItemKind::For(it) => it.places(change),
            RouteItemKind::Emit { kind, fields } => {
                kind.places(change);
                fields.places(change);
            }
        }
    }
}

impl Places for ForSource {
    fn places(&mut self, change: Change<'_>) {
        match self {
            ForSource::Named(it) => it.places(change),
            ForSource::Listed(it) => it.places(change),
        }
    }
}

impl Places for AssertItemKind {
    fn places(&mut self, change: Change<'_>) {
        match self {
            AssertItemKind::Description(it) => it.places(change),
            AssertItemKind::When(it) => it.places(change),
            AssertItemKind::Require(it) => it.places(change),
        }
    }
}

impl<T: Places> Places for Expr<T> {
    fn places(&mut self, change: Change<'_>) {
        match self {
            Expr::And(items, span) | Expr::Or(items, span) => {
                items.places(change);
                span.places(change);
            }
            Expr::Not(inner, span) => {
                inner.places(change);
                span.places(change);
            }
            Expr::Leaf(it) => it.places(change),
        }
    }
}
