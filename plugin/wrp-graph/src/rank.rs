//! Who wins: the first group of routes in which one surely fires, and within it the surest.
//!
//! Everything is decided on spans of truth, so the same walk serves a request of which everything is known and one of
//! which queries are still open: either the outcome is the same whatever the answers will be, or the tests that can
//! still change it are noted.

use crate::condition::{self, Op, Prospect, Value};
use crate::graph::{OnUnknown, Recipe, Route, Section, Semantics};
use crate::matcher::{Hit, Matcher};
use crate::order::sort_by;
use crate::session::{Decision, Outcome};
use crate::state::{Open, State, States};
use crate::truth::{Known, Span, Truth};

/// A request as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'v> {
    pub recipe: &'v Recipe,
    pub semantics: Semantics,
    pub states: &'v [State],
    /// What each test says.
    pub known: &'v [Known],
    /// The tests that are not false, as bits.
    pub may_hold: &'v [u64],
}

/// Room to work in, kept from decision to decision.
#[derive(Debug, Default)]
pub(crate) struct Room {
    hits: Vec<Hit>,
    values: Vec<Value>,
    prospects: Vec<Prospect>,
    rivals: Vec<Rival>,
    /// The tests that can still change the outcome.
    pub open_tests: Vec<u16>,
}

/// A route of a group in which the confidence decides.
#[derive(Clone, Copy, Debug)]
struct Rival {
    rank: u32,
    truth: Span,
    least: f64,
    most: f64,
}

/// How the routes of the first section are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grouping {
    AsRanked,
    /// All are one group: a route of the second section fires too.
    AllTogether,
}

