//! Graphs damaged by chance: none that decides a request otherwise than its policy is called proved.
//!
//! `WRP_PROOFS` says how many policies are tried.

use wrp_graph::condition::Test;
use wrp_graph::graph::{Graph, Literal, OnUnknown, Recipe};
use wrp_graph::reading::Reading;
use wrp_graph::session::{self, Session, Step};
use wrp_lang::lower::{Options, lower};
use wrp_lang::oracle::{self, Outcome, Readings};
use wrp_lang::policy::Policy;
use wrp_lang::validate::validate;
use wrp_tests::made_up::{self, Dice, Taste};

#[test]
fn what_is_proved_decides_as_meant_and_what_is_damaged_is_not_proved() {
    let wanted = std::env::var("WRP_PROOFS").ok().and_then(|it| it.parse().ok()).unwrap_or(300);
    let mut dice = Dice::new(59);
    let (mut proved, mut refuted, mut harmless) = (0, 0, 0);
    for _ in 0..wanted {
        let plain = dice.chance(30);
        let policy = made_up::policy(&mut dice, Taste { plain });
        let graph = lower(&policy, Options::default()).expect("a small policy fits");
        let checked = validate(&policy, &graph).expect("the compiler compiles");
        assert!(checked.proved, "{checked}");
        proved += 1;
        let Some(damaged) = damaged(&mut dice, &graph) else { continue };
        match validate(&policy, &damaged) {
            Err(_) => refuted += 1,
            Ok(checked) if checked.proved => {
                harmless += 1;
                for _ in 0..200 {
                    same(&policy, &damaged, &made_up::readings(&mut dice));
                }
            }
            Ok(_) => {}
        }
    }
    eprintln!("{proved} proved; damaged: {refuted} refuted, {harmless} harmless");
    assert!(refuted > wanted / 4, "{refuted} of {wanted} were refuted");
}

/// Something in the graph said otherwise; `None` where there is nothing to damage, or nobody could read the result.
fn damaged(dice: &mut Dice, graph: &Graph) -> Option<Graph> {
    let mut damaged = graph.clone();
    damage(dice, &mut damaged.recipes[0])?;
    Graph::decode(&damaged.encode()).ok()
}

fn damage(dice: &mut Dice, recipe: &mut Recipe) -> Option<()> {
    let (sections, routes) = (recipe.sections.len(), recipe.routes.len());
    let section = &mut recipe.sections[dice.below(sections)];
    let cubes = section.cubes.len();
    match dice.below(7) {
        0 if cubes > 0 => {
            let literals = &mut section.cubes[dice.below(cubes)].literals;
            let at = literals.len().checked_sub(1)?;
            literals[at] = Literal(literals[at].0 ^ 1);
        }
        1 if cubes > 0 => drop(section.cubes[dice.below(cubes)].literals.pop()?),
        2 if cubes > 0 => drop(section.cubes.remove(dice.below(cubes))),
        3 if section.order.len() > 1 => section.order.swap(0, 1),
        4 => {
            for test in &mut recipe.tests {
                if let Test::Bounded { bounds, .. } = test {
                    bounds.gte = bounds.gte.map(|bound| bound + 0.1);
                }
            }
        }
        5 => {
            let route = &mut recipe.routes[dice.below(routes)];
            route.on_unknown =
                if route.on_unknown == OnUnknown::Skip { OnUnknown::Match } else { OnUnknown::Skip };
        }
        _ => {
            let end = section.order.len() as u16;
            section.group_ends.fill(end);
        }
    }
    Some(())
}

fn same(policy: &Policy, graph: &Graph, readings: &Readings) {
    let meant = oracle::decide(policy, &policy.recipes[0], readings);
    let given = readings.iter().map(|(key, reading): (&String, &Reading)| (key.as_str(), *reading));
    let Step::Decide(decision) = Session::settled(graph, 0, given).step() else {
        panic!("a settled session asks nobody");
    };
    let outcome = match decision.outcome {
        session::Outcome::Route(route) => Outcome::Route(route.into()),
        session::Outcome::Deny(route) => Outcome::Deny(route.into()),
        session::Outcome::Default => Outcome::Default,
    };
    assert_eq!((outcome, decision.confidence), (meant.outcome, meant.confidence), "{readings:#?}");
}
