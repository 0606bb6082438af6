//! Two versions of a policy compared by the prover, against trying all requests on both.
//!
//! `WRP_PROOFS` says how many pairs are tried.

use std::collections::BTreeSet;

use wrp_graph::graph::Graph;
use wrp_lang::diff::{Change, RecipeDiff, Served, Subject, Verdict, diff};
use wrp_lang::lower::{Options, lower};
use wrp_lang::oracle::{self, Decided, Outcome, Readings};
use wrp_lang::policy::{Expr, OnUnknown, Policy, Semantics, Strategy};
use wrp_tests::every_request::{requests, varied};
use wrp_tests::made_up::Dice;

#[test]
fn differences_are_what_trying_all_requests_shows() {
    let wanted = std::env::var("WRP_PROOFS").ok().and_then(|it| it.parse().ok()).unwrap_or(120);
    let mut dice = Dice::new(41);
    let (mut tried, mut equal, mut different, mut unproved) = (0, 0, 0, 0);
    while tried < wanted {
        let plain = dice.chance(40);
        let mut old = varied(&mut dice, plain);
        // A route is known by its name here.
        for (number, route) in old.recipes[0].routes.iter_mut().enumerate() {
            route.name.it = format!("r{number}");
        }
        let mut new = old.clone();
        for _ in 0..1 + dice.below(2) {
            edit(&mut dice, &mut new);
        }
        let Some(requests) = requests(&both(&old, &new)) else { continue };
        tried += 1;
        match check(&old, &new, &requests) {
            Verdict::Equal => equal += 1,
            Verdict::Different => different += 1,
            Verdict::Unproved { .. } => unproved += 1,
        }
    }
    eprintln!("{tried} pairs: {equal} equal, {different} different, {unproved} not proved");
    assert!(equal > wanted / 4 && different > wanted / 8 && unproved < wanted / 3);
}

/// One small change, of which some change nothing.
fn edit(dice: &mut Dice, policy: &mut Policy) {
    let strict = policy.semantics == Semantics::Strict;
    let recipe = &mut policy.recipes[0];
    let count = recipe.routes.len();
    let at = dice.below(count);
    match dice.below(16) {
        0 => recipe.routes.swap(at, dice.below(count)),
        1 => recipe.routes[at].priority = dice.below(4) as i64,
        2 => recipe.routes[at].models.swap_remove(0).name.it.push('x'),
        3 if count > 1 => drop(recipe.routes.remove(at)),
        4 => {
            let mut more = recipe.routes[dice.below(count)].clone();
            more.name.it.push_str(&format!("+{count}"));
            recipe.routes.insert(at, more);
        }
        5 => {
            let when = recipe.routes[at].when.clone();
            recipe.routes[at].when = Expr::Not(Box::new(Expr::Not(Box::new(when))));
        }
        6 => {
            let other = recipe.routes[dice.below(count)].when.clone();
            let when = recipe.routes[at].when.clone();
            recipe.routes[at].when = Expr::Or(vec![when.clone(), Expr::And(vec![other, when])]);
        }
        7 if strict => recipe.routes[at].on_unknown = Some(OnUnknown::Deny),
        8 => recipe.embedding_top_k = dice.below(3) as u32,
        9 => drop(recipe.partitions.pop()),
        10 => {
            policy.semantics = if strict { Semantics::Vsr2026_08 } else { Semantics::Strict };
        }
        11 => {
            let bands = recipe.mappings.iter_mut().flat_map(|mapping| &mut mapping.outputs);
            bands.filter_map(|band| band.bounds.gte.as_mut()).for_each(|bound| *bound += 0.2);
        }
        12 => recipe.scores.iter_mut().flat_map(|it| &mut it.inputs).take(1).for_each(|it| it.weight = -0.5),
        // A signal redefined: its composer, its categories.
        13 => {
            let at = dice.below(recipe.signals.len());
            recipe.signals[at].fields.entries.pop();
        }
        14 => {
            let at = dice.below(recipe.signals.len());
            recipe.signals.remove(at);
        }
        _ => {
            let models = recipe.routes[dice.below(count)].models.clone();
            recipe.routes[at].models = models;
        }
    }
    // What was renamed by cutting its only model off gets one again.
    for route in recipe.routes.iter_mut().filter(|route| route.models.is_empty()) {
        let name = wrp_graph::schema::Spanned { it: "other".to_owned(), span: Default::default() };
        let model =
            wrp_lang::policy::ModelRef { name, reasoning: None, effort: None, lora: None, weight: None };
        route.models.push(model);
    }
}

/// All tests of both, for making requests.
fn both(old: &Policy, new: &Policy) -> Policy {
    let mut both = old.clone();
    let recipe = &mut both.recipes[0];
    recipe.routes.extend(new.recipes[0].routes.iter().cloned());
    recipe.scores.extend(new.recipes[0].scores.iter().cloned());
    if new.semantics == Semantics::Strict {
        both.semantics = Semantics::Strict;
    }
    both
}

