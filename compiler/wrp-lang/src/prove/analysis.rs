//! The questions that every recipe is asked.

use wrp_graph::schema::Span;
use wrp_graph::signal::Reach;

use super::families;
use super::order::Order;
use super::refute::Refuted;
use super::region::{Cube, Region, Wanted, lies_in, meet};
use super::scores::{self, Bands};
use super::solver::{Answer, Questions, Request};
use super::space::{Atom, Space};
use super::witness::{self, Witness};
use crate::lower::{is_catch_all, on_unknown};
use crate::oracle::{Decided, Outcome};
use crate::policy::{OnUnknown, Policy, Recipe, Route, Term};

/// How many pairs of routes are put to the solver.
const MOST_PAIRS: usize = 50_000;
/// How many dead routes get the smallest set of routes that shadows them.
const MOST_EXPLAINED: usize = 500;
/// How many routes are looked at in all to replay the requests of dead ones.
const MOST_SHOWN: usize = 500_000;
/// How many questions the search for redundant routes may cost.
const MOST_REDUNDANCY: usize = 20_000;

/// What was found in one recipe. Numbers are indices into [`Recipe::routes`], in source order.
#[derive(Debug, Default)]
pub struct Analysis {
    /// No request meets the condition.
    pub contradictory: Vec<Contradiction>,
    /// Every request meets the condition, though it tests something.
    pub tautological: Vec<Tautology>,
    /// Requests meet the condition, and all of them are taken by others.
    pub shadowed: Vec<Shadow>,
    /// Taken away, nothing changes but the name of who did it.
    pub redundant: Vec<Redundant>,
    /// Nothing written says which of two routes takes a request that both match.
    pub overlaps: Vec<Pair>,
    /// A tier lets confidence turn the written priority round.
    pub flips: Vec<Pair>,
    /// Tests that those beside them imply, by route.
    pub redundant_tests: Vec<(usize, Span)>,
    /// Alternatives that no request meets, by route.
    pub dead_branches: Vec<(usize, Span)>,
    /// A route that asks a model, and one below that does the same without.
    pub avoidable: Vec<(usize, usize)>,
    /// Ways that break a promise.
    pub refuted: Vec<Refuted>,
    /// Roles, as indices into the policy's, of which no request reaches a model that it may use.
    pub stranded: Vec<usize>,
    /// A request that no route takes.
    pub gap: Option<Witness>,
    /// What the solver did not answer in time.
    pub gave_up: Vec<usize>,
    /// Pairs of equal rank were more than are looked at.
    pub many_pairs: bool,
    pub(crate) bands: Vec<Bands>,
    /// What was too large to be followed exactly.
    pub vague: bool,
}

#[derive(Debug)]
pub struct Contradiction {
    pub route: usize,
    /// The fewest parts of the condition that already exclude each other.
    pub clash: Vec<Span>,
}

#[derive(Debug)]
pub struct Tautology {
    pub route: usize,
    pub witness: Option<Witness>,
}

/// A route that never decides.
#[derive(Debug)]
pub struct Shadow {
    pub route: usize,
    /// The fewest routes that take all its requests; none where there were too many to explain.
    pub by: Vec<usize>,
    /// A request that meets its condition, and goes elsewhere.
    pub witness: Option<Witness>,
}

#[derive(Debug)]
pub struct Redundant {
    pub route: usize,
    /// Who then takes the witness.
    pub next: usize,
    pub witness: Option<Witness>,
}

#[derive(Debug)]
pub struct Pair {
    /// For a flip, the one of the higher priority.
    pub one: usize,
    pub other: usize,
    pub witness: Witness,
}

/// Asks everything about one recipe.
pub fn analyse(policy: &Policy, number: usize) -> Analysis {
    let mut prover = Prover::new(policy, number);
    prover.ask_all()
}

