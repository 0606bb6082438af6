//! Policies of which every request can be tried, and those requests.

use std::collections::BTreeSet;

use wrp_graph::reading::Reading;
use wrp_graph::schema::Spanned;
use wrp_lang::oracle::Readings;
use wrp_lang::policy::{ModelRef, Policy, Recipe, Semantics, Term};

use crate::made_up::{self, Dice, Taste};

/// A policy of which all requests can be tried has at most so many.
const MOST_REQUESTS: usize = 1_500;

/// A made-up policy with models, and with nothing in its scores that only a continuum of confidences would reach.
pub fn varied(dice: &mut Dice, plain: bool) -> Policy {
    let mut policy = made_up::policy(dice, Taste { plain });
    let recipe = &mut policy.recipes[0];
    for input in recipe.scores.iter_mut().flat_map(|score| &mut score.inputs) {
        input.term = match &input.term {
            Term::Confidence { kind, name } | Term::Raw { kind, name } => {
                Term::Binary { kind: kind.clone(), name: name.clone(), matched: 1.0, missed: 0.0 }
            }
            Term::Output { name } => {
                Term::Binary { kind: "projection".to_owned(), name: name.clone(), matched: 0.6, missed: 0.0 }
            }
            other => other.clone(),
        };
    }
    let (ties, tiers) = (dice.chance(50), dice.chance(25));
    for route in &mut recipe.routes {
        if plain && ties {
            route.priority = dice.below(3) as i64;
        }
        if plain && tiers {
            route.tier = dice.below(3) as i64;
        }
        let name = Spanned { it: (*dice.pick(&["small", "large"])).to_owned(), span: Default::default() };
        route.models = vec![ModelRef { name, reasoning: None, effort: None, lora: None, weight: None }];
    }
    policy
}

/// All requests that differ for the policy, as raw readings; `None` where they are too many.
pub fn requests(policy: &Policy) -> Option<Vec<Readings>> {
    let recipe = &policy.recipes[0];
    let strict = policy.semantics == Semantics::Strict;
    let mut all: Vec<Readings> = vec![Readings::new()];
    for choices in choices(recipe, strict) {
        if all.len() * choices.len() > MOST_REQUESTS {
            return None;
        }
        all = all
            .iter()
            .flat_map(|request| {
                choices.iter().map(|choice| {
                    let mut request = request.clone();
                    request.extend(choice.iter().cloned());
                    request
                })
            })
            .collect();
    }
    Some(all)
}

type Choice = Vec<(String, Reading)>;

/// What each independent thing can be.
fn choices(recipe: &Recipe, strict: bool) -> Vec<Vec<Choice>> {
    let used = used(recipe);
    let asked: BTreeSet<String> = recipe
        .routes
        .iter()
        .flat_map(|route| route.when.leaves())
        .filter(|leaf| leaf.predicate.is_some())
        .map(|leaf| format!("{}:{}", leaf.kind, leaf.name))
        .collect();
    let mut choices = Vec::new();
    for key in &used {
        let kind = key.split(':').next().unwrap_or_default();
        let mut readings = vec![Reading::MISSED];
        match kind {
            "keyword" => readings.push(Reading::flag(true)),
            "embedding" | "jailbreak" | "domain" => {
                let sure: &[f64] = if asked.contains(key) { &[0.2, 0.4, 0.8] } else { &[0.8] };
                readings.extend(sure.iter().map(|confidence| Reading::confident(true, *confidence)));
                if strict {
                    readings.push(Reading::FAILED);
                }
            }
            _ => continue,
        }
        choices.push(readings.into_iter().map(|reading| vec![(key.clone(), reading)]).collect());
    }
    if used.iter().any(|key| key.starts_with("complexity:")) {
        let levels = ["easy", "medium", "hard"].map(|level| format!("complexity:c:{level}"));
        let composed = recipe
            .signals
            .iter()
            .any(|it| it.kind.name == "complexity" && it.fields.object("composer").is_some());
        let bounded = levels.iter().any(|level| asked.contains(level));
        let sure: &[f64] = if bounded { &[0.2, 0.4, 0.8] } else { &[0.8] };
        let mut answers: Vec<Choice> = Vec::new();
        if !strict || composed || bounded {
            answers.push(Vec::new());
        }
        for level in &levels {
            answers.extend(sure.iter().map(|it| vec![(level.clone(), Reading::confident(true, *it))]));
        }
        if strict && !bounded {
            answers.push(levels.iter().map(|level| (level.clone(), Reading::FAILED)).collect());
        }
        if strict && bounded {
            // Each by itself, as flags are.
            for some in 1..8 {
                let failed = levels.iter().enumerate().filter(|(at, _)| some >> at & 1 == 1);
                answers.push(failed.map(|(_, level)| (level.clone(), Reading::FAILED)).collect());
            }
        }
        choices.push(answers);
    }
    let labels: BTreeSet<String> = recipe
        .routes
        .iter()
        .flat_map(|route| route.when.leaves())
        .filter(|leaf| leaf.kind == "classifier")
        .filter_map(|leaf| Some(format!("classifier:f:{}", leaf.label.as_ref()?)))
        .collect();
    if !labels.is_empty() {
        let mut answers: Vec<Choice> = vec![Vec::new()];
        for label in &labels {
            answers = answers
                .iter()
                .flat_map(|choice| {
                    [None, Some(0.1), Some(0.4), Some(0.8)].map(|number| {
                        let mut choice = choice.clone();
                        choice.extend(number.map(|it| (label.clone(), Reading::default().with_value(it))));
                        choice
                    })
                })
                .collect();
        }
        let failed = labels.iter().cloned().chain(["classifier:f".to_owned()]);
        answers.push(failed.map(|key| (key, Reading::FAILED)).collect());
        choices.push(answers);
    }
    choices
}

/// The keys that have a say.
fn used(recipe: &Recipe) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = recipe
        .routes
        .iter()
        .flat_map(|it| it.when.leaves())
        .map(|it| format!("{}:{}", it.kind, it.name))
        .collect();
    for input in recipe.scores.iter().flat_map(|score| &score.inputs) {
        if let Term::Binary { kind, name, .. } = &input.term {
            used.insert(format!("{kind}:{name}"));
        }
    }
    if used.iter().any(|key| key.starts_with("complexity:")) {
        used.extend(["domain:law", "embedding:e1"].map(str::to_owned));
    }
    let has = |used: &BTreeSet<String>, family: &str| used.iter().any(|key| key.starts_with(family));
    if has(&used, "embedding") {
        used.extend(["e1", "e2", "e3"].map(|name| format!("embedding:{name}")));
    }
    if has(&used, "domain") {
        used.extend(["law", "tax", "math"].map(|name| format!("domain:{name}")));
    }
    used.retain(|key| !key.starts_with("projection") && !key.starts_with("nonsense"));
    used
}
