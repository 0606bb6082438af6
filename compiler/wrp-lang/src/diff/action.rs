//! What a decision does to a request, and in what two of them differ.

use std::collections::BTreeMap;

use crate::oracle::Outcome;
use crate::policy::{ModelRef, Policy, Recipe, Route};
use crate::prove::families::plain;

/// Where a request goes, and what is done to it on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Served {
    pub by: By,
    /// The models that may serve, each with how it is asked to reason.
    pub models: Vec<String>,
    /// The parts of the action as text, by what they are called: equal texts do the same.
    pub(super) parts: BTreeMap<&'static str, String>,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    Route(String),
    /// The route could not be decided and denies.
    Deny(String),
    Default,
}

impl Served {
    pub(crate) fn of(policy: &Policy, recipe: &Recipe, outcome: Outcome) -> Served {
        let name = |route: usize| recipe.routes[route].name.it.clone();
        match outcome {
            Outcome::Route(route) => Served::route(policy, &recipe.routes[route]),
            Outcome::Deny(route) => Served {
                by: By::Deny(name(route)),
                models: Vec::new(),
                parts: BTreeMap::from([("outcome", "deny".to_owned())]),
            },
            Outcome::Default => {
                let models: Vec<String> = policy.default_model.iter().map(|model| model.it.clone()).collect();
                let sent: Vec<String> = models.iter().map(|name| sent(policy, name)).collect();
                let parts = [("outcome", "default".to_owned()), ("model", sent.join(" "))];
                Served { by: By::Default, models, parts: BTreeMap::from(parts) }
            }
        }
    }

    fn route(policy: &Policy, route: &Route) -> Served {
        let models: Vec<String> = route.models.iter().map(shown).collect();
        let named: Vec<String> =
            route.models.iter().map(|it| format!("{} {:?}", sent(policy, &it.name.it), it.lora)).collect();
        let reasoning: Vec<String> =
            route.models.iter().map(|it| format!("{:?} {:?}", it.reasoning, it.effort)).collect();
        let weights: Vec<_> = route.models.iter().map(|it| it.weight.map(f64::to_bits)).collect();
        let algorithm = route.algorithm.as_ref().map(|it| {
            // What an algorithm weighs about the models is its own affair: all of it.
            let known = |name: &str| policy.models.iter().find(|model| model.name.it == name);
            let candidates = route.models.iter().filter_map(|it| known(&it.name.it));
            let candidates: Vec<String> = candidates.map(|model| plain(&model.fields)).collect();
            format!("{} {} {candidates:?}", it.kind.it, plain(&it.fields))
        });
        let plugins: Vec<_> = route.plugins.iter().map(|it| (&it.kind, plain(&it.fields))).collect();
        let parts = [
            ("outcome", "route".to_owned()),
            ("model", named.join(", ")),
            ("reasoning", reasoning.join(", ")),
            ("selection", format!("{algorithm:?} {weights:?}")),
            ("plugins", format!("{plugins:?}")),
            ("retention", format!("{:?}", route.emits)),
        ];
        Served { by: By::Route(route.name.it.clone()), models, parts: BTreeMap::from(parts) }
    }

    /// Whether a request fares the same, whoever decided.
    pub(super) fn does_as(&self, other: &Served) -> bool {
        self.parts == other.parts
    }

    /// What of it another one does otherwise.
    pub fn differs_in(&self, other: &Served) -> Vec<&'static str> {
        let names: Vec<&'static str> = self.parts.keys().chain(other.parts.keys()).copied().collect();
        let mut found: Vec<&'static str> =
            names.into_iter().filter(|name| self.parts.get(name) != other.parts.get(name)).collect();
        found.sort_unstable();
        found.dedup();
        match found.contains(&"outcome") {
            true => vec!["outcome"],
            false => found,
        }
    }

    /// The route that decided, or denied.
    pub fn route_name(&self) -> Option<&str> {
        match &self.by {
            By::Route(name) | By::Deny(name) => Some(name),
            By::Default => None,
        }
    }
}

/// A model as the upstream is told.
fn sent(policy: &Policy, name: &str) -> String {
    let model = policy.models.iter().find(|model| model.name.it == name);
    let field = |key: &str| model.and_then(|model| model.fields.text(key));
    format!("{name} {:?} {:?}", field("provider_model_id"), field("reasoning_family"))
}

fn shown(model: &ModelRef) -> String {
    let mut how = Vec::new();
    match (model.reasoning, &model.effort) {
        (Some(true), Some(effort)) => how.push(format!("{effort} reasoning")),
        (Some(true), None) => how.push("reasoning".to_owned()),
        (Some(false), _) => how.push("no reasoning".to_owned()),
        (None, Some(effort)) => how.push(format!("{effort} effort")),
        (None, None) => {}
    }
    how.extend(model.lora.iter().map(|lora| format!("lora {lora}")));
    how.extend(model.weight.map(|weight| format!("weight {weight}")));
    match how.is_empty() {
        true => model.name.it.clone(),
        false => format!("{} ({})", model.name.it, how.join(", ")),
    }
}