/// A recipe with everything that questions need.
pub(crate) struct Prover<'p> {
    number: usize,
    pub(super) recipe: &'p Recipe,
    pub(super) space: Space<'p>,
    order: Order,
    /// Where each route serves or denies.
    pub(super) acts: Vec<Region>,
    actions: Vec<String>,
    bands: Vec<Bands>,
}

impl<'p> Prover<'p> {
    pub(crate) fn new(policy: &'p Policy, number: usize) -> Prover<'p> {
        let recipe = &policy.recipes[number];
        let mut space = families::space(policy, recipe);
        let bands = scores::project(&mut space);
        let wanted = |route: &Route| match on_unknown(policy.semantics, recipe, route) {
            OnUnknown::Skip => Wanted::True,
            OnUnknown::Match | OnUnknown::Deny => Wanted::Possible,
        };
        let acts = recipe.routes.iter().map(|route| Region::of(&space, &route.when, wanted(route))).collect();
        let order = Order::of(policy, recipe);
        let actions = recipe.routes.iter().map(action).collect();
        Prover { number, recipe, space, order, acts, actions, bands }
    }

    fn ask_all(&mut self) -> Analysis {
        let mut analysis = Analysis { vague: self.space.vague || self.space.torn, ..Analysis::default() };
        super::refute::judge(self, &mut analysis);
        if self.space.torn {
            return analysis;
        }
        let mut alive: Vec<Option<Request>> = vec![None; self.recipe.routes.len()];
        let mut dead = Vec::new();
        let mut pairs = 0;
        let mut questions = Questions::about(&self.space);
        for group in &self.order.groups {
            let mut switches = vec![None; group.len()];
            if group.len() > 1 {
                for (at, route) in group.iter().enumerate() {
                    let switch = questions.switch();
                    self.acts[*route].exclude(&mut questions, Some(switch));
                    switches[at] = Some(switch);
                }
            }
            for route in group {
                let beaten = self.beaters(group, &switches, *route);
                match self.reach(&mut questions, *route, &beaten) {
                    Answer::Yes(request) => alive[*route] = Some(request),
                    Answer::No => dead.push(*route),
                    Answer::GaveUp => analysis.gave_up.push(*route),
                }
            }
            self.pairs(group, &switches, &mut questions, &mut pairs, &mut analysis);
            for (route, switch) in group.iter().zip(switches) {
                match switch {
                    Some(switch) => questions.demand(vec![switch]),
                    None => self.acts[*route].exclude(&mut questions, None),
                }
            }
        }
        if let Answer::Yes(request) = questions.ask(&[], &[]) {
            let request = self.quieten(&mut questions, &[], &[], request);
            analysis.gap = self.realise(&request, &|decided| decided.outcome == Outcome::Default);
            // A request of the space that does not come about: the space is too wide here.
            analysis.vague |= analysis.gap.is_none();
        }
        self.dead(&dead, &mut analysis);
        self.always(&alive, &mut analysis);
        self.redundant(&alive, &mut analysis);
        super::parts::look(self, &mut analysis);
        self.avoidable(&mut analysis);
        analysis.bands = std::mem::take(&mut self.bands);
        analysis
    }

    /// The switches of the routes of a group that always go before one of them.
    fn beaters(&self, group: &[usize], switches: &[Option<batsat::Lit>], route: usize) -> Vec<batsat::Lit> {
        let before = |other: &usize| *other != route && self.order.beats(self.recipe, *other, route);
        group
            .iter()
            .zip(switches)
            .filter(|(other, _)| before(other))
            .filter_map(|(_, switch)| *switch)
            .collect()
    }

    /// A request that the route acts on and that none of the excluded ones takes.
    fn reach(&self, questions: &mut Questions, route: usize, also: &[batsat::Lit]) -> Answer {
        let mut answer = Answer::No;
        for (cube, mut literals) in self.acts[route].parts(questions) {
            literals.extend(also);
            match questions.ask(&cube, &literals) {
                Answer::Yes(request) => return Answer::Yes(request),
                Answer::GaveUp => answer = Answer::GaveUp,
                Answer::No => {}
            }
        }
        answer
    }

    /// Pairs of a group whose order is open, or can be turned round.
    fn pairs(
        &self,
        group: &[usize],
        switches: &[Option<batsat::Lit>],
        questions: &mut Questions,
        asked: &mut usize,
        analysis: &mut Analysis,
    ) {
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                let differ = self.actions[*one] != self.actions[*other];
                let unsettled = self.order.is_unsettled(self.recipe, *one, *other);
                let (high, low) = match self.order.can_flip(self.recipe, *other, *one) {
                    true => (*other, *one),
                    false => (*one, *other),
                };
                let flips = self.order.can_flip(self.recipe, high, low);
                if !differ || !(unsettled || flips) {
                    continue;
                }
                if *asked >= MOST_PAIRS {
                    analysis.many_pairs = true;
                    return;
                }
                let before = |route: &usize| {
                    self.order.beats(self.recipe, *route, *one)
                        && self.order.beats(self.recipe, *route, *other)
                };
                let stronger = group.iter().zip(switches).filter(|(route, _)| before(route));
                let stronger: Vec<batsat::Lit> = stronger.filter_map(|(_, switch)| *switch).collect();
                let found = if unsettled {
                    self.together(questions, &[*one, *other], &stronger, asked, &|decided| {
                        [*one, *other]
                            .iter()
                            .all(|route| decided.fired.iter().any(|(fired, _)| fired == route))
                    })
                } else {
                    self.turned_round(questions, high, low, asked)
                };
                if let Some(witness) = found {
                    let found = if unsettled { &mut analysis.overlaps } else { &mut analysis.flips };
                    found.push(Pair { one: high, other: low, witness });
                }
            }
        }
    }

    /// A request on which the lower priority wins: with a third, tiered route where only such a one turns the order.
    fn turned_round(
        &self,
        questions: &mut Questions,
        high: usize,
        low: usize,
        asked: &mut usize,
    ) -> Option<Witness> {
        let wins = |decided: &Decided| {
            decided.outcome == Outcome::Route(low) && decided.fired.iter().any(|(fired, _)| *fired == high)
        };
        let routes = &self.recipe.routes;
        if routes[high].tier > 0 {
            return self.together(questions, &[high, low], &[], asked, &wins);
        }
        let tiered = (0..routes.len()).filter(|route| routes[*route].tier > 0).take(64);
        tiered
            .into_iter()
            .find_map(|tiered| self.together(questions, &[high, low, tiered], &[], asked, &wins))
    }

    /// A request on which all of the routes fire.
    fn together(
        &self,
        questions: &mut Questions,
        routes: &[usize],
        also: &[batsat::Lit],
        asked: &mut usize,
        accept: &dyn Fn(&Decided) -> bool,
    ) -> Option<Witness> {
        let mut joined: Vec<(Cube, Vec<batsat::Lit>)> = vec![(Cube::new(), also.to_vec())];
        for route in routes {
            let parts = self.acts[*route].parts(questions);
            joined = joined
                .iter()
                .flat_map(|(cube, literals)| {
                    parts.iter().filter_map(|(other, more)| {
                        Some((meet(cube, other)?, literals.iter().chain(more).copied().collect()))
                    })
                })
                .collect();
        }
        for (cube, literals) in joined {
            *asked += 1;
            if let Answer::Yes(request) = questions.ask(&cube, &literals) {
                let request = self.quieten(questions, &cube, &literals, request);
                if let Some(witness) = self.realise(&request, accept) {
                    return Some(witness);
                }
            }
        }
        None
    }

    /// The same answer with as many variables quiet as can be.
    pub(super) fn quieten(
        &self,
        questions: &mut Questions,
        cube: &[Atom],
        also: &[batsat::Lit],
        request: Request,
    ) -> Request {
        witness::quieten(&self.space, questions, cube, also, request)
    }

    pub(super) fn realise(&self, request: &[u8], accept: &dyn Fn(&Decided) -> bool) -> Option<Witness> {
        witness::realise(&self.space, self.number, request, accept)
    }

    /// Routes that never decide: by themselves, or because of others.
    fn dead(&self, dead: &[usize], analysis: &mut Analysis) {
        if dead.is_empty() {
            return;
        }
        let mut alone = Questions::about(&self.space);
        let mut together: Option<(Questions, Vec<batsat::Lit>)> = None;
        let mut shown = 0;
        for (place, route) in dead.iter().enumerate() {
            let Answer::Yes(request) = self.reach(&mut alone, *route, &[]) else {
                let clash = super::parts::clash(self, &mut alone, *route);
                analysis.contradictory.push(Contradiction { route: *route, clash });
                continue;
            };
            let elsewhere = |decided: &Decided| {
                decided.fired.iter().any(|(fired, _)| fired == route)
                    && decided.outcome != Outcome::Route(*route)
            };
            let before = self.before(*route);
            let by = match before.iter().find(|other| self.covers(**other, *route)) {
                Some(one) => vec![*one],
                None if place >= MOST_EXPLAINED => Vec::new(),
                None => {
                    let (questions, switches) = together.get_or_insert_with(|| self.switched());
                    self.smallest_cover(questions, switches, *route, &before)
                }
            };
            let witness = match shown >= MOST_SHOWN / self.recipe.routes.len() {
                true => None,
                false => {
                    let request = self.shortest(&mut alone, *route).unwrap_or(request);
                    self.realise(&request, &elsewhere)
                }
            };
            shown += 1;
            analysis.shadowed.push(Shadow { route: *route, by, witness });
        }
        analysis.contradictory.sort_by_key(|it| it.route);
        analysis.shadowed.sort_by_key(|shadow| shadow.route);
    }

    fn shortest(&self, questions: &mut Questions, route: usize) -> Option<Request> {
        self.acts[route].parts(questions).into_iter().find_map(|(cube, literals)| {
            match questions.ask(&cube, &literals) {
                Answer::Yes(request) => Some(self.quieten(questions, &cube, &literals, request)),
                _ => None,
            }
        })
    }

    /// All routes that go before one whenever both fire, by rank.
    pub(super) fn before(&self, route: usize) -> Vec<usize> {
        self.order.before(self.recipe, route)
    }

    /// Whether every request of the second is plainly one of the first.
    fn covers(&self, one: usize, other: usize) -> bool {
        match (&self.acts[one], &self.acts[other]) {
            (Region::Cubes(wide), Region::Cubes(narrow)) => {
                narrow.iter().all(|cube| wide.iter().any(|other| lies_in(cube, other)))
            }
            _ => false,
        }
    }

    /// A solver in which each route can be excluded by its switch.
    pub(super) fn switched(&self) -> (Questions, Vec<batsat::Lit>) {
        let mut questions = Questions::about(&self.space);
        let switches = self.acts.iter().map(|region| {
            let switch = questions.switch();
            region.exclude(&mut questions, Some(switch));
            switch
        });
        let switches = switches.collect();
        (questions, switches)
    }

    fn smallest_cover(
        &self,
        questions: &mut Questions,
        switches: &[batsat::Lit],
        route: usize,
        before: &[usize],
    ) -> Vec<usize> {
        let parts = self.acts[route].parts(questions);
        let before: Vec<usize> =
            before.iter().copied().filter(|other| !self.are_apart(*other, route)).collect();
        let mut blamed: Vec<usize> = Vec::new();
        for (cube, literals) in &parts {
            let all: Vec<batsat::Lit> =
                literals.iter().copied().chain(before.iter().map(|other| switches[*other])).collect();
            if questions.ask(cube, &all) != Answer::No {
                return Vec::new();
            }
            blamed.extend(before.iter().filter(|other| questions.is_blamed(switches[**other])));
        }
        blamed.sort_unstable();
        blamed.dedup();
        let mut at = blamed.len();
        while at > 0 {
            at -= 1;
            let mut fewer = blamed.clone();
            fewer.remove(at);
            let still = parts.iter().all(|(cube, literals)| {
                let some = fewer.iter().map(|other| switches[*other]);
                let some: Vec<batsat::Lit> = literals.iter().copied().chain(some).collect();
                questions.ask(cube, &some) == Answer::No
            });
            if still {
                blamed = fewer;
            }
        }
        blamed
    }

    /// Conditions that hold whatever a request brings.
    fn always(&self, samples: &[Option<Request>], analysis: &mut Analysis) {
        let samples: Vec<&Request> = samples.iter().flatten().take(256).collect();
        let mut alone: Option<Questions> = None;
        for (number, route) in self.recipe.routes.iter().enumerate() {
            if is_catch_all(route) || analysis.contradictory.iter().any(|it| it.route == number) {
                continue;
            }
            if samples.iter().any(|request| !self.acts[number].has(request)) {
                continue;
            }
            let questions = alone.get_or_insert_with(|| Questions::about(&self.space));
            let outside = Region::outside(&self.space, &route.when, Wanted::True);
            let parts = outside.parts(questions);
            if parts.iter().all(|(cube, literals)| questions.ask(cube, literals) == Answer::No) {
                let fires = |decided: &Decided| decided.fired.iter().any(|(fired, _)| *fired == number);
                let request = self.shortest(questions, number);
                let witness = request.and_then(|request| self.realise(&request, &fires));
                analysis.tautological.push(Tautology { route: number, witness });
            }
        }
    }

    /// Routes after which, for all their requests, one of the same action would come.
    fn redundant(&self, alive: &[Option<Request>], analysis: &mut Analysis) {
        // Inside a group it is open who comes next.
        if self.order.groups.iter().any(|group| group.len() > 1) {
            return;
        }
        let ranked: Vec<usize> = self.order.groups.iter().flatten().copied().collect();
        let mut solver: Option<(Questions, Vec<batsat::Lit>)> = None;
        let mut asked = 0;
        for (rank, route) in ranked.iter().enumerate() {
            let Some(request) = &alive[*route] else { continue };
            let Some(next) = ranked[rank + 1..].iter().find(|later| self.acts[**later].has(request)) else {
                continue;
            };
            if self.actions[*next] != self.actions[*route] || self.denies(*route) || self.denies(*next) {
                continue;
            }
            let (questions, switches) = solver.get_or_insert_with(|| self.switched());
            let mut excluded: Vec<batsat::Lit> = ranked[..rank].iter().map(|it| switches[*it]).collect();
            let mine = self.acts[*route].parts(questions);
            let mut replaced = true;
            for later in &ranked[rank + 1..] {
                if self.actions[*later] == self.actions[*route] && !self.denies(*later) {
                    excluded.push(switches[*later]);
                    continue;
                }
                let theirs = self.acts[*later].parts(questions);
                let differs = mine.iter().any(|(cube, literals)| {
                    theirs.iter().any(|(other, more)| {
                        let Some(both) = meet(cube, other) else { return false };
                        let all: Vec<batsat::Lit> =
                            literals.iter().chain(more).chain(&excluded).copied().collect();
                        asked += 1;
                        questions.ask(&both, &all) != Answer::No
                    })
                });
                if differs || asked > MOST_REDUNDANCY {
                    replaced = false;
                    break;
                }
                excluded.push(switches[*later]);
            }
            let uncovered = |questions: &mut Questions| {
                mine.iter().any(|(cube, literals)| {
                    let all: Vec<batsat::Lit> = literals.iter().chain(&excluded).copied().collect();
                    questions.ask(cube, &all) != Answer::No
                })
            };
            if replaced && !uncovered(questions) {
                let wins = |decided: &Decided| decided.outcome == Outcome::Route(*route);
                let witness = self.realise(request, &wins);
                analysis.redundant.push(Redundant { route: *route, next: *next, witness });
            }
            if asked > MOST_REDUNDANCY {
                break;
            }
        }
        analysis.redundant.sort_by_key(|redundant| redundant.route);
    }

    /// Routes that ask a model where one a little below does the same without, and could stand above.
    fn avoidable(&self, analysis: &mut Analysis) {
        const NEAR: usize = 64;
        if self.order.groups.iter().any(|group| group.len() > 1) {
            return;
        }
        let ranked: Vec<usize> = self.order.groups.iter().flatten().copied().collect();
        let asks: Vec<bool> = self.recipe.routes.iter().map(|route| asks(self.recipe, route)).collect();
        for (rank, asking) in ranked.iter().enumerate().filter(|(_, route)| asks[**route]) {
            let below = &ranked[rank + 1..ranked.len().min(rank + 1 + NEAR)];
            let found = below.iter().enumerate().find(|(at, cheap)| {
                let same =
                    |route: &usize| self.actions[*route] == self.actions[**cheap] && !self.denies(*route);
                let catch_all = is_catch_all(&self.recipe.routes[**cheap]);
                let free = |route: &usize| same(route) || self.are_apart(*route, **cheap);
                !asks[**cheap] && !catch_all && same(asking) && same(cheap) && below[..*at].iter().all(free)
            });
            let dead = |route: usize| {
                analysis.shadowed.iter().any(|it| it.route == route)
                    || analysis.contradictory.iter().any(|it| it.route == route)
            };
            if let Some((_, cheap)) = found.filter(|(_, cheap)| !dead(**cheap) && !dead(*asking)) {
                analysis.avoidable.push((*asking, *cheap));
            }
        }
        analysis.avoidable.sort_unstable();
    }

    /// Whether no request is plainly in both.
    fn are_apart(&self, one: usize, other: usize) -> bool {
        match (&self.acts[one], &self.acts[other]) {
            (Region::Cubes(one), Region::Cubes(other)) => {
                one.iter().all(|cube| other.iter().all(|it| meet(cube, it).is_none()))
            }
            _ => false,
        }
    }

    fn denies(&self, route: usize) -> bool {
        let route = &self.recipe.routes[route];
        on_unknown(self.space.policy.semantics, self.recipe, route) == OnUnknown::Deny
    }
}

