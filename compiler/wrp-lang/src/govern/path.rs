//! Where a request can go: every model, service or end that a policy can send it to, with the route and the pool.
//!
//! [`Atlas::paths`] lists them for one recipe. Whether some request really takes a path is for the prover to say.

use std::collections::BTreeMap;

use wrp_graph::schema::Span;
use wrp_graph::signal::{self, Reach as Reached};

use super::attribute::{Attribute, Fact, Scalar, Subject};
use super::pool::Pool;
use crate::algorithm;
use crate::lower::on_unknown;
use crate::policy::{Model, OnUnknown, Policy, Recipe, Route, Signal, Term};

/// One way of one request.
#[derive(Clone, Debug)]
pub struct Path<'p> {
    /// Nowhere on what no route took, and on what goes out before any route is taken.
    pub route: Option<&'p Route>,
    pub outcome: Outcome,
    pub reach: Reach<'p>,
    /// What the model or service is to the route: `candidate`, `judge`, `rag`, …
    pub part: &'static str,
    /// What in the policy sends it there.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A route calls a model.
    Route,
    /// No route took it, and the default model serves.
    Default,
    /// The proxy answers.
    Answer,
    /// The proxy refuses.
    Deny,
    /// A plugin or an algorithm shows it to a service.
    Service,
    /// A signal shows it to a chat model.
    Signal,
}

/// Who gets to see the request.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'p> {
    Nobody,
    Model {
        name: &'p str,
        /// Its MODEL block, if it has one.
        model: Option<&'p Model>,
        /// `None` where no pool serves it.
        pool: Option<&'p Pool>,
    },
    Service {
        /// As the policy names it: a backend or an address; `None` where it names none.
        name: Option<&'p str>,
        pool: Option<&'p Pool>,
    },
}

/// What is known of an attribute on a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    Fact(Fact),
    /// Why it is not known.
    Missing(String),
    /// The path has no such thing, and need not.
    Irrelevant,
}

/// A policy, looked up by name.
#[derive(Clone, Debug)]
pub struct Atlas<'p> {
    policy: &'p Policy,
    models: BTreeMap<&'p str, &'p Model>,
    pools: BTreeMap<&'p str, Vec<&'p Pool>>,
}

impl<'p> Atlas<'p> {
    pub fn new(policy: &'p Policy) -> Atlas<'p> {
        let declared = policy.models.iter().filter(|model| model.declared);
        let mut pools: BTreeMap<&str, Vec<&Pool>> = BTreeMap::new();
        for pool in &policy.pools {
            for name in pool.models.iter().chain(&pool.services) {
                let of = pools.entry(name.it.as_str()).or_default();
                if !of.iter().any(|other| std::ptr::eq(*other, pool)) {
                    of.push(pool);
                }
            }
        }
        let models = declared.map(|model| (model.name.it.as_str(), model)).collect();
        Atlas { policy, models, pools }
    }

    /// The pools that serve a model, or run a service.
    pub fn pools(&self, name: &str) -> &[&'p Pool] {
        self.pools.get(name).map_or(&[], Vec::as_slice)
    }

    /// How many tokens fit into a model, if its MODEL block says it.
    pub fn window(&self, model: &str) -> Option<u64> {
        self.models.get(model)?.window()
    }

    /// Every model that the policy declares or calls.
    pub fn model_names(&self) -> impl Iterator<Item = &'p str> {
        let policy = self.policy;
        let routes = policy.recipes.iter().flat_map(|recipe| &recipe.routes);
        let called = routes.flat_map(move |route| algorithm::calls(route, policy.default_model.as_ref()));
        let called = called.flat_map(|call| call.any_of).map(|name| name.it);
        let signals = policy.recipes.iter().flat_map(|recipe| &recipe.signals);
        let asked = signals.filter_map(|signal| Some(asked_model(signal)?.it));
        policy.models.iter().map(|model| model.name.it.as_str()).chain(called).chain(asked)
    }