impl View<'_> {
    /// The outcome, or `None` with [`Room::open_tests`] filled.
    pub(crate) fn decide(&self, room: &mut Room) -> Option<Decision> {
        room.open_tests.clear();
        let outcome = match (self.recipe.sections.as_slice(), self.recipe.index.matchers.as_slice()) {
            ([only], [matcher]) => self.settle(only, matcher, Grouping::AsRanked, room),
            ([first, second], [matcher, tiered]) => self.settle_both(first, matcher, second, tiered, room),
            _ => Some(Outcome::Default),
        }?;
        let confidence = match outcome {
            Outcome::Route(route) => self.value(route, &mut room.values).confidence,
            Outcome::Default | Outcome::Deny(_) => 0.0,
        };
        Some(Decision { outcome, confidence })
    }

    /// Untiered routes go before tiered ones, but as soon as a tiered one fires the confidence decides among them.
    fn settle_both(
        &self,
        first: &Section,
        matcher: &Matcher,
        second: &Section,
        tiered: &Matcher,
        room: &mut Room,
    ) -> Option<Outcome> {
        self.collect(second, tiered, Grouping::AsRanked, room);
        let sure = room.hits.iter().any(|hit| hit.truth.least == Truth::True);
        if room.hits.is_empty() {
            return self.settle(first, matcher, Grouping::AsRanked, room);
        }
        if sure {
            return match self.settle(first, matcher, Grouping::AllTogether, room) {
                Some(Outcome::Default) => self.settle(second, tiered, Grouping::AsRanked, room),
                // If in the end no untiered route fires, a tiered one does: what those hang on matters too.
                None => {
                    self.settle(second, tiered, Grouping::AsRanked, room);
                    None
                }
                decided => decided,
            };
        }
        // A tiered route may fire: settled only if the outcome is the same either way.
        self.note_open(tiered, room);
        let alone = self.settle(first, matcher, Grouping::AsRanked, room);
        let together = self.settle(first, matcher, Grouping::AllTogether, room);
        if alone.is_some() && alone == together && alone != Some(Outcome::Default) {
            room.open_tests.clear();
            return alone;
        }
        self.settle(second, tiered, Grouping::AsRanked, room);
        None
    }

    /// Finds the cubes that matter into `room.hits`, in rank order.
    fn collect(&self, section: &Section, matcher: &Matcher, grouping: Grouping, room: &mut Room) {
        room.hits.clear();
        let hits = &mut room.hits;
        let all = section.order.len() as u32;
        let mut reach = all;
        matcher.scan(self.known, self.may_hold, all, |hit, limit| {
            let on_unknown = match hit.truth {
                Span { least: Truth::True, .. } => OnUnknown::Skip,
                _ => self.route(section, hit.rank).map_or(OnUnknown::Skip, |route| route.on_unknown),
            };
            if hit.truth.most == Truth::Unknown && on_unknown == OnUnknown::Skip {
                return limit;
            }
            hits.push(hit);
            if stops(hit.truth, on_unknown) {
                reach = limit.min(group_end(section, grouping, hit.rank));
                reach
            } else {
                limit
            }
        });
        if hits.len() > 1 {
            hits.retain(|hit| hit.rank < reach);
            sort_by(hits, |one, other| (one.rank, one.cube) < (other.rank, other.cube));
        }
    }

    fn settle(
        &self,
        section: &Section,
        matcher: &Matcher,
        grouping: Grouping,
        room: &mut Room,
    ) -> Option<Outcome> {
        self.collect(section, matcher, grouping, room);
        if let [Hit { rank, truth: Span { least: Truth::True, .. }, .. }] = room.hits.as_slice() {
            return section.order.get(*rank as usize).map(|route| Outcome::Route(*route));
        }
        let mut open = false;
        let mut from = 0;
        while let Some(first) = room.hits.get(from).copied() {
            let end = group_end(section, grouping, first.rank);
            let count = room.hits[from..].iter().take_while(|hit| hit.rank < end).count();
            let group = from..from + count;
            from += count;
            let alone = room.hits[group.clone()].iter().all(|hit| hit.rank == first.rank);
            let verdict = if alone {
                let truth = room.hits[group.clone()].iter().fold(first.truth, |all, hit| all.or(hit.truth));
                self.verdict(section, first.rank, truth)
            } else {
                self.contest(section, &room.hits[group.clone()], &mut room.rivals, &mut room.prospects)
            };
            match verdict {
                Verdict::Passes => {}
                Verdict::Wins(outcome) => return if open { None } else { Some(outcome) },
                Verdict::Open { stops } => {
                    open = true;
                    for at in group {
                        if let Some(hit) = room.hits.get(at) {
                            self.note_cube(matcher, *hit, &mut room.open_tests);
                        }
                    }
                    if !alone {
                        for rival in &room.rivals {
                            self.note_condition(section, rival.rank, &mut room.open_tests);
                        }
                    }
                    if stops {
                        return None;
                    }
                }
            }
        }
        if open { None } else { Some(Outcome::Default) }
    }

    /// A route that is alone in its group.
    fn verdict(&self, section: &Section, rank: u32, truth: Span) -> Verdict {
        let Some((&number, route)) = section
            .order
            .get(rank as usize)
            .and_then(|number| Some((number, self.recipe.routes.get(usize::from(*number))?)))
        else {
            return Verdict::Passes;
        };
        match (truth.least, truth.most, route.on_unknown) {
            (Truth::True, ..) => Verdict::Wins(Outcome::Route(number)),
            (Truth::Unknown, _, OnUnknown::Match) => Verdict::Wins(Outcome::Route(number)),
            (Truth::Unknown, Truth::Unknown, OnUnknown::Deny) => Verdict::Wins(Outcome::Deny(number)),
            (_, Truth::False, _) | (_, Truth::Unknown, OnUnknown::Skip) => Verdict::Passes,
            (_, _, on_unknown) => Verdict::Open { stops: stops(truth, on_unknown) },
        }
    }

    /// A group in which the confidence decides. A route that denies goes before all that serve.
    fn contest(
        &self,
        section: &Section,
        hits: &[Hit],
        rivals: &mut Vec<Rival>,
        prospects: &mut Vec<Prospect>,
    ) -> Verdict {
        rivals.clear();
        for hit in hits {
            match rivals.last_mut() {
                Some(last) if last.rank == hit.rank => last.truth = last.truth.or(hit.truth),
                _ => rivals.push(Rival { rank: hit.rank, truth: hit.truth, least: 0.0, most: 0.0 }),
            }
        }
        let mut sure = false;
        let mut may_deny = None;
        for rival in rivals.iter_mut() {
            let Some(route) = self.route(section, rival.rank) else { continue };
            sure |= stops(rival.truth, route.on_unknown);
            let denies = route.on_unknown == OnUnknown::Deny && rival.truth.least != Truth::True;
            if denies && rival.truth.most >= Truth::Unknown {
                may_deny.get_or_insert(*rival);
            }
            let states = States { all: self.states, semantics: self.semantics };
            let prospect = condition::prospect(route.when.of(&self.recipe.code), prospects, &|test| {
                let at = usize::from(test);
                match self.recipe.tests.get(at) {
                    Some(question) => {
                        states.leaf_prospect(question, self.known.get(at).copied().unwrap_or_default())
                    }
                    None => Prospect::default(),
                }
            });
            rival.least = prospect.least;
            rival.most = prospect.most;
        }
        if let Some(rival) = may_deny {
            // Only a denial that is sure, and that no earlier one can overtake, is settled.
            return if rival.truth == Span::just(Truth::Unknown) {
                self.verdict(section, rival.rank, rival.truth)
            } else {
                Verdict::Open { stops: sure }
            };
        }
        let stands = |rival: &&Rival| {
            let on_unknown =
                self.route(section, rival.rank).map_or(OnUnknown::Skip, |route| route.on_unknown);
            stops(rival.truth, on_unknown)
        };
        let best = rivals.iter().filter(stands).fold(None, |best: Option<Rival>, rival| match best {
            Some(best) if best.least >= rival.least => Some(best),
            _ => Some(*rival),
        });
        let Some(best) = best else { return Verdict::Open { stops: false } };
        let goes_before =
            |rival: &Rival| best.least > rival.most || (best.least == rival.most && best.rank < rival.rank);
        if rivals.iter().all(|rival| rival.rank == best.rank || goes_before(rival)) {
            return match section.order.get(best.rank as usize) {
                Some(number) => Verdict::Wins(Outcome::Route(*number)),
                None => Verdict::Passes,
            };
        }
        rivals.retain(|rival| rival.most >= best.least);
        Verdict::Open { stops: true }
    }

    fn route(&self, section: &Section, rank: u32) -> Option<&Route> {
        let number = section.order.get(rank as usize)?;
        self.recipe.routes.get(usize::from(*number))
    }

    /// What a route's condition comes to, where what is open counts as unknown.
    pub(crate) fn value(&self, route: u16, stack: &mut Vec<Value>) -> Value {
        let Some(route) = self.recipe.routes.get(usize::from(route)) else { return Value::default() };
        let states = States { all: self.states, semantics: self.semantics };
        condition::value(route.when.of(&self.recipe.code), stack, |test| {
            let at = usize::from(test);
            match self.recipe.tests.get(at) {
                Some(question) => states.leaf(question, self.known.get(at).copied().unwrap_or_default()),
                None => Value::default(),
            }
        })
    }

    fn note_open(&self, matcher: &Matcher, room: &mut Room) {
        for hit in &room.hits {
            self.note_cube(matcher, *hit, &mut room.open_tests);
        }
    }

    fn note_cube(&self, matcher: &Matcher, hit: Hit, open_tests: &mut Vec<u16>) {
        for literal in matcher.literals(hit.cube) {
            if self.known.get(literal.test()) == Some(&Known::Open) {
                open_tests.push(literal.test() as u16);
            }
        }
    }

    /// Everything of a route's condition whose truth or confidence an answer may change.
    fn note_condition(&self, section: &Section, rank: u32, open_tests: &mut Vec<u16>) {
        let Some(route) = self.route(section, rank) else { return };
        for op in route.when.of(&self.recipe.code) {
            let Op::Test(test) = op else { continue };
            let slots = match self.recipe.tests.get(usize::from(*test)) {
                Some(condition::Test::Fired { slots }) => slots.as_slice(),
                _ => &[],
            };
            let stirs = |slot: &u16| {
                self.states.get(usize::from(*slot)).is_some_and(|state| state.open != Open::Nothing)
            };
            if self.known.get(usize::from(*test)) == Some(&Known::Open) || slots.iter().any(stirs) {
                open_tests.push(*test);
            }
        }
    }
}

/// What a group comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    /// None of it fires.
    Passes,
    Wins(Outcome),
    /// It hangs on what is open; `stops` if nothing behind it can matter all the same.
    Open {
        stops: bool,
    },
}

/// Whether a route of this truth lets nothing behind it through.
fn stops(truth: Span, on_unknown: OnUnknown) -> bool {
    truth.least == Truth::True || (truth.least == Truth::Unknown && on_unknown != OnUnknown::Skip)
}

fn group_end(section: &Section, grouping: Grouping, rank: u32) -> u32 {
    match grouping {
        Grouping::AllTogether => section.order.len() as u32,
        Grouping::AsRanked => section.group_ends.get(rank as usize).map_or(rank + 1, |end| u32::from(*end)),
    }
}