/// Whether the condition needs the answer of a model.
fn asks(recipe: &Recipe, route: &Route) -> bool {
    let host = |kind: &str| wrp_graph::signal::find(kind).is_some_and(|kind| kind.reach == Reach::Host);
    let scored = recipe.scores.iter().flat_map(|score| &score.inputs).any(|input| match &input.term {
        Term::Binary { kind, .. } | Term::Confidence { kind, .. } | Term::Raw { kind, .. } => host(kind),
        Term::KbMetric { .. } => true,
        Term::Score { .. } | Term::Output { .. } => false,
    });
    route.when.leaves().any(|leaf| host(&leaf.kind) || (leaf.kind == "projection" && scored))
}

/// What a route does, as text that is equal where nothing differs for the request.
fn action(route: &Route) -> String {
    let models: Vec<_> = route
        .models
        .iter()
        .map(|it| (&it.name.it, it.reasoning, &it.effort, &it.lora, it.weight.map(f64::to_bits)))
        .collect();
    let algorithm = route.algorithm.as_ref().map(|it| (&it.kind.it, families::plain(&it.fields)));
    let plugins: Vec<_> = route.plugins.iter().map(|it| (&it.kind, families::plain(&it.fields))).collect();
    format!("{models:?} {algorithm:?} {plugins:?} {:?}", route.emits)
}