    /// Every path of the requests that a recipe decides: route by route in source order, then the rest.
    pub fn paths(&self, recipe: &'p Recipe) -> Vec<Path<'p>> {
        let mut paths = Vec::new();
        for route in &recipe.routes {
            paths.extend(self.of_route(recipe, route));
        }
        match &self.policy.default_model {
            Some(model) => {
                self.models(None, Outcome::Default, "default model", &model.it, model.span, &mut paths)
            }
            None => paths.push(Path {
                route: None,
                outcome: Outcome::Deny,
                reach: Reach::Nobody,
                part: "nobody",
                span: recipe.span,
            }),
        }
        for model in recipe.signals.iter().filter_map(asked_model) {
            self.models(None, Outcome::Signal, "classifier", model.it, model.span, &mut paths);
        }
        paths
    }

    /// The paths of the requests that a route takes, and of those that it refuses.
    pub fn of_route(&self, recipe: &'p Recipe, route: &'p Route) -> Vec<Path<'p>> {
        let mut paths = Vec::new();
        let end =
            |outcome, part, span| Path { route: Some(route), outcome, reach: Reach::Nobody, part, span };
        if on_unknown(self.policy.semantics, recipe, route) == OnUnknown::Deny
            && may_be_unknown(recipe, route)
        {
            paths.push(end(Outcome::Deny, "refusal", route.name.span));
        }
        if let Some(plugin) = route.plugins.iter().find(|plugin| plugin.kind == "fast_response") {
            paths.push(end(Outcome::Answer, "fast_response", plugin.span));
            return paths;
        }
        let calls = algorithm::calls(route, self.policy.default_model.as_ref());
        if calls.is_empty() {
            paths.push(end(Outcome::Deny, "nobody", route.name.span));
        }
        for call in calls {
            for model in call.any_of {
                self.models(Some(route), Outcome::Route, call.part, model.it, model.span, &mut paths);
            }
        }
        for (part, name, span) in services(route) {
            let found = name.map(|name| self.pools(name)).unwrap_or_default();
            let pools = found.iter().copied().map(Some).chain(found.is_empty().then_some(None));
            paths.extend(pools.map(|pool| Path {
                route: Some(route),
                outcome: Outcome::Service,
                reach: Reach::Service { name, pool },
                part,
                span,
            }));
        }
        paths
    }

    /// A path for each pool that serves a model, or one without.
    fn models(
        &self,
        route: Option<&'p Route>,
        outcome: Outcome,
        part: &'static str,
        name: &'p str,
        span: Span,
        paths: &mut Vec<Path<'p>>,
    ) {
        let model = self.models.get(name).copied();
        let found = self.pools(name);
        let pools = found.iter().copied().map(Some).chain(found.is_empty().then_some(None));
        paths.extend(pools.map(|pool| Path {
            route,
            outcome,
            reach: Reach::Model { name, model, pool },
            part,
            span,
        }));
    }
}

/// The chat model that a classifier asks.
fn asked_model(signal: &Signal) -> Option<algorithm::Name<'_>> {
    let asks = signal.kind.name == "classifier" && signal.fields.text("type") == Some("llm");
    let model = signal.fields.get("model").filter(|_| asks)?;
    Some(algorithm::Name { it: model.it.as_text()?, span: model.span })
}

/// Whether a condition hangs on what the host is asked. A projection does if any score does.
fn may_be_unknown(recipe: &Recipe, route: &Route) -> bool {
    let asked = |kind: &str| signal::find(kind).is_some_and(|kind| kind.reach == Reached::Host);
    let inputs = || recipe.scores.iter().flat_map(|score| &score.inputs);
    let scores_ask = || {
        inputs().any(|input| match &input.term {
            Term::Binary { kind, .. } | Term::Confidence { kind, .. } | Term::Raw { kind, .. } => asked(kind),
            Term::KbMetric { .. } => true,
            Term::Score { .. } | Term::Output { .. } => false,
        })
    };
    route.when.leaves().any(|leaf| asked(&leaf.kind) || (leaf.kind == "projection" && scores_ask()))
}

/// Who else a route shows its requests to: what, its name if it has one, and where the policy says so.
fn services(route: &Route) -> Vec<(&'static str, Option<&str>, Span)> {
    let mut services = Vec::new();
    for plugin in route.plugins.iter().filter(|plugin| plugin.fields.flag("enabled") == Some(true)) {
        let part = match plugin.kind.as_str() {
            "rag" => "rag",
            "image_gen" => "image_gen",
            _ => continue,
        };
        let backend = plugin.fields.get("backend").filter(|backend| backend.it.as_text().is_some());
        let span = backend.map_or(plugin.span, |backend| backend.span);
        services.push((part, backend.and_then(|backend| backend.it.as_text()), span));
    }
    if let Some(algorithm) = &route.algorithm
        && let Some(url) = algorithm.fields.get("verifier_server_url")
    {
        services.push(("verifier", url.it.as_text(), url.span));
    }
    services
}

