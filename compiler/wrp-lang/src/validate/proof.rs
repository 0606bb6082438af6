//! Proving that a graph decides as the policy means it, whatever the signals say.
//!
//! Route by route: the cubes hold where the condition does, and as far as unknown matters, are unknown where it is.
//! The order: of any two routes the same goes first, by the same rule. And the condition that the confidence is
//! computed from is the one that was written. Together that is the decision; what the stages make of raw readings is
//! replayed.

use std::collections::BTreeMap;

use wrp_graph::condition::{Op, Test};
use wrp_graph::graph::{self, Graph, Section};
use wrp_graph::reading::Reading;
use wrp_graph::session::Session;

use super::truths::{Keys, Truths};
use super::{Mismatch, compare};
use crate::lower::{keys_of, lower_on_unknown, on_unknown};
use crate::oracle::{self, Readings};
use crate::policy::{Expr, Leaf, OnUnknown, Policy, Recipe};
use crate::prove::region::Tree;
use crate::prove::solver::{Answer, Questions};
use crate::prove::space::Atom;
use crate::prove::witness;

/// Of how many requests for one doubt it is tried whether they are decided otherwise.
const TRIED: usize = 16;

/// Whether it is proved; a request that is decided otherwise is an error.
pub(super) fn prove(policy: &Policy, graph: &Graph, number: usize) -> Result<bool, Mismatch> {
    let recipe = &policy.recipes[number];
    let Some(keys) = Keys::of(policy, graph, number) else { return Ok(false) };
    let lowered = &graph.recipes[number];
    let mut proof = Proof { policy, recipe, graph, number, lowered, keys };
    let mut proved = lowered.routes.len() == recipe.routes.len() && proof.is_same_order()?;
    for route in 0..recipe.routes.len() {
        proved &= proof.is_same_route(route)?;
    }
    Ok(proved)
}

struct Proof<'p> {
    policy: &'p Policy,
    recipe: &'p Recipe,
    graph: &'p Graph,
    number: usize,
    lowered: &'p graph::Recipe,
    keys: Keys<'p>,
}

