//! From a policy to a graph: names become numbers, conditions become cubes, order becomes rank.
//!
//! [`lower`] says everything once more in the graph's terms and leaves nothing to be decided at run time but what a
//! request brings. What it makes is checked against the [`crate::oracle`] by [`crate::validate`].

mod condition;
mod cubes;
mod model;
mod ranking;
mod stages;
mod vocabulary;

use std::fmt;

use wrp_graph::graph::{self, Graph};
use wrp_graph::plugin;
use wrp_graph::rivals;
use wrp_graph::scan::Builder;
use wrp_graph::signal::{Compiled, Declaration};

use crate::policy::{Policy, Recipe, Route, Semantics};
use condition::Conditions;
use vocabulary::Vocabulary;

pub(crate) use condition::composes;
pub(crate) use ranking::is_catch_all;
pub(crate) use ranking::lower_on_unknown;
pub use ranking::on_unknown;
pub(crate) use vocabulary::keys_of;

/// What the graph is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Keep signals and projections that no route looks at: for showing what a policy sees.
    pub keep_unused: bool,
    /// Do not look for conflicts first: for deciding with a policy, not for judging it.
    pub unproved: bool,
}

/// The policy does not fit into the graph's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge(String);

impl fmt::Display for TooLarge {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "the policy is too large: {}", self.0)
    }
}

impl std::error::Error for TooLarge {}

/// Compiles a policy that has no errors.
pub fn lower(policy: &Policy, options: Options) -> Result<Graph, TooLarge> {
    let recipes: Result<Vec<_>, _> = policy.recipes.iter().map(|it| recipe(policy, it, options)).collect();
    let recipe = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    let entrypoints = policy.entrypoints.iter().flat_map(|entrypoint| {
        let to = recipe(entrypoint.recipe);
        entrypoint
            .model_names
            .iter()
            .map(move |name| graph::Entrypoint { model_name: name.it.clone(), recipe: to })
    });
    let mut lowered = Graph {
        policy: [0; 8],
        checked: graph::Checked::default(),
        semantics: match policy.semantics {
            Semantics::Vsr2026_08 => graph::Semantics::Vsr2026_08,
            Semantics::Strict => graph::Semantics::Strict,
        },
        models: policy.models.iter().map(model::lower).collect(),
        recipes: recipes?,
        entrypoints: entrypoints.collect(),
        aliases: policy.aliases.clone(),
        default_model: policy.default_model.as_ref().and_then(|name| model::number(policy, &name.it)),
    };
    lowered.policy = lowered.fingerprint();
    lowered.seal().map_err(|fault| TooLarge(fault.to_string()))
}

fn recipe(policy: &Policy, recipe: &Recipe, options: Options) -> Result<graph::Recipe, TooLarge> {
    let mut patterns = Builder::default();
    let used = vocabulary::Used::by(recipe, options);
    let mut sensors = Vec::new();
    let mut queries = Vec::new();
    for signal in recipe.signals.iter().filter(|signal| used.family(signal.kind.name)) {
        let declaration = Declaration { name: &signal.name, fields: &signal.fields };
        match (signal.kind.compile)(&declaration, &mut patterns) {
            Some(Compiled::Inline { key, signal }) => sensors.push((key, signal)),
            Some(Compiled::Ask(query)) => queries.push(query),
            None => {}
        }
    }
    rivals::acquaint(&mut queries);
    let vocabulary = Vocabulary::new(recipe, &used, &sensors, &mut queries);
    let sensors = sensors
        .into_iter()
        .filter_map(|(key, signal)| Some(graph::Sensor { slot: vocabulary.slot(&key)?, signal }));
    let sensors = sensors.collect();

    let mut conditions = Conditions::new(recipe, &vocabulary);
    let order = ranking::order(recipe, policy.semantics);
    let mut sections: Vec<graph::Section> = Vec::new();
    let mut whens = vec![graph::Stretch::default(); recipe.routes.len()];
    for section in order {
        let mut lowered = graph::Section { group_ends: section.group_ends, ..graph::Section::default() };
        for (rank, number) in section.routes.into_iter().enumerate() {
            let route = &recipe.routes[usize::from(number)];
            whens[usize::from(number)] = conditions.write(&route.when)?;
            let cubes = cubes::of(&route.when, policy.semantics, &mut conditions)?;
            let rank = rank as u16;
            lowered.cubes.extend(cubes.into_iter().map(|literals| graph::Cube { rank, literals }));
            lowered.order.push(number);
        }
        sections.push(lowered);
    }
    let stages = stages::of(recipe, &used, &vocabulary, &mut conditions)?;
    let routes = recipe.routes.iter().zip(whens).map(|(it, when)| route(policy, recipe, it, when)).collect();
    let (tests, code) = conditions.finish();
    Ok(graph::Recipe {
        name: recipe.name.clone(),
        reads_body: recipe
            .signals
            .iter()
            .any(|signal| used.family(signal.kind.name) && signal.kind.name != "authz"),
        slots: vocabulary.into_slots(),
        sensors,
        scanner: patterns.finish(),
        queries,
        stages,
        tests,
        code,
        routes,
        sections,
        ..graph::Recipe::default()
    })
}

fn route(policy: &Policy, recipe: &Recipe, route: &Route, when: graph::Stretch) -> graph::Route {
    let compile = |it: &crate::policy::Plugin| (plugin::find(&it.kind)?.compile)(&it.fields);
    let retention = route.emits.first().map(|emit| graph::Retention {
        drop: emit.drop,
        ttl_turns: emit.ttl_turns.and_then(|turns| u32::try_from(turns).ok()),
        keep_current_model: emit.keep_current_model,
        prefer_prefix: emit.prefer_prefix_retention,
    });
    graph::Route {
        name: route.name.it.clone(),
        models: route.models.iter().filter_map(|it| model::reference(policy, it)).collect(),
        algorithm: route.algorithm.as_ref().map(|algorithm| algorithm.kind.it.clone()),
        effects: route.plugins.iter().filter_map(compile).collect(),
        retention,
        when,
        on_unknown: ranking::lower_on_unknown(on_unknown(policy.semantics, recipe, route)),
    }
}
