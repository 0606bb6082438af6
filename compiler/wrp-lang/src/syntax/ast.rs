//! The tree of a policy file, as written: every node with its place, nothing resolved, nothing dropped.

use wrp_graph::schema::{Fields, Span, Spanned, Value};

/// One file. Blocks stand in source order; those that could not be read at all are missing, and a diagnostic
/// says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ast {
    pub blocks: Vec<Block>,
    /// Every comment of the file in source order, `#` included.
    pub comments: Vec<Span>,
    /// Something could not be read: the tree is what was understood of the text.
    pub damaged: bool,
}

/// An identifier or a quoted string where a name is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Name {
    pub text: String,
    pub quoted: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// From the keyword to the closing brace.
    pub span: Span,
    pub kind: BlockKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BlockKind {
    Routing(Fields),
    Entrypoint(Fields),
    Recipe(Recipe),
    Signal(Signal),
    Projection(Projection),
    Route(Route),
    Tree(Tree),
    Model(Model),
    Plugin(PluginTemplate),
    Test(Test),
    /// Ours, as all that follow: where models run.
    Pool(Named),
    /// What traffic is to be expected.
    Workload(Named),
    /// What a caller may reach.
    Role(Named),
    /// What must hold on every path of a request.
    Assert(Assert),
    /// What a request may cost.
    Budget(Fields),
}

/// `RECIPE name (options) { blocks }`; a recipe holds no MODEL, ENTRYPOINT or RECIPE, nor what else belongs to the
/// whole policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub name: Name,
    pub options: Vec<HeaderOption>,
    pub blocks: Vec<Block>,
}

/// `key = value` in a block's or a model's parentheses.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderOption {
    pub key: Spanned<String>,
    pub value: Spanned<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub kind: Spanned<String>,
    pub name: Name,
    pub fields: Fields,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// `partition`, `score` or `mapping`.
    pub kind: Spanned<String>,
    pub name: Name,
    pub fields: Fields,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub name: Name,
    pub fields: Fields,
}

/// `PLUGIN name type { fields }` at top level: a template that routes use by name.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginTemplate {
    pub name: Name,
    pub kind: Spanned<String>,
    pub fields: Fields,
}

/// `TEST name { "query" -> route … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub name: Name,
    pub cases: Vec<TestCase>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    pub query: Spanned<String>,
    pub route: Name,
}

/// A block that is a name and fields: `POOL name { fields }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: Name,
    pub fields: Fields,
}

/// `ASSERT name { WHEN … REQUIRE … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Assert {
    pub name: Name,
    pub items: Vec<AssertItem>,
}

/// One line of an assertion.
#[derive(Clone, Debug, PartialEq)]
pub struct AssertItem {
    pub span: Span,
    pub kind: AssertItemKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AssertItemKind {
    Description(Spanned<String>),
    When(Expr),
    Require(Expr<Comparison>),
}

/// `attribute == value`
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub attribute: Spanned<String>,
    pub operator: Spanned<Operator>,
    pub value: Spanned<Value>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    /// The attribute is one of the values of a list.
    In,
    /// The attribute is a list, and the value is in it.
    Has,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub name: Name,
    pub options: Vec<HeaderOption>,
    pub items: Vec<RouteItem>,
}

/// One line of a route or of a tree's branch; `NAME` stands only in a branch, `PRIORITY` and `WHEN` only in a
/// route.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteItem {
    pub span: Span,
    pub kind: RouteItemKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RouteItemKind {
    Name(Name),
    Description(Spanned<String>),
    Priority(Spanned<i64>),
    Tier(Spanned<i64>),
    When(Expr),
    Models(Vec<ModelRef>),
    Algorithm {
        kind: Spanned<String>,
        fields: Option<Fields>,
    },
    Plugin {
        name: Name,
        fields: Option<Fields>,
    },
    For(For),
    Emit {
        kind: Spanned<String>,
        fields: Fields,
    },
    /// Ours: what an unknown condition does (`skip`, `match` or `deny`).
    OnUnknown(Spanned<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelRef {
    pub name: Name,
    pub options: Vec<HeaderOption>,
}

/// `FOR var IN source { MODEL … }`
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    pub variable: Spanned<String>,
    pub source: ForSource,
    pub models: Vec<ModelRef>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ForSource {
    Named(Name),
    Listed(Vec<ModelRef>),
}

/// `DECISION_TREE name { IF … ELSE IF … ELSE … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub name: Name,
    /// Each `IF` and `ELSE IF`, in order.
    pub branches: Vec<Branch>,
    /// The last `ELSE`; it is mandatory, so it is absent only in a damaged tree.
    pub otherwise: Option<Body>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub when: Expr,
    pub body: Body,
}

/// What a tree does once it has come to a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    pub items: Vec<RouteItem>,
    /// The braces, both included.
    pub span: Span,
}

/// Tests joined as written: `a AND b AND c` is one node of three; an `And` inside an `And` was in parentheses. The
/// tests are those of a condition, or the comparisons of a requirement.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr<T = Leaf> {
    And(Vec<Expr<T>>, Span),
    Or(Vec<Expr<T>>, Span),
    Not(Box<Expr<T>>, Span),
    Leaf(T),
}

/// `kind("name" arg: value …)`
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    pub kind: Spanned<String>,
    pub name: Name,
    pub arguments: Vec<wrp_graph::schema::Entry>,
    pub span: Span,
}

/// What stands somewhere.
pub trait Placed {
    fn span(&self) -> Span;
}

impl Placed for Leaf {
    fn span(&self) -> Span {
        self.span
    }
}

impl Placed for Comparison {
    fn span(&self) -> Span {
        self.span
    }
}

impl<T: Placed> Expr<T> {
    pub fn span(&self) -> Span {
        match self {
            Expr::And(_, span) | Expr::Or(_, span) | Expr::Not(_, span) => *span,
            Expr::Leaf(test) => test.span(),
        }
    }
}

impl Operator {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Greater => ">",
            Operator::AtLeast => ">=",
            Operator::In => "IN",
            Operator::Has => "HAS",
        }
    }
}
