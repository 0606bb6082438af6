//! What a policy means: names resolved, conditions flattened as the engine will average them, trees turned into
//! routes. The graph and the oracle are both made from this.

use wrp_graph::schema::{Fields, Span, Spanned};
use wrp_graph::signal::Kind;

use crate::govern::assert::Assertion;
use crate::govern::budget::Budget;
use crate::govern::pool::Pool;
use crate::govern::role::Role;
use crate::govern::workload::Workload;

pub use crate::resolve::resolve;
pub use wrp_graph::bounds::Bounds;

/// One policy: the files that were given, together.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub semantics: Semantics,
    pub models: Vec<Model>,
    /// The first is the default recipe: what stands at top level. Always present.
    pub recipes: Vec<Recipe>,
    pub entrypoints: Vec<Entrypoint>,
    /// `ROUTING { default_model: … }`, ours: where a request goes that no route takes.
    pub default_model: Option<Spanned<String>>,
    /// `ROUTING { aliases: […] }`, ours: model names that ask for routing. Default `auto`, `MoM`, `vllm-sr/auto`.
    pub aliases: Vec<String>,
    pub pools: Vec<Pool>,
    pub workloads: Vec<Workload>,
    pub roles: Vec<Role>,
    pub budget: Option<Budget>,
}

/// Which engine's meaning the policy is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// The reference engine of August 2026, bit for bit.
    #[default]
    Vsr2026_08,
    /// Ours: three truth values, tiers and catch-alls in their place, nothing settled by accident.
    Strict,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    #[default]
    Priority,
    Confidence,
}

/// A scope of its own: signals, projections and routes; only the models are shared.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    /// `default` for the top level.
    pub name: String,
    /// Where the name stands; nowhere for the top level.
    pub span: Span,
    pub description: Option<String>,
    pub strategy: Strategy,
    /// How many embedding signals may stay matched; 0 is no limit. The reference's global default is 1.
    pub embedding_top_k: u32,
    pub signals: Vec<Signal>,
    pub partitions: Vec<Partition>,
    pub scores: Vec<Score>,
    pub mappings: Vec<Mapping>,
    /// In source order.
    pub routes: Vec<Route>,
    pub tests: Vec<TestCase>,
    /// What must hold of every request that this scope decides.
    pub assertions: Vec<Assertion>,
}

/// Public model names that choose a recipe.
#[derive(Clone, Debug)]
pub struct Entrypoint {
    pub model_names: Vec<Spanned<String>>,
    /// Index into [`Policy::recipes`].
    pub recipe: usize,
}

#[derive(Clone, Debug)]
pub struct Signal {
    pub kind: &'static Kind,
    pub name: Spanned<String>,
    pub fields: Fields,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub name: Spanned<String>,
    /// Declared by a MODEL block, not only named by a route.
    pub declared: bool,
    pub fields: Fields,
}

impl Model {
    /// How many tokens fit into it, if its block says it.
    pub fn window(&self) -> Option<u64> {
        u64::try_from(self.fields.int("context_window_size")?).ok()
    }
}

/// Members of one family that exclude each other.
#[derive(Clone, Debug)]
pub struct Partition {
    pub name: Spanned<String>,
    /// `Some(temperature)` for `softmax_exclusive`.
    pub softmax: Option<f64>,
    /// `embedding` or `domain`.
    pub family: String,
    pub members: Vec<Spanned<String>>,
    pub default: Option<Spanned<String>>,
}

/// A weighted sum.
#[derive(Clone, Debug)]
pub struct Score {
    pub name: Spanned<String>,
    pub inputs: Vec<ScoreInput>,
}

#[derive(Clone, Debug)]
pub struct ScoreInput {
    pub weight: f64,
    pub term: Term,
    /// The input's name, or the whole input where it has none.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// `matched` when the signal fires, else `missed`.
    Binary {
        kind: String,
        name: String,
        matched: f64,
        missed: f64,
    },
    Confidence {
        kind: String,
        name: String,
    },
    Raw {
        kind: String,
        name: String,
    },
    /// Another score's value.
    Score {
        name: String,
    },
    /// A mapping output's confidence, 0 when it did not fire.
    Output {
        name: String,
    },
    KbMetric {
        kb: String,
        metric: String,
    },
}

