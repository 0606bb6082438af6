//! Every finding of the prover against trying all requests, on policies made up by chance.
//!
//! `WRP_PROOFS` says how many policies are tried.

use std::collections::BTreeMap;

use wrp_graph::session::{self, Session, Step};
use wrp_lang::lower::{Options, lower};
use wrp_lang::oracle::{self, Decided, Outcome, Readings};
use wrp_lang::policy::{OnUnknown, Policy, Recipe, Semantics, Strategy};
use wrp_lang::prove::{Analysis, Witness, analyse};
use wrp_tests::every_request::{requests, varied};
use wrp_tests::made_up::Dice;

#[test]
fn findings_are_what_trying_all_requests_shows() {
    let wanted = std::env::var("WRP_PROOFS").ok().and_then(|it| it.parse().ok()).unwrap_or(600);
    let mut dice = Dice::new(23);
    let (mut tried, mut seen) = (0, BTreeMap::<&str, usize>::new());
    while tried < wanted {
        let plain = dice.chance(30);
        let policy = varied(&mut dice, plain);
        let Some(requests) = requests(&policy) else { continue };
        tried += 1;
        check(&policy, &requests, &mut seen);
    }
    eprintln!("{tried} policies: {seen:?}");
    for class in ["contradictory", "tautological", "shadowed", "redundant", "overlap", "flip", "gap"] {
        assert!(seen.get(class).is_some_and(|count| *count > 0), "no {class} among {tried} policies");
    }
}

fn check(policy: &Policy, requests: &[Readings], seen: &mut BTreeMap<&'static str, usize>) {
    let recipe = &policy.recipes[0];
    let analysis = analyse(policy, 0);
    let decided: Vec<Decided> = requests
        .iter()
        .map(|raw| oracle::decide(policy, recipe, &oracle::prepare(policy, recipe, raw).readings))
        .collect();
    let count = recipe.routes.len();
    let fires = |it: &Decided, route: usize| it.fired.iter().any(|(fired, _)| *fired == route);
    let decides = |it: &Decided, route: usize| {
        it.outcome == Outcome::Route(route) || it.outcome == Outcome::Deny(route)
    };
    let show = |what: &str| format!("{what}\n{analysis:#?}\n{}", shown(policy));
    let exact = is_static(policy) && !analysis.vague;

    for route in 0..count {
        let acts = decided.iter().any(|it| fires(it, route) || decides(it, route));
        let wins = decided.iter().any(|it| decides(it, route));
        let contradictory = analysis.contradictory.iter().any(|it| it.route == route);
        let shadowed = analysis.shadowed.iter().find(|shadow| shadow.route == route);
        if contradictory {
            *seen.entry("contradictory").or_default() += 1;
            assert!(!acts, "{}", show("a contradictory route acts"));
        }
        if let Some(shadow) = shadowed {
            *seen.entry("shadowed").or_default() += 1;
            assert!(!wins, "{}", show("a shadowed route decides"));
            let taken = |it: &Decided| shadow.by.iter().any(|other| fires(it, *other) || decides(it, *other));
            let denies = recipe.routes.iter().any(|route| route.on_unknown != Some(OnUnknown::Skip));
            if policy.semantics == Semantics::Vsr2026_08 || !denies {
                assert!(
                    decided.iter().all(|it| !fires(it, route) || taken(it)),
                    "{}",
                    show("a shadow does not cover")
                );
            }
        }
        if exact {
            assert_eq!(
                contradictory || shadowed.is_some(),
                !wins,
                "{}",
                show(&format!("route {route} is dead or not"))
            );
        }
        let always = analysis.tautological.iter().any(|it| it.route == route);
        let tested = recipe.routes[route].when.leaves().count() > 0
            || !matches!(&recipe.routes[route].when, wrp_lang::policy::Expr::And(items) if items.is_empty());
        if always {
            *seen.entry("tautological").or_default() += 1;
            assert!(decided.iter().all(|it| fires(it, route)), "{}", show("what always holds does not"));
        } else if !analysis.vague && tested && !denying(policy, route) {
            assert!(decided.iter().any(|it| !fires(it, route)), "{}", show(&format!("{route} always holds")));
        }
    }
    let gap = decided.iter().any(|it| it.outcome == Outcome::Default);
    if !analysis.vague {
        assert_eq!(analysis.gap.is_some(), gap, "{}", show("a gap"));
    }
    *seen.entry("gap").or_default() += usize::from(gap);

    for redundant in &analysis.redundant {
        *seen.entry("redundant").or_default() += 1;
        let mut without = policy.clone();
        without.recipes[0].routes.remove(redundant.route);
        for (raw, before) in requests.iter().zip(&decided) {
            let readings = oracle::prepare(&without, &without.recipes[0], raw).readings;
            let after = oracle::decide(&without, &without.recipes[0], &readings);
            assert_eq!(
                action(recipe, before.outcome),
                action(&without.recipes[0], after.outcome),
                "{}",
                show("a redundant route matters")
            );
        }
    }
    for pair in &analysis.overlaps {
        *seen.entry("overlap").or_default() += 1;
        replay(policy, &pair.witness, &|it| fires(it, pair.one) && fires(it, pair.other));
    }
    if policy.semantics == Semantics::Vsr2026_08 && recipe.strategy == Strategy::Priority && !analysis.vague {
        overlaps_are_complete(recipe, &analysis, &decided, &show);
    }
    for pair in &analysis.flips {
        *seen.entry("flip").or_default() += 1;
        replay(policy, &pair.witness, &|it| fires(it, pair.one) && it.outcome == Outcome::Route(pair.other));
        assert!(recipe.routes[pair.one].priority > recipe.routes[pair.other].priority);
    }
    for shadow in &analysis.shadowed {
        if let Some(witness) = &shadow.witness {
            replay(policy, witness, &|it| fires(it, shadow.route) && !decides(it, shadow.route));
        }
    }
    if let Some(witness) = &analysis.gap {
        replay(policy, witness, &|it| it.outcome == Outcome::Default);
    }
}

