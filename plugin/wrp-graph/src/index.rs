//! What a session looks up in a recipe: made once when a graph is verified, from what the graph says.

use crate::condition::{Op, Test};
use crate::graph::{Recipe, Stretch};
use crate::matcher::Matcher;
use crate::order::sort_and_dedup;
use crate::stage::{Stage, Term};
use crate::state::State;
use crate::truth::Known;

/// Who hangs on whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// For each slot, the tests that look at it, ascending.
    pub(crate) tests_of: Lists,
    /// For each query, the slots that its answer sets.
    pub(crate) slots_of: Lists,
    /// For each slot, every query that has a say in its final reading.
    pub(crate) sources_of: Lists,
    /// The same where the stages before the projections are not run.
    pub(crate) final_sources_of: Lists,
    /// Slots that a stage may set.
    pub(crate) staged: Vec<bool>,
    pub(crate) staged_slots: Vec<u16>,
    /// Tests that look at those.
    pub(crate) staged_tests: Vec<u16>,
    pub(crate) scores: usize,
    /// For each section, where its cubes are found.
    pub(crate) matchers: Vec<Matcher>,
    /// What a session starts with: the states of a request of which nothing is known, and what tests say of them.
    pub(crate) states: Vec<State>,
    pub(crate) known: Vec<Known>,
    pub(crate) may_hold: Vec<u64>,
}

/// A list of numbers for each number, in one piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lists {
    ends: Vec<u32>,
    items: Vec<u16>,
}

impl Lists {
    pub(crate) fn get(&self, at: usize) -> &[u16] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = if at == 0 { 0 } else { end(at - 1) };
        self.items.get(start..end(at)).unwrap_or_default()
    }

    fn from_sorted(lists: Vec<Vec<u16>>) -> Lists {
        let mut all = Lists::default();
        for mut list in lists {
            sort_and_dedup(&mut list);
            all.items.extend(list);
            all.ends.push(all.items.len() as u32);
        }
        all
    }
}

impl Index {
    pub(crate) fn new(recipe: &Recipe) -> Index {
        let mut slots_of = vec![Vec::new(); recipe.queries.len()];
        for (slot, queries) in recipe.slots.iter().map(|slot| &slot.queries).enumerate() {
            for query in queries {
                push(&mut slots_of, usize::from(*query), slot as u16);
            }
        }

        let mut tests_of = vec![Vec::new(); recipe.slots.len()];
        let mut behind = Vec::new();
        for test in 0..recipe.tests.len() {
            behind.clear();
            slots_of_test(recipe, test, &mut behind);
            for slot in &behind {
                push(&mut tests_of, usize::from(*slot), test as u16);
            }
        }

        let mut staged_slots = Vec::new();
        recipe.stages.iter().for_each(|stage| staged_slots.extend(stage.outputs()));
        sort_and_dedup(&mut staged_slots);
        let mut staged = vec![false; recipe.slots.len()];
        let mut staged_tests = Vec::new();
        for slot in staged_slots.iter().map(|slot| usize::from(*slot)) {
            if let (Some(staged), Some(tests)) = (staged.get_mut(slot), tests_of.get(slot)) {
                *staged = true;
                staged_tests.extend_from_slice(tests);
            }
        }
        sort_and_dedup(&mut staged_tests);

        Index {
            tests_of: Lists::from_sorted(tests_of),
            slots_of: Lists::from_sorted(slots_of),
            sources_of: sources(recipe, true),
            final_sources_of: sources(recipe, false),
            staged,
            staged_slots,
            staged_tests,
            scores: recipe.stages.iter().filter(|stage| matches!(stage, Stage::Score(_))).count(),
            matchers: recipe
                .sections
                .iter()
                .map(|section| Matcher::new(&section.cubes, recipe.tests.len()))
                .collect(),
            states: recipe
                .slots
                .iter()
                .map(|slot| if slot.queries.is_empty() { State::MISSED } else { State::OPEN })
                .collect(),
            // Filled in by a session that has refreshed every test.
            known: Vec::new(),
            may_hold: Vec::new(),
        }
    }
}