/// Bands over a score.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub name: Spanned<String>,
    pub source: Spanned<String>,
    /// All bands that hold, not only the first.
    pub multi_emit: bool,
    /// Slope of the sigmoid over the distance to the nearest bound.
    pub slope: f64,
    pub outputs: Vec<Band>,
}

#[derive(Clone, Debug)]
pub struct Band {
    pub name: Spanned<String>,
    pub bounds: Bounds,
}

#[derive(Clone, Debug)]
pub struct Route {
    pub name: Spanned<String>,
    pub span: Span,
    pub description: Option<String>,
    pub priority: i64,
    /// 0 is untiered.
    pub tier: i64,
    /// `And([])` where the policy wrote no condition: matches always, confidence 0.
    pub when: Expr,
    pub models: Vec<ModelRef>,
    pub algorithm: Option<Algorithm>,
    /// Templates already merged with what the route overrides.
    pub plugins: Vec<Plugin>,
    pub emits: Vec<Emit>,
    /// `None` is by the class of the signals (see [`Route::on_unknown`] in `lower`).
    pub on_unknown: Option<OnUnknown>,
    /// The tree this branch came from.
    pub tree: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnknown {
    Skip,
    Match,
    Deny,
}

/// A condition, flattened: an AND directly inside an AND has become one node, as the reference averages it.
/// A single leaf is `And([leaf])`.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Leaf(Leaf),
}

/// One test of a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// `keyword`, `projection`, …; trimmed and lower-cased.
    pub kind: String,
    pub name: String,
    pub label: Option<String>,
    pub predicate: Option<Bounds>,
    /// `on_error: match`
    pub match_on_error: bool,
    pub span: Span,
    /// Where the name stands, quotes included.
    pub name_span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelRef {
    pub name: Spanned<String>,
    pub reasoning: Option<bool>,
    pub effort: Option<String>,
    pub lora: Option<String>,
    pub weight: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct Algorithm {
    pub kind: Spanned<String>,
    pub fields: Fields,
}

#[derive(Clone, Debug)]
pub struct Plugin {
    /// Normalised: underscores, `response_cache` for its aliases.
    pub kind: String,
    pub fields: Fields,
    /// Where the route names it.
    pub span: Span,
}

/// `EMIT retention { … }`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Emit {
    pub drop: Option<bool>,
    pub ttl_turns: Option<i64>,
    pub keep_current_model: Option<bool>,
    pub prefer_prefix_retention: Option<bool>,
}

/// `"query" -> route` in a TEST block.
#[derive(Clone, Debug)]
pub struct TestCase {
    pub block: String,
    pub query: Spanned<String>,
    pub route: Spanned<String>,
}

/// Who writes a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    Route,
    Assertion,
}

impl Recipe {
    /// Every condition that the scope writes: those of routes, then those of assertions.
    pub fn conditions(&self) -> impl Iterator<Item = (Writer, &Expr)> {
        let routes = self.routes.iter().map(|route| (Writer::Route, &route.when));
        routes.chain(self.assertions.iter().map(|assertion| (Writer::Assertion, &assertion.when)))
    }

    /// Every test in them.
    pub fn tests_written(&self) -> impl Iterator<Item = (Writer, &Leaf)> {
        self.conditions().flat_map(|(writer, condition)| condition.leaves().map(move |leaf| (writer, leaf)))
    }
}

impl Expr {
    /// Every test in source order.
    pub fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        let mut all = Vec::new();
        self.collect(false, &mut all);
        all.into_iter().map(|(leaf, _)| leaf)
    }

    /// The tests that must be false for the condition to hold: those under an odd number of NOTs.
    pub fn negated_leaves(&self) -> impl Iterator<Item = &Leaf> {
        let mut all = Vec::new();
        self.collect(false, &mut all);
        all.into_iter().filter(|(_, negated)| *negated).map(|(leaf, _)| leaf)
    }

    /// From the first test to the last, if there is any.
    pub fn span(&self) -> Option<Span> {
        self.leaves().map(|leaf| leaf.span).reduce(Span::to)
    }

    fn collect<'e>(&'e self, negated: bool, all: &mut Vec<(&'e Leaf, bool)>) {
        match self {
            Expr::And(items) | Expr::Or(items) => items.iter().for_each(|item| item.collect(negated, all)),
            Expr::Not(inner) => inner.collect(!negated, all),
            Expr::Leaf(leaf) => all.push((leaf, negated)),
        }
    }
}