impl Proof<'_> {
    fn is_same_route(&mut self, number: usize) -> Result<bool, Mismatch> {
        let recipe = self.recipe;
        let Some(lowered) = self.lowered.routes.get(number) else { return Ok(false) };
        let route = &recipe.routes[number];
        let unknown = on_unknown(self.policy.semantics, recipe, route);
        let mut code = lowered.when.of(&self.lowered.code).iter();
        let written = self.is_written(&mut code, &route.when) && code.next().is_none();
        let (meant, decided) = (self.keys.meant(&route.when), self.fires(number));
        let mut same = written && lowered.name == route.name.it;
        if lowered.on_unknown != lower_on_unknown(unknown) {
            same = false;
            let mut questions = self.questions();
            let known = [&meant.yes, &meant.no].map(|tree| !tree.literal(&mut questions));
            self.search(&mut questions, known.to_vec(), &self.before(number))?;
        }
        let mut sides = vec![(meant.yes, decided.yes)];
        if unknown != OnUnknown::Skip {
            sides.push((meant.no, decided.no));
        }
        for (meant, decided) in sides {
            same &= self.is_same(number, &meant, &decided)?;
        }
        Ok(same)
    }

    /// What the graph makes of a route's cubes.
    fn fires(&mut self, number: usize) -> Truths {
        let lowered = self.lowered;
        let mut cubes = Vec::new();
        for section in &lowered.sections {
            for (rank, _) in section.order.iter().enumerate().filter(|(_, it)| usize::from(**it) == number) {
                let from = section.cubes.partition_point(|cube| usize::from(cube.rank) < rank);
                let own = section.cubes[from..].iter().take_while(|cube| usize::from(cube.rank) == rank);
                cubes.extend(own.map(|cube| self.keys.cube(&cube.literals)));
            }
        }
        Truths::any(cubes)
    }

    /// Whether two conditions hold for the same readings. Where they do not, that may still not show: another route
    /// goes before.
    fn is_same(&self, route: usize, meant: &Tree, decided: &Tree) -> Result<bool, Mismatch> {
        let mut used = BTreeMap::new();
        let (one, other) = (compact(meant, &mut used), compact(decided, &mut used));
        let variables: Vec<u32> = {
            let mut all: Vec<(u32, u32)> =
                used.into_iter().map(|(variable, place)| (place, variable)).collect();
            all.sort_unstable();
            all.into_iter().map(|(_, variable)| variable).collect()
        };
        let counts = variables.iter().map(|variable| self.keys.values[*variable as usize].1.len());
        let mut questions = Questions::over(counts);
        let (one, other) = (one.literal(&mut questions), other.literal(&mut questions));
        for literals in [[one, !other], [!one, other]] {
            match questions.ask(&[], &literals) {
                Answer::No => {}
                Answer::GaveUp => return Ok(false),
                Answer::Yes(request) => {
                    let readings = self.readings(variables.iter().copied().zip(request));
                    self.try_out(&readings)?;
                    self.search_apart(route, meant, decided)?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Looks among all requests for one that no route before takes.
    fn search_apart(&self, route: usize, meant: &Tree, decided: &Tree) -> Result<(), Mismatch> {
        let mut questions = self.questions();
        let (one, other) = (meant.literal(&mut questions), decided.literal(&mut questions));
        let apart = questions.switch();
        questions.demand(vec![!apart, one, other]);
        questions.demand(vec![!apart, !one, !other]);
        let before = self.before(route);
        self.search(&mut questions, vec![apart], &before)
    }

    /// About all keys of the recipe.
    fn questions(&self) -> Questions {
        Questions::over(self.keys.values.iter().map(|(_, values)| values.len()))
    }

    /// Tries requests that meet these literals and that no route before takes.
    fn search(
        &self,
        questions: &mut Questions,
        mut literals: Vec<batsat::Lit>,
        before: &[usize],
    ) -> Result<(), Mismatch> {
        let mut keys = Keys::of(self.policy, self.graph, self.number);
        for route in before {
            if let Some(keys) = &mut keys {
                let Truths { yes, no } = keys.meant(&self.recipe.routes[*route].when);
                let skips = on_unknown(self.policy.semantics, self.recipe, &self.recipe.routes[*route])
                    == OnUnknown::Skip;
                literals.push(if skips { !yes.literal(questions) } else { no.literal(questions) });
            }
        }
        for _ in 0..TRIED {
            let Answer::Yes(request) = questions.ask(&[], &literals) else { return Ok(()) };
            self.try_out(&self.readings((0..).zip(request.iter().copied())))?;
            // Another one.
            let same = request
                .iter()
                .enumerate()
                .map(|(variable, value)| Atom { variable: variable as u32, mask: 1 << value });
            questions.exclude(&same.collect(), None);
        }
        Ok(())
    }

    fn readings(&self, request: impl Iterator<Item = (u32, u8)>) -> Readings {
        let said = request.map(|(variable, value)| {
            let (key, values) = &self.keys.values[variable as usize];
            (key.clone(), values.get(usize::from(value)).copied().unwrap_or_default())
        });
        said.filter(|(_, reading)| *reading != Reading::MISSED).collect()
    }

    /// Plays readings, their detectors surer and less sure too.
    fn try_out(&self, readings: &Readings) -> Result<(), Mismatch> {
        let sure = |reading: &Reading| match reading.matched && reading.value.is_none() {
            true => Reading { confidence: Some(0.8), ..*reading },
            false => *reading,
        };
        let sure: Readings = readings.iter().map(|(key, it)| (key.clone(), sure(it))).collect();
        for readings in std::iter::once(readings.clone()).chain(witness::variants(&sure)) {
            let given = readings.iter().map(|(key, reading)| (key.as_str(), *reading));
            let meant = oracle::decide(self.policy, self.recipe, &readings);
            compare(self.recipe, &readings, &meant, &mut Session::settled(self.graph, self.number, given))?;
        }
        Ok(())
    }

    /// Routes of earlier groups, as the graph has them.
    fn before(&self, route: usize) -> Vec<usize> {
        let mut before = Vec::new();
        for section in &self.lowered.sections {
            for (rank, other) in section.order.iter().enumerate() {
                if usize::from(*other) == route {
                    before.retain(|it| !group(section, rank).contains(it));
                    return before;
                }
                before.push(usize::from(*other));
            }
        }
        before
    }

    /// Whether routes go before each other as they should: that follows from neighbours, since both orders are total.
    fn is_same_order(&self) -> Result<bool, Mismatch> {
        let mut same = true;
        let sections = &self.lowered.sections;
        let ordered: usize = sections.iter().map(|section| section.order.len()).sum();
        same &= ordered == self.recipe.routes.len();
        let is_tiered =
            |route: &u16| self.recipe.routes.get(usize::from(*route)).is_some_and(|it| it.tier > 0);
        for (at, section) in sections.iter().enumerate() {
            // Whether a tiered route fires beside them changes how untiered ones are compared.
            let tiered = section.order.first().is_some_and(is_tiered);
            let alike = section.order.iter().all(|route| is_tiered(route) == tiered);
            same &= alike || self.graph.semantics == graph::Semantics::Strict;
            for rank in 1..section.order.len() {
                let pair = [section.order[rank - 1], section.order[rank]].map(usize::from);
                let together = group(section, rank).contains(&pair[0]);
                same &= self.is_ordered(pair, tiered, together)?;
                if at == 0 && sections.len() > 1 {
                    same &= self.is_ordered(pair, true, true)?;
                }
            }
        }
        if let [first, second] = sections.as_slice()
            && let (Some(last), Some(next)) = (first.order.last(), second.order.first())
        {
            same &= self.is_ordered([*last, *next].map(usize::from), true, false)?;
        }
        Ok(same)
    }

    /// Whether the first of two neighbours goes first, and only where it should hang on it by confidence.
    fn is_ordered(&self, [one, other]: [usize; 2], tiered: bool, together: bool) -> Result<bool, Mismatch> {
        let denies = |route: usize| {
            let route = self.recipe.routes.get(route);
            route.is_some_and(|it| on_unknown(self.policy.semantics, self.recipe, it) == OnUnknown::Deny)
        };
        if one.max(other) >= self.recipe.routes.len() {
            return Ok(false);
        }
        let mut same = true;
        for (first, second) in [(0.5, 0.5), (1.0, 0.5), (0.5, 1.0)] {
            for refused in [[false, false], [true, false], [false, true], [true, true]] {
                if (refused[0] && !denies(one)) || (refused[1] && !denies(other)) {
                    continue;
                }
                // What denies is not sure of anything, and goes before what serves where confidence decides.
                let expected = match (together, refused) {
                    (false, _) | (true, [true, _]) => true,
                    (true, [false, true]) => false,
                    (true, [false, false]) => first >= second,
                };
                let goes = oracle::goes_before(
                    self.policy,
                    self.recipe,
                    tiered,
                    (one, first, refused[0]),
                    (other, second, refused[1]),
                );
                same &= goes == expected;
            }
        }
        if !same {
            self.search_order(one, other)?;
        }
        Ok(same)
    }

    /// Requests that two routes match whose order is not as it should be.
    fn search_order(&self, one: usize, other: usize) -> Result<(), Mismatch> {
        let Some(mut keys) = Keys::of(self.policy, self.graph, self.number) else { return Ok(()) };
        let mut questions = self.questions();
        let both: Vec<batsat::Lit> = [one, other]
            .map(|route| keys.meant(&self.recipe.routes[route].when).yes.literal(&mut questions))
            .to_vec();
        let mut before = self.before(one);
        before.retain(|route| self.before(other).contains(route));
        self.search(&mut questions, both, &before)
    }

    /// Whether code is a condition as written.
    fn is_written<'c>(&self, code: &mut impl Iterator<Item = &'c Op>, when: &Expr) -> bool {
        match when {
            Expr::Leaf(leaf) => match code.next() {
                Some(Op::Test(test)) => {
                    self.lowered.tests.get(usize::from(*test)).is_some_and(|test| self.is_of(test, leaf))
                }
                _ => false,
            },
            Expr::Not(inner) => self.is_written(code, inner) && code.next() == Some(&Op::Not),
            Expr::And(items) | Expr::Or(items) => {
                let count = items.len() as u16;
                let joined = if matches!(when, Expr::And(_)) { Op::And(count) } else { Op::Or(count) };
                items.iter().all(|item| self.is_written(code, item)) && code.next() == Some(&joined)
            }
        }
    }

    fn is_of(&self, test: &Test, leaf: &Leaf) -> bool {
        let key = |slot: &u16| self.lowered.slots.get(usize::from(*slot)).map(|slot| slot.key.as_str());
        let keys = keys_of(self.recipe, leaf);
        match (test, &leaf.predicate) {
            (Test::Never, _) => true,
            (Test::Fired { slots }, None) => {
                slots.iter().map(key).eq(keys.iter().map(|key| Some(key.as_str())))
            }
            (Test::Bounded { slot, bounds, error, match_on_error }, Some(predicate)) => {
                let noted = keys.get(1).or(keys.first()).map(String::as_str);
                predicate == bounds
                    && key(slot) == keys.first().map(String::as_str)
                    && key(error) == noted
                    && *match_on_error == leaf.match_on_error
            }
            _ => false,
        }
    }
}

/// The routes of the group of a rank.
fn group(section: &Section, rank: usize) -> Vec<usize> {
    let end = |rank: usize| section.group_ends.get(rank).map_or(rank + 1, |end| usize::from(*end));
    let own = end(rank);
    let all = section.order.iter().enumerate().filter(|(other, _)| end(*other) == own);
    all.map(|(_, route)| usize::from(*route)).collect()
}

/// A tree over the variables that it uses, numbered as they come.
fn compact(tree: &Tree, used: &mut BTreeMap<u32, u32>) -> Tree {
    match tree {
        Tree::Atom(Atom { variable, mask }) => {
            let next = used.len() as u32;
            Tree::Atom(Atom { variable: *used.entry(*variable).or_insert(next), mask: *mask })
        }
        Tree::All(items) => Tree::All(items.iter().map(|item| compact(item, used)).collect()),
        Tree::Any(items) => Tree::Any(items.iter().map(|item| compact(item, used)).collect()),
    }
}
