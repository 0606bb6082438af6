//! A decision in the words in which all engines are compared.

use wrp_graph::eval::{Case, Fired, Verdict};

use super::{Outcome, decide};
use crate::policy::Policy;

/// Decides on a case. The oracle reads everything at once, so it asks for nothing.
pub fn verdict(policy: &Policy, case: &Case) -> Verdict {
    let recipe = match &case.recipe {
        None => policy.recipes.first(),
        Some(name) => policy.recipes.iter().find(|recipe| recipe.name == *name),
    };
    let Some(recipe) = recipe else { return Verdict::default() };
    let decided = decide(policy, recipe, &case.readings());
    let name = |number: usize| recipe.routes[number].name.it.clone();
    let (decision, denied) = match decided.outcome {
        Outcome::Route(number) => (Some(name(number)), None),
        Outcome::Deny(number) => (None, Some(name(number))),
        Outcome::Default => (None, None),
    };
    let fired = decided.fired.into_iter();
    Verdict {
        decision,
        denied,
        confidence: decided.confidence,
        matched: fired.map(|(number, confidence)| Fired { route: name(number), confidence }).collect(),
        asked: Vec::new(),
    }
}