/// Under the reference only a classifier's failure is noted, and nobody hears what nobody declares.
fn decided(policy: &Policy, raw: &Readings) -> Decided {
    let recipe = &policy.recipes[0];
    let declared = |key: &str| {
        let names = recipe.signals.iter().map(|signal| format!("{}:{}", signal.kind.name, signal.name.it));
        let mut heard = names.filter_map(|name| key.strip_prefix(&name).map(str::to_owned));
        key.starts_with("domain:") || heard.any(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    let mut raw = raw.clone();
    raw.retain(|key, _| declared(key));
    for (key, reading) in &mut raw {
        reading.failed &= policy.semantics == Semantics::Strict || key.starts_with("classifier:");
    }
    oracle::decide(policy, recipe, &oracle::prepare(policy, recipe, &raw).readings)
}

/// Whether who wins is settled by rank and no stage looks at confidences, so that what differs is among what is tried.
fn by_rank(policy: &Policy) -> bool {
    let recipe = &policy.recipes[0];
    let mut priorities: Vec<i64> = recipe.routes.iter().map(|route| route.priority).collect();
    priorities.sort_unstable();
    recipe.strategy == Strategy::Priority
        && recipe.embedding_top_k == 0
        && recipe.partitions.is_empty()
        && (policy.semantics == Semantics::Strict
            || (priorities.windows(2).all(|pair| pair[0] != pair[1])
                && recipe.routes.iter().all(|route| route.tier <= 0)))
}

fn check(old: &Policy, new: &Policy, requests: &[Readings]) -> Verdict {
    let graphs: [Graph; 2] =
        [old, new].map(|policy| lower(policy, Options::default()).expect("a small policy fits"));
    let subject = |side: usize| Subject { policy: [old, new][side], graph: &graphs[side] };
    let found = diff(subject(0), subject(1));
    let [recipe] = found.recipes.as_slice() else { panic!("one recipe each") };
    let tried = tried(old, new, requests);
    let show = || format!("{recipe:#?}\n{:?}\n{:?}", old.recipes[0].routes, new.recipes[0].routes);
    for change in &recipe.changes {
        assert!(change.old.is_changed_by(&change.new), "{}", show());
        replays([old, new], change);
    }
    match recipe.verdict {
        Verdict::Equal => assert!(tried.is_empty(), "called equal, but {tried:#?}\n{}", show()),
        Verdict::Different => {
            assert!(!recipe.changes.is_empty());
            let known = pairs(recipe);
            assert!(tried.is_subset(&known), "missed {:#?}\n{}", tried.difference(&known), show());
        }
        Verdict::Unproved { played } => assert!(played > 0),
    }
    // Of two signals any combination may happen, and only those that say the same have been tried.
    let shared = recipe.redefined.is_empty() && old.semantics == new.semantics;
    if shared && by_rank(old) && by_rank(new) && recipe.verdict != Verdict::Equal {
        assert!(
            !matches!(recipe.verdict, Verdict::Different) || !tried.is_empty(),
            "nothing differs\n{}",
            show()
        );
    }
    recipe.verdict
}

/// Every change that some request shows.
fn tried(old: &Policy, new: &Policy, requests: &[Readings]) -> BTreeSet<(Served, Served)> {
    let served = |policy: &Policy, raw: &Readings| {
        let recipe = &policy.recipes[0];
        let name = |route: usize| recipe.routes[route].name.it.clone();
        let (route, denied) = match decided(policy, raw).outcome {
            Outcome::Route(route) => (Some(name(route)), false),
            Outcome::Deny(route) => (Some(name(route)), true),
            Outcome::Default => (None, false),
        };
        Served::named(policy, 0, route.as_deref(), denied)
    };
    let changes = requests.iter().map(|raw| (served(old, raw), served(new, raw)));
    changes.filter(|(one, other)| one.is_changed_by(other)).collect()
}

fn pairs(recipe: &RecipeDiff) -> BTreeSet<(Served, Served)> {
    recipe.changes.iter().map(|it| (it.old.clone(), it.new.clone())).collect()
}

fn replays(policies: [&Policy; 2], change: &Change) {
    for (side, expected) in [&change.old, &change.new].into_iter().enumerate() {
        let policy = policies[side];
        let recipe = &policy.recipes[0];
        let name = match decided(policy, &change.witness.raw[side]).outcome {
            Outcome::Route(route) | Outcome::Deny(route) => Some(recipe.routes[route].name.it.as_str()),
            Outcome::Default => None,
        };
        assert_eq!(name, expected.route_name(), "{change:#?}");
    }
}
