//! The questions of a comparison: is there a request that the one taker has in the old policy, and the other in the
//! new, where the two do not do the same?

use std::rc::Rc;

use batsat::Lit;

use super::side::{Side, Taker};
use super::twins::Twins;
use crate::prove::region::{Cube, meet};
use crate::prove::solver::{Answer, Questions, Request};
use crate::prove::space::Space;
use crate::prove::witness;

/// How many questions a comparison may cost.
const MOST_QUESTIONS: usize = 200_000;
/// Of how many requests for one change the shortest is taken.
const REQUESTS: usize = 3;

/// Two takers that do not do the same, and a request of the space that both may have.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Indices into [`Side::takers`].
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) requests: Vec<Request>,
}

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// Some question was not answered, or there were too many.
    pub(super) gave_up: bool,
}

pub(super) struct Search<'s, 'p> {
    pub(super) space: &'s Space<'p>,
    pub(super) sides: [&'s Side<'p>; 2],
    pub(super) twins: &'s Twins,
    pub(super) questions: Questions,
    switches: [Vec<Lit>; 2],
    /// A literal that is true only where a route acts, by side.
    acting: [Vec<Option<Lit>>; 2],
    /// What a taker's requests must have got past, by side and taker.
    got_past: [Vec<Option<Rc<[Lit]>>>; 2],
    asked: usize,
}

impl<'s, 'p> Search<'s, 'p> {
    pub(super) fn new(
        space: &'s Space<'p>,
        sides: [&'s Side<'p>; 2],
        twins: &'s Twins,
        mut questions: Questions,
    ) -> Search<'s, 'p> {
        let switches = sides.map(|side| side.switches(&mut questions));
        let acting = sides.map(|side| vec![None; side.acts.len()]);
        let got_past = sides.map(|side| vec![None; side.takers.len()]);
        Search { space, sides, twins, questions, switches, acting, got_past, asked: 0 }
    }

    pub(super) fn run(&mut self) -> Found {
        let mut found = Found::default();
        let [old, new] = self.sides;
        let acts = |side: &'s Side<'p>| side.takers.iter().map(|taker| &taker.served.parts);
        let mut known = Vec::new();
        let mut number = |parts| match known.iter().position(|other| *other == parts) {
            Some(at) => at,
            None => {
                known.push(parts);
                known.len() - 1
            }
        };
        let numbers: [Vec<usize>; 2] =
            [acts(old).map(&mut number).collect(), acts(new).map(&mut number).collect()];
        for (at, one) in old.takers.iter().enumerate() {
            for (place, other) in new.takers.iter().enumerate() {
                if numbers[0][at] == numbers[1][place] {
                    continue;
                }
                let Some(outsiders) = self.outsiders(one, other) else { continue };
                let requests = self.requests([at, place], &outsiders, &mut found.gave_up);
                if !requests.is_empty() {
                    found.candidates.push(Candidate { old: at, new: place, requests });
                }
                if self.asked > MOST_QUESTIONS {
                    found.gave_up = true;
                    return found;
                }
            }
        }
        found
    }

    /// Who must fire too for two takers to meet, as literals of which one holds; `None` where they cannot meet, and
    /// nothing where nobody must.
    fn outsiders(&mut self, one: &Taker, other: &Taker) -> Option<Vec<Lit>> {
        let [old, new] = self.sides;
        let twin_of = |route: Option<usize>, twins: &[Option<usize>]| route.map(|route| twins[route]);
        let there = twin_of(one.route(), &self.twins.new_of);
        let here = twin_of(other.route(), &self.twins.old_of);
        match (there, here) {
            // A twin fires in both, so neither falls through to the default.
            (Some(Some(_)), None) | (None, Some(Some(_))) => None,
            (Some(Some(twin)), Some(Some(_))) => {
                let (route, rival) = (one.route()?, other.route()?);
                if Some(twin) == other.route() || new.group[twin] != new.group[rival] {
                    return None;
                }
                let beats = |one, other| new.order.beats(new.recipe, one, other);
                if beats(twin, rival) || beats(rival, twin) {
                    return None;
                }
                let mut strangers = Vec::new();
                for (number, side) in [(0, old), (1, new)] {
                    let group = if number == 0 { old.group[route] } else { new.group[rival] };
                    for stranger in 0..side.acts.len() {
                        let twins = if number == 0 { &self.twins.new_of } else { &self.twins.old_of };
                        // A tiered route changes how all others are compared.
                        let has_a_say =
                            side.group[stranger] == group || side.recipe.routes[stranger].tier > 0;
                        if twins[stranger].is_none() && has_a_say {
                            strangers.push(self.acting(number, stranger));
                        }
                    }
                }
                (!strangers.is_empty()).then_some(strangers)
            }
            _ => Some(Vec::new()),
        }
    }

    fn acting(&mut self, side: usize, route: usize) -> Lit {
        if let Some(literal) = self.acting[side][route] {
            return literal;
        }
        let literal = self.sides[side].acts[route].literal(&mut self.questions);
        self.acting[side][route] = Some(literal);
        literal
    }

    /// The switches of the routes that a taker's requests must have got past, but for those that are plainly elsewhere.
    fn got_past(&mut self, number: usize, at: usize) -> Rc<[Lit]> {
        if let Some(known) = &self.got_past[number][at] {
            return Rc::clone(known);
        }
        let side = self.sides[number];
        let taker = &side.takers[at];
        let near = |route: &usize| side.acts[*route].may_meet(&taker.parts);
        let before = side.before(taker).into_iter().filter(near);
        let literals: Rc<[Lit]> = before.map(|route| self.switches[number][route]).collect();
        self.got_past[number][at] = Some(Rc::clone(&literals));
        literals
    }

    /// Requests that two takers both have, the first of them as short as can be.
    fn requests(&mut self, takers: [usize; 2], outsiders: &[Lit], gave_up: &mut bool) -> Vec<Request> {
        let [one, other] = [0, 1].map(|side| &self.sides[side].takers[takers[side]]);
        let mut also: Option<Vec<Lit>> = None;
        let mut met: Vec<(Request, Cube, Vec<Lit>)> = Vec::new();
        'all: for (cube, literals) in &one.parts {
            for (more, further) in &other.parts {
                let Some(both) = meet(cube, more) else { continue };
                let also = match &mut also {
                    Some(also) => also,
                    none => none.insert(self.both_past(takers, outsiders)),
                };
                let all: Vec<Lit> = literals.iter().chain(further).chain(also.iter()).copied().collect();
                self.asked += 1;
                match self.questions.ask(&both, &all) {
                    Answer::No => {}
                    Answer::GaveUp => *gave_up = true,
                    Answer::Yes(request) => met.push((request, both, all)),
                }
                if met.len() >= REQUESTS || self.asked > MOST_QUESTIONS {
                    break 'all;
                }
            }
        }
        met.sort_by_key(|(request, ..)| request.iter().filter(|value| **value != 0).count());
        if let Some((request, cube, also)) = met.first_mut() {
            let said = std::mem::take(request);
            *request = witness::quieten(self.space, &mut self.questions, cube, also, said);
        }
        met.into_iter().map(|(request, ..)| request).collect()
    }

    /// What requests of both takers have got past, and who must fire beside them.
    fn both_past(&mut self, [one, other]: [usize; 2], outsiders: &[Lit]) -> Vec<Lit> {
        let mut past = self.got_past(0, one).to_vec();
        past.extend(self.got_past(1, other).iter());
        if !outsiders.is_empty() {
            let some = self.questions.switch();
            self.questions.demand(outsiders.iter().copied().chain([!some]).collect());
            past.push(some);
        }
        past
    }
}