impl Recipe {
    /// Every query that has a say in whether a route's condition holds, ascending.
    #[cfg(feature = "build")]
    pub fn queries_of(&self, route: u16) -> Vec<u16> {
        let Some(route) = self.routes.get(usize::from(route)) else { return Vec::new() };
        let mut slots = Vec::new();
        slots_of_code(self, route.when, &mut slots);
        let queries = slots.iter().flat_map(|slot| self.index.sources_of.get(usize::from(*slot)));
        let mut queries: Vec<u16> = queries.copied().collect();
        queries.sort_unstable();
        queries.dedup();
        queries
    }
}

fn push(lists: &mut [Vec<u16>], at: usize, item: u16) {
    if let Some(list) = lists.get_mut(at) {
        list.push(item);
    }
}

/// Adds the slots that a test looks at.
pub(crate) fn slots_of_test(recipe: &Recipe, test: usize, to: &mut Vec<u16>) {
    match recipe.tests.get(test) {
        Some(Test::Fired { slots }) => to.extend_from_slice(slots),
        Some(Test::Bounded { slot, error, .. }) => to.extend_from_slice(&[*slot, *error]),
        // Verified: what a derived test looks at has a smaller number.
        Some(Test::Derived { code }) => slots_of_code(recipe, *code, to),
        Some(Test::Never) | None => {}
    }
}

fn slots_of_code(recipe: &Recipe, code: Stretch, to: &mut Vec<u16>) {
    for op in code.of(&recipe.code) {
        if let Op::Test(test) = op {
            slots_of_test(recipe, usize::from(*test), to);
        }
    }
}

/// For each slot the queries behind it, through the stages.
fn sources(recipe: &Recipe, all_stages: bool) -> Lists {
    let mut sources: Vec<Vec<u16>> = recipe.slots.iter().map(|slot| slot.queries.clone()).collect();
    let mut scores: Vec<Vec<u16>> = Vec::new();
    for stage in &recipe.stages {
        match stage {
            Stage::Partition(_) | Stage::Top(_) | Stage::Vetoes(_) if !all_stages => {}
            Stage::Partition(_) | Stage::Top(_) => {
                let outputs = stage.outputs();
                let behind = gather(&sources, &outputs);
                spread(&mut sources, &outputs, &behind);
            }
            Stage::Vetoes(vetoes) => {
                let mut conditions = Vec::new();
                for veto in vetoes {
                    let mut slots = Vec::new();
                    slots_of_code(recipe, veto.condition, &mut slots);
                    conditions.push(gather(&sources, &slots));
                }
                for (veto, behind) in vetoes.iter().zip(&conditions) {
                    spread(&mut sources, &veto.levels, behind);
                }
            }
            Stage::Score(score) => {
                let mut behind = Vec::new();
                for input in &score.inputs {
                    let list = match input.term {
                        Term::Binary { slot, .. } | Term::Confidence { slot } | Term::Raw { slot } => {
                            sources.get(usize::from(slot))
                        }
                        Term::Score { score } => scores.get(usize::from(score)),
                        Term::Constant(_) => None,
                    };
                    list.into_iter().for_each(|list| behind.extend_from_slice(list));
                }
                sort_and_dedup(&mut behind);
                scores.push(behind);
            }
            Stage::Mapping(mapping) => {
                if let Some(behind) = scores.get(usize::from(mapping.score)) {
                    spread(&mut sources, &stage.outputs(), behind);
                }
            }
        }
    }
    Lists::from_sorted(sources)
}

/// All that lies behind these slots.
fn gather(sources: &[Vec<u16>], slots: &[u16]) -> Vec<u16> {
    let mut all = Vec::new();
    for slot in slots {
        sources.get(usize::from(*slot)).into_iter().for_each(|list| all.extend_from_slice(list));
    }
    sort_and_dedup(&mut all);
    all
}

fn spread(sources: &mut [Vec<u16>], slots: &[u16], behind: &[u16]) {
    for slot in slots {
        if let Some(list) = sources.get_mut(usize::from(*slot)) {
            list.extend_from_slice(behind);
        }
    }
}
