//! One policy in a space that another shares: who can take a request, and whom it must have got past.

use batsat::Lit;

use super::action::Served;
use crate::lower::on_unknown;
use crate::oracle::Outcome;
use crate::policy::{Expr, Leaf, OnUnknown, Policy, Recipe};
use crate::prove::order::Order;
use crate::prove::region::{Cube, Region, Wanted, meet};
use crate::prove::solver::Questions;
use crate::prove::space::Space;

#[derive(Debug)]
pub(super) struct Side<'p> {
    pub(super) recipe: &'p Recipe,
    pub(super) order: Order,
    /// Where each route serves or denies.
    pub(super) acts: Vec<Region>,
    pub(super) takers: Vec<Taker>,
    /// For each route, what makes it the same route elsewhere: its requests, its action, its place in a contest.
    pub(super) marks: Vec<String>,
    /// The routes from first to last.
    pub(super) ranked: Vec<usize>,
    /// The group that each route is in.
    pub(super) group: Vec<usize>,
}

/// An outcome and the requests that may have it.
#[derive(Debug)]
pub(super) struct Taker {
    pub(super) outcome: Outcome,
    pub(super) served: Served,
    pub(super) parts: Vec<(Cube, Vec<Lit>)>,
}

impl Taker {
    pub(super) fn route(&self) -> Option<usize> {
        match self.outcome {
            Outcome::Route(route) | Outcome::Deny(route) => Some(route),
            Outcome::Default => None,
        }
    }
}

impl<'p> Side<'p> {
    /// `policy` names as the space does, and has the one recipe.
    pub(super) fn of(policy: &'p Policy, space: &Space<'p>, questions: &mut Questions) -> Side<'p> {
        let recipe = &policy.recipes[0];
        let space = space.seen_by(policy);
        let order = Order::of(policy, recipe);
        let mut group = vec![0; recipe.routes.len()];
        for (number, routes) in order.groups.iter().enumerate() {
            routes.iter().for_each(|route| group[*route] = number);
        }
        let (mut acts, mut takers, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for (number, route) in recipe.routes.iter().enumerate() {
            let unknown = on_unknown(policy.semantics, recipe, route);
            let serving = match unknown {
                OnUnknown::Match => Wanted::Possible,
                OnUnknown::Skip | OnUnknown::Deny => Wanted::True,
            };
            let serves = Region::of(&space, &route.when, serving);
            let served = Served::of(policy, recipe, Outcome::Route(number));
            let contested = order.groups[group[number]].len() > 1;
            let contest = contested.then(|| (shape(&route.when), order.rule, route.priority));
            marks.push(format!(
                "{:?} {unknown:?} {contest:?} {:?}",
                outline(&serves, &route.when),
                served.parts
            ));
            takers.push(Taker { outcome: Outcome::Route(number), served, parts: serves.parts(questions) });
            if unknown == OnUnknown::Deny {
                let possible = Region::of(&space, &route.when, Wanted::Possible);
                let not_sure = Region::outside(&space, &route.when, Wanted::True).parts(questions);
                let parts = product(&possible.parts(questions), &not_sure);
                let served = Served::of(policy, recipe, Outcome::Deny(number));
                takers.push(Taker { outcome: Outcome::Deny(number), served, parts });
                acts.push(possible);
            } else {
                acts.push(serves);
            }
        }
        let served = Served::of(policy, recipe, Outcome::Default);
        takers.push(Taker { outcome: Outcome::Default, served, parts: vec![(Cube::new(), Vec::new())] });
        let ranked = order.groups.iter().flat_map(|routes| {
            let mut routes = routes.clone();
            let name = |route: &usize| match policy.semantics {
                crate::policy::Semantics::Strict => String::new(),
                crate::policy::Semantics::Vsr2026_08 => recipe.routes[*route].name.it.clone(),
            };
            routes.sort_by_key(|it| (std::cmp::Reverse(recipe.routes[*it].priority), name(it), *it));
            routes
        });
        let ranked = ranked.collect();
        Side { recipe, acts, takers, marks, ranked, group, order }
    }

    /// Literals that keep the routes of this policy off, by route.
    pub(super) fn switches(&self, questions: &mut Questions) -> Vec<Lit> {
        let off = |region: &Region| {
            let switch = questions.switch();
            region.exclude(questions, Some(switch));
            switch
        };
        self.acts.iter().map(off).collect()
    }

    /// The routes that a request must have got past before this taker has it.
    pub(super) fn before(&self, taker: &Taker) -> Vec<usize> {
        match taker.route() {
            Some(route) => self.order.before(self.recipe, route),
            None => (0..self.recipe.routes.len()).collect(),
        }
    }
}

/// What both have in common.
fn product(one: &[(Cube, Vec<Lit>)], other: &[(Cube, Vec<Lit>)]) -> Vec<(Cube, Vec<Lit>)> {
    let with = |(cube, literals): &(Cube, Vec<Lit>)| {
        let joined = other.iter().filter_map(|(more, also)| {
            Some((meet(cube, more)?, literals.iter().chain(also).copied().collect()))
        });
        joined.collect::<Vec<_>>()
    };
    one.iter().flat_map(with).collect()
}

/// A region as text that is equal for equal requests, as far as that shows.
fn outline(region: &Region, when: &Expr) -> String {
    match region {
        Region::Cubes(cubes) => {
            let mut cubes = cubes.clone();
            cubes.sort();
            format!("{cubes:?}")
        }
        Region::Tree(_) => shape(when),
    }
}

/// A condition as written, without the places.
pub(super) fn shape(when: &Expr) -> String {
    match when {
        Expr::And(items) => format!("and{:?}", items.iter().map(shape).collect::<Vec<_>>()),
        Expr::Or(items) => format!("or{:?}", items.iter().map(shape).collect::<Vec<_>>()),
        Expr::Not(inner) => format!("not({})", shape(inner)),
        Expr::Leaf(Leaf { kind, name, label, predicate, match_on_error, span: _, name_span: _ }) => {
            format!("{kind} {name:?} {label:?} {predicate:?} {match_on_error}")
        }
    }
}