impl Outcome {
    /// As an assertion names it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Route => "route",
            Outcome::Default => "default",
            Outcome::Answer => "answer",
            Outcome::Deny => "deny",
            Outcome::Service => "service",
            Outcome::Signal => "signal",
        }
    }
}

impl<'p> Path<'p> {
    pub fn pool(&self) -> Option<&'p Pool> {
        match self.reach {
            Reach::Nobody => None,
            Reach::Model { pool, .. } | Reach::Service { pool, .. } => pool,
        }
    }

    /// What can be said of an attribute here.
    pub fn known(&self, attribute: &Attribute) -> Known {
        match attribute.subject {
            Subject::Outcome => Known::Fact(Fact::One(Scalar::Text(self.outcome.word().to_owned()))),
            Subject::Route => self.known_of_route(attribute),
            Subject::Model => self.known_of_model(attribute),
            Subject::Pool => self.known_of_pool(attribute),
        }
    }

    fn known_of_route(&self, attribute: &Attribute) -> Known {
        match (self.route, self.outcome) {
            (Some(route), _) => match attribute.of_route(route) {
                Some(fact) => Known::Fact(fact),
                None => Known::Missing(format!("route `{}` does not say it", route.name.it)),
            },
            (None, Outcome::Default) => Known::Missing("no route took the request".to_owned()),
            (None, _) => Known::Irrelevant,
        }
    }

    fn known_of_model(&self, attribute: &Attribute) -> Known {
        let Reach::Model { name, model, .. } = self.reach else { return Known::Irrelevant };
        if attribute.key() == "name" {
            return Known::Fact(Fact::One(Scalar::Text(name.to_owned())));
        }
        match model {
            Some(model) => match attribute.of_fields(&model.fields) {
                Some(fact) => Known::Fact(fact),
                None => Known::Missing(format!("model `{name}` does not say `{}`", attribute.key())),
            },
            None => Known::Missing(format!("no MODEL block declares `{name}`")),
        }
    }

    fn known_of_pool(&self, attribute: &Attribute) -> Known {
        let pool = match self.reach {
            Reach::Nobody => return Known::Irrelevant,
            Reach::Model { name, pool, .. } => pool.ok_or(format!("model `{name}` is in no pool")),
            Reach::Service { name: Some(name), pool } => {
                pool.ok_or(format!("no pool lists `{name}` under its services"))
            }
            Reach::Service { name: None, .. } => Err(format!("`{}` names no backend", self.part)),
        };
        match pool {
            Err(why) => Known::Missing(why),
            Ok(pool) if attribute.key() == "name" => {
                Known::Fact(Fact::One(Scalar::Text(pool.name.it.clone())))
            }
            Ok(pool) => match attribute.of_fields(&pool.fields) {
                Some(fact) => Known::Fact(fact),
                None => Known::Missing(format!("pool `{}` does not say `{}`", pool.name.it, attribute.key())),
            },
        }
    }

    /// In the words of a message: `route \`hard\`, judge \`large\` in pool \`cloud\``.
    pub fn describe(&self) -> String {
        let from = match (self.route, self.outcome) {
            (Some(route), _) => format!("route `{}`", route.name.it),
            (None, Outcome::Signal) => "before any route".to_owned(),
            (None, _) => "no route".to_owned(),
        };
        let to = match self.reach {
            Reach::Nobody => match self.outcome {
                Outcome::Answer => "answered by the proxy".to_owned(),
                _ => "refused".to_owned(),
            },
            Reach::Model { name, .. } => format!("{} `{name}`", self.part),
            Reach::Service { name: Some(name), .. } => format!("{} at `{name}`", self.part),
            Reach::Service { name: None, .. } => self.part.to_owned(),
        };
        let place = self.pool().map(|pool| format!(" in pool `{}`", pool.name.it)).unwrap_or_default();
        format!("{from}, {to}{place}")
    }
}
