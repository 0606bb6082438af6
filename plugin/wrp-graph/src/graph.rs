//! The compiled policy: what the proxy holds in memory after [`crate::wire`] has read and verified it.

use serde::Serialize;

use crate::condition::{Op, Test};
use crate::index::Index;
use crate::plugin::Effect;
use crate::scan::Scanner;
use crate::signal::Inline;
use crate::stage::Stage;
use crate::wire::wire;

/// A policy, ready to run. Every index in it has been checked by [`Graph::decode`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Graph {
    /// Identifies the policy text and the compiler; shown in a response header and in logs.
    pub policy: [u8; 8],
    /// How the graph was held against the policy's plain meaning before it was emitted.
    pub checked: Checked,
    pub semantics: Semantics,
    pub models: Vec<Model>,
    /// The first is the default recipe.
    pub recipes: Vec<Recipe>,
    /// Public model name → recipe.
    pub entrypoints: Vec<Entrypoint>,
    /// Model names that ask for routing by the default recipe.
    pub aliases: Vec<String>,
    /// Where a request goes that no route takes; index into `models`.
    pub default_model: Option<u16>,
}

wire!(Graph { policy, checked, semantics, models, recipes, entrypoints, aliases, default_model });

/// How graph and plain meaning were found to decide alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// It is proved that whatever the signals say, both decide alike; if not, the proof was given up somewhere.
    pub proved: bool,
    /// Requests that were replayed through both, from the stages on.
    pub requests: u32,
    /// These are all the requests that the policy's tests can tell apart.
    pub exhaustive: bool,
}

wire!(Checked { proved, requests, exhaustive });

impl std::fmt::Display for Checked {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = if self.exhaustive { "all " } else { "" };
        let proved = if self.proved { "proved, " } else { "" };
        write!(to, "{proved}replayed {all}{} cases", self.requests)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Semantics {
    Vsr2026_08,
    Strict,
}

wire!(enum Semantics { 0 => Vsr2026_08, 1 => Strict });

/// One entry of the model catalogue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// The logical name: what routes say and what `x-selected-model` carries.
    pub name: String,
    /// What the upstream calls it, when that differs; written into the body.
    pub provider_model_id: Option<String>,
    /// How this family is told to reason.
    pub reasoning: Option<ReasoningFamily>,
}

wire!(Model { name, provider_model_id, reasoning });

/// The request parameter that switches reasoning on, by model family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ReasoningFamily {
    /// `chat_template_kwargs: { <parameter>: true | false }`
    ChatTemplateFlag { parameter: String },
    /// `chat_template_kwargs: { <parameter>: "<effort>" }`
    ChatTemplateEffort { parameter: String },
    /// `reasoning_effort: "<effort>"` at top level.
    TopLevelEffort,
    /// `thinking: { "type": "enabled" | "disabled" }` at top level.
    Thinking,
}

wire!(enum ReasoningFamily {
    0 => ChatTemplateFlag { parameter },
    1 => ChatTemplateEffort { parameter },
    2 => TopLevelEffort,
    3 => Thinking,
});

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entrypoint {
    pub model_name: String,
    pub recipe: u16,
}

wire!(Entrypoint { model_name, recipe });

/// A decision's effect: which models may serve, and what is done to the request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    pub name: String,
    pub models: Vec<ModelRef>,
    /// The selection algorithm, by name; without one the first model serves.
    pub algorithm: Option<String>,
    pub effects: Vec<Effect>,
    /// `EMIT retention`: told to the client in headers.
    pub retention: Option<Retention>,
    /// Its condition, in [`Recipe::code`].
    pub when: Stretch,
    pub on_unknown: OnUnknown,
}

wire!(Route { name, models, algorithm, effects, retention, when, on_unknown });

/// How long what this turn computed is worth keeping; what is `None` was not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Retention {
    pub drop: Option<bool>,
    pub ttl_turns: Option<u32>,
    pub keep_current_model: Option<bool>,
    pub prefer_prefix: Option<bool>,
}

