//! The one pass over a graph that makes running it safe: every index is in range, every stage looks only at what came
//! before it, every condition leaves exactly one value.

use std::fmt;

use crate::condition::{Op, Test};
use crate::graph::{Graph, Literal, Recipe, Section, Stretch};
use crate::index::Index;
use crate::session::Session;
use crate::stage::{Stage, Term};

/// What does not hold of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault(&'static str);

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.0)
    }
}

type Sound = Result<(), Fault>;

fn ensure(holds: bool, fault: &'static str) -> Sound {
    if holds { Ok(()) } else { Err(Fault(fault)) }
}

/// Verifies a graph and makes what sessions look things up in.
pub(crate) fn seal(mut graph: Graph) -> Result<Graph, Fault> {
    let models = graph.models.len();
    let model = |number: u16| usize::from(number) < models;
    ensure(!graph.recipes.is_empty(), "there is no recipe")?;
    ensure(graph.default_model.is_none_or(model), "the default model is not in the catalogue")?;
    for entrypoint in &graph.entrypoints {
        ensure(usize::from(entrypoint.recipe) < graph.recipes.len(), "an entrypoint names no recipe")?;
    }
    for recipe in &graph.recipes {
        for route in &recipe.routes {
            ensure(route.models.iter().all(|of| model(of.model)), "a route's model is not in the catalogue")?;
        }
        recipe_is_sound(recipe)?;
    }
    for recipe in &mut graph.recipes {
        recipe.index = Index::new(recipe);
        (recipe.index.known, recipe.index.may_hold) = Session::first_impressions(recipe, graph.semantics);
    }
    Ok(graph)
}

fn recipe_is_sound(recipe: &Recipe) -> Sound {
    let limit = usize::from(u16::MAX);
    let counts = [
        recipe.slots.len(),
        recipe.queries.len(),
        recipe.tests.len(),
        recipe.routes.len(),
        recipe.stages.len(),
    ];
    ensure(counts.into_iter().all(|count| count < limit), "a recipe is too large")?;
    ensure(recipe.slots.is_sorted_by(|one, next| one.key < next.key), "the slots are not in order")?;
    let query = |number: &u16| usize::from(*number) < recipe.queries.len();
    ensure(recipe.slots.iter().all(|slot| slot.queries.iter().all(query)), "a slot names no query")?;
    let slot = |number: &u16| usize::from(*number) < recipe.slots.len();
    for sensor in &recipe.sensors {
        ensure(slot(&sensor.slot), "a signal sets no slot")?;
        ensure(sensor.signal.fits(&recipe.scanner), "a signal asks for a pattern that nobody looks for")?;
    }
    // Conditions share nothing, so that all of them together are no longer than the code.
    let mut code_left = recipe.code.len();
    for test in &recipe.tests {
        match test {
            Test::Fired { slots } => {
                ensure(!slots.is_empty() && slots.iter().all(slot), "a test looks at no slot")?
            }
            Test::Bounded { slot: number, error, .. } => {
                ensure(slot(number) && slot(error), "a test looks at no slot")?;
            }
            Test::Derived { code } => condition_is_sound(recipe, *code, &mut code_left)?,
            Test::Never => {}
        }
    }
    // A derived test comes after everything it looks at: sessions refresh tests in order.
    for (number, test) in recipe.tests.iter().enumerate() {
        if let Test::Derived { code } = test {
            let before = |op: &Op| !matches!(op, Op::Test(test) if usize::from(*test) >= number);
            ensure(code.of(&recipe.code).iter().all(before), "a derived test looks ahead")?;
        }
    }
    let mut scores = 0;
    for stage in &recipe.stages {
        stage_is_sound(recipe, stage, &mut scores, &mut code_left)?;
    }
    for route in &recipe.routes {
        condition_is_sound(recipe, route.when, &mut code_left)?;
    }
    ensure(matches!(recipe.sections.len(), 1 | 2), "a recipe has one section or two")?;
    let mut ranked = vec![false; recipe.routes.len()];
    for section in &recipe.sections {
        section_is_sound(recipe, section, &mut ranked)?;
    }
    ensure(ranked.into_iter().all(|ranked| ranked), "a route has no rank")
}

fn stage_is_sound(recipe: &Recipe, stage: &Stage, scores: &mut usize, code_left: &mut usize) -> Sound {
    let slot = |number: &u16| usize::from(*number) < recipe.slots.len();
    ensure(stage.outputs().iter().all(slot), "a stage sets no slot")?;
    match stage {
        Stage::Partition(_) | Stage::Top(_) => Ok(()),
        Stage::Vetoes(vetoes) => {
            vetoes.iter().try_for_each(|veto| condition_is_sound(recipe, veto.condition, code_left))
        }
        Stage::Score(score) => {
            for input in &score.inputs {
                let sound = match &input.term {
                    Term::Binary { slot: number, .. }
                    | Term::Confidence { slot: number }
                    | Term::Raw { slot: number } => slot(number),
                    Term::Score { score } => usize::from(*score) < *scores,
                    Term::Constant(_) => true,
                };
                ensure(sound, "a score looks ahead or at no slot")?;
            }
            *scores += 1;
            Ok(())
        }
        Stage::Mapping(mapping) => ensure(usize::from(mapping.score) < *scores, "a mapping looks ahead"),
    }
}

fn section_is_sound(recipe: &Recipe, section: &Section, ranked: &mut [bool]) -> Sound {
    for route in &section.order {
        let ranked = ranked.get_mut(usize::from(*route)).ok_or(Fault("a rank names no route"))?;
        ensure(!*ranked, "a route has two ranks")?;
        *ranked = true;
    }
    ensure(section.group_ends.len() == section.order.len(), "a rank has no group")?;
    for (rank, end) in section.group_ends.iter().enumerate() {
        let end = usize::from(*end);
        ensure(rank < end && end <= section.order.len(), "a group ends before it begins")?;
        let next = section.group_ends.get(rank + 1).map(|end| usize::from(*end));
        ensure(rank + 1 == end || next == Some(end), "groups overlap")?;
    }
    ensure(section.cubes.is_sorted_by_key(|cube| cube.rank), "the cubes are not in order")?;
    for cube in &section.cubes {
        ensure(usize::from(cube.rank) < section.order.len(), "a cube has no rank")?;
        let test = |literal: &Literal| literal.test() < recipe.tests.len();
        ensure(cube.literals.iter().all(test), "a cube looks at no test")?;
    }
    Ok(())
}

/// A condition leaves exactly one value and never takes more than there are. It makes plain tests only;
/// derived ones stand in cubes.
fn condition_is_sound(recipe: &Recipe, code: Stretch, code_left: &mut usize) -> Sound {
    let (start, end) = (code.start as usize, code.end as usize);
    ensure(start <= end && end <= recipe.code.len(), "a condition lies outside the code")?;
    *code_left = code_left.checked_sub(end - start).ok_or(Fault("conditions share code"))?;
    let mut depth = 0_usize;
    for op in code.of(&recipe.code) {
        let taken = match op {
            Op::Test(test) => {
                let plain =
                    !matches!(recipe.tests.get(usize::from(*test)), None | Some(Test::Derived { .. }));
                ensure(plain, "a condition makes no plain test")?;
                0
            }
            Op::Not => 1,
            Op::And(count) | Op::Or(count) => usize::from(*count),
        };
        ensure(taken <= depth, "a condition lacks a value")?;
        depth = depth - taken + 1;
    }
    ensure(depth == 1, "a condition leaves more or less than one value")
}