/// Without the signals: a family's table of fields goes round in a circle.
fn shown(policy: &Policy) -> String {
    let Recipe { routes, partitions, scores, mappings, strategy, embedding_top_k, signals, .. } =
        &policy.recipes[0];
    let composed = signals.iter().any(|it| it.fields.object("composer").is_some());
    format!(
        "{:?} {strategy:?} top {embedding_top_k} composer {composed}\n{routes:?}\n{partitions:?}\n{scores:?}\n{mappings:?}",
        policy.semantics
    )
}

fn denying(policy: &Policy, route: usize) -> bool {
    let recipe = &policy.recipes[0];
    wrp_lang::lower::on_unknown(policy.semantics, recipe, &recipe.routes[route]) != OnUnknown::Skip
}

/// Two routes of equal rank that one request matches, and no route of a higher rank takes, are reported.
fn overlaps_are_complete(
    recipe: &Recipe,
    analysis: &Analysis,
    decided: &[Decided],
    show: &dyn Fn(&str) -> String,
) {
    if recipe.routes.iter().any(|route| route.tier > 0) {
        return;
    }
    for it in decided {
        for (one, _) in &it.fired {
            for (other, _) in it.fired.iter().filter(|(other, _)| other > one) {
                let (first, second) = (&recipe.routes[*one], &recipe.routes[*other]);
                let winner = match it.outcome {
                    Outcome::Route(route) => route,
                    _ => continue,
                };
                let equal = first.priority == second.priority && first.models != second.models;
                if equal && (winner == *one || winner == *other) {
                    let told = analysis.overlaps.iter().any(|pair| {
                        (pair.one, pair.other) == (*one, *other) || (pair.one, pair.other) == (*other, *one)
                    });
                    assert!(told, "{}", show(&format!("{one} and {other} overlap")));
                }
            }
        }
    }
}

/// Whether who wins is settled by rank alone.
fn is_static(policy: &Policy) -> bool {
    let recipe = &policy.recipes[0];
    let mut priorities: Vec<i64> = recipe.routes.iter().map(|route| route.priority).collect();
    priorities.sort_unstable();
    let distinct = priorities.windows(2).all(|pair| pair[0] != pair[1]);
    match policy.semantics {
        Semantics::Strict => recipe.strategy == Strategy::Priority,
        Semantics::Vsr2026_08 => {
            recipe.strategy == Strategy::Priority && distinct && recipe.routes.iter().all(|it| it.tier <= 0)
        }
    }
}

fn action(recipe: &Recipe, outcome: Outcome) -> String {
    match outcome {
        Outcome::Route(route) => format!("{:?}", recipe.routes[route].models[0].name.it),
        Outcome::Default => "default".to_owned(),
        Outcome::Deny(_) => "deny".to_owned(),
    }
}

/// A witness shows what it should to the oracle and to the graph.
fn replay(policy: &Policy, witness: &Witness, shows: &dyn Fn(&Decided) -> bool) {
    let recipe = &policy.recipes[witness.recipe];
    let prepared = oracle::prepare(policy, recipe, &witness.raw).readings;
    assert_eq!(prepared, witness.readings);
    let decided = oracle::decide(policy, recipe, &prepared);
    assert!(shows(&decided), "{witness:#?}\n{decided:#?}\n{}", shown(policy));
    let graph = lower(policy, Options::default()).expect("a small policy fits");
    let given = prepared.iter().map(|(key, reading)| (key.as_str(), *reading));
    let Step::Decide(decision) = Session::settled(&graph, witness.recipe, given).step() else {
        panic!("a settled session asks nobody");
    };
    let outcome = match decision.outcome {
        session::Outcome::Route(route) => Outcome::Route(route.into()),
        session::Outcome::Deny(route) => Outcome::Deny(route.into()),
        session::Outcome::Default => Outcome::Default,
    };
    assert_eq!(outcome, decided.outcome, "{witness:#?}");
}