wire!(Retention { drop, ttl_turns, keep_current_model, prefer_prefix });

/// What a route does when its condition is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum OnUnknown {
    #[default]
    Skip,
    Match,
    Deny,
}

wire!(enum OnUnknown { 0 => Skip, 1 => Match, 2 => Deny });

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelRef {
    /// Index into [`Graph::models`].
    pub model: u16,
    pub reasoning: Option<bool>,
    pub effort: Option<String>,
    pub lora: Option<String>,
    pub weight: Option<f64>,
}

wire!(ModelRef { model, reasoning, effort, lora, weight });

/// What only a model can tell, as the host is asked it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Query {
    /// The signal family: `embedding`, `domain`, …
    pub family: String,
    /// The signal's declared name.
    pub name: String,
    /// The declaration as JSON: all the host needs to know.
    pub spec: String,
    /// The keys (`family:name[:label]`) that an answer may set.
    pub keys: Vec<String>,
}

wire!(Query { family, name, spec, keys });

/// A scope of routes with everything needed to decide among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Recipe {
    pub name: String,
    /// Whether any signal looks into the body. If not, the body is never buffered for deciding.
    pub reads_body: bool,
    /// Every key that the policy mentions, sorted: a slot's number is its index.
    pub slots: Vec<Slot>,
    /// The signals the proxy decides by itself.
    pub sensors: Vec<Sensor>,
    /// Finds all their patterns in one pass over the text.
    pub scanner: Scanner,
    /// What only the host can tell.
    pub queries: Vec<Query>,
    /// What is done to the readings before routes look at them, in order.
    pub stages: Vec<Stage>,
    /// What conditions test; a test's number is its index.
    pub tests: Vec<Test>,
    /// Conditions as written, in postfix: routes, composers and derived tests lie in it.
    pub code: Vec<Op>,
    /// In source order: a route's number is its index.
    pub routes: Vec<Route>,
    /// Who goes before whom. One section, or two where a fired route of the second (the tiered ones) makes the
    /// confidence decide among those of the first.
    pub sections: Vec<Section>,
    /// What sessions look things up in; `verify` makes it from the rest.
    #[serde(skip)]
    pub index: Index,
}

wire!(Recipe {
    name, reads_body, slots, sensors, scanner, queries, stages, tests, code, routes, sections; index
});

/// The place of one reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Slot {
    /// `family:name` or `family:name:label`.
    pub key: String,
    /// The queries whose answers set it; none for what the proxy finds out by itself.
    pub queries: Vec<u16>,
}

wire!(Slot { key, queries });

/// A signal and the slot it sets. Several may set one slot: a reading that fired stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sensor {
    pub slot: u16,
    pub signal: Inline,
}

wire!(Sensor { slot, signal });

/// A stretch of a recipe's vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stretch {
    pub start: u32,
    pub end: u32,
}

wire!(Stretch { start, end });

impl Stretch {
    pub fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Routes in the order in which they go before each other, and the cubes of their conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    /// Route numbers; a route's rank is its index here.
    pub order: Vec<u16>,
    /// For each rank, where its group ends. Within a group of several the confidence decides, then the rank.
    pub group_ends: Vec<u16>,
    /// In rank order: a route's condition holds as far as its best cube holds.
    pub cubes: Vec<Cube>,
}

wire!(Section { order, group_ends, cubes });

/// A conjunction of literals.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cube {
    pub rank: u16,
    pub literals: Vec<Literal>,
}

wire!(Cube { rank, literals });

/// A test or its negation: the test's number doubled, plus one if negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Literal(pub u32);

wire!(Literal(it));

impl Literal {
    pub fn new(test: u16, negated: bool) -> Literal {
        Literal(u32::from(test) << 1 | u32::from(negated))
    }

    pub fn test(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub fn negated(self) -> bool {
        self.0 & 1 == 1
    }
}
