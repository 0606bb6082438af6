//! Running a recipe over one request, without IO: sense what can be sensed, ask what still matters, decide.

use crate::condition::{self, Test, Value};
use crate::facts::Facts;
use crate::graph::{Graph, Recipe, Semantics};
use crate::index;
use crate::rank::{Room, View};
use crate::reading::Reading;
use crate::stage::{Interval, Stage};
use crate::state::{Open, State, States};
use crate::truth::{Known, Span, Truth};

/// One request on its way through one recipe.
///
/// A slot is open until the host has answered every query that sets it. What the proxy finds out by itself is known
/// from the start: before [`Session::sense`] it has missed.
#[derive(Debug)]
pub struct Session<'g> {
    semantics: Semantics,
    recipe: &'g Recipe,
    /// The readings as they came.
    raw: Vec<State>,
    /// The readings after the stages.
    states: Vec<State>,
    /// What each test says of the states.
    known: Vec<Known>,
    /// The tests that are not false, as bits.
    may_hold: Vec<u64>,
    answered: Vec<bool>,
    /// The slots that were set since the start, so that a restart costs no more than the request did.
    touched: Vec<u16>,
    scores: Vec<Interval>,
    /// Some slot that a stage looks at has changed.
    stale: bool,
    /// Whether the stages are run, or the readings are final.
    staged: bool,
    room: Room,
    prospects: Vec<condition::Prospect>,
    ranking: Vec<(u16, f64)>,
    conditions: Vec<Span>,
}

/// A session that waits for the host, without its graph.
#[derive(Debug)]
pub struct Waiting(Session<'static>);

static NOTHING: std::sync::LazyLock<Recipe> = std::sync::LazyLock::new(Recipe::default);

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Only these queries (indices into the recipe's) can still change the outcome. Ask them in one batch.
    Ask(Vec<u16>),
    Decide(Decision),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Of the route that won, as far as it is known: what was not asked vouches for nothing. 0 for the others.
    pub confidence: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Index into the recipe's routes.
    Route(u16),
    /// No route took it: the default model serves, if there is one.
    Default,
    /// `strict`: this route could not be decided and says `ON_UNKNOWN deny`.
    Deny(u16),
}

/// The host could not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

impl<'g> Session<'g> {
    /// A request of which nothing is known. A recipe that the graph does not have is empty: nothing is asked of it,
    /// and no route takes anything.
    pub fn new(graph: &'g Graph, recipe: usize) -> Session<'g> {
        Session::of(graph.recipes.get(recipe).unwrap_or(&NOTHING), graph.semantics)
    }

    fn of(recipe: &'g Recipe, semantics: Semantics) -> Session<'g> {
        Session {
            semantics,
            recipe,
            raw: recipe.index.states.clone(),
            states: recipe.index.states.clone(),
            known: recipe.index.known.clone(),
            may_hold: recipe.index.may_hold.clone(),
            answered: vec![false; recipe.queries.len()],
            touched: Vec::new(),
            scores: Vec::with_capacity(recipe.index.scores),
            stale: true,
            staged: true,
            room: Room::default(),
            prospects: Vec::new(),
            ranking: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// What every test says of a request of which nothing is known, and which may hold, as bits.
    pub(crate) fn first_impressions(recipe: &Recipe, semantics: Semantics) -> (Vec<Known>, Vec<u64>) {
        let mut session = Session::of(recipe, semantics);
        session.known = vec![Known::False; recipe.tests.len()];
        session.may_hold = vec![0; recipe.tests.len().div_ceil(64)];
        for test in 0..recipe.tests.len() {
            session.refresh(test as u16);
        }
        (session.known, session.may_hold)
    }

    /// Readings that are final: no stage is run over them, and keys not named have missed.
    pub fn settled<'k>(
        graph: &'g Graph,
        recipe: usize,
        readings: impl IntoIterator<Item = (&'k str, Reading)>,
    ) -> Session<'g> {
        let mut session = Session::new(graph, recipe);
        session.take_as_final(false);
        for (key, reading) in readings {
            if let Some(slot) = session.slot(key) {
                session.set(slot, State::known(reading));
            }
        }
        session
    }

    /// Runs no stages from now on. What hangs on a query stays open until it is told, or has missed.
    pub(crate) fn take_as_final(&mut self, open: bool) {
        self.staged = false;
        for slot in 0..self.recipe.slots.len() {
            let hangs = !self.recipe.index.final_sources_of.get(slot).is_empty();
            self.set(slot as u16, if open && hangs { State::OPEN } else { State::MISSED });
        }
    }

    /// Lets go of the graph until the answers have come; [`Waiting::resume`] goes on.
    pub fn wait(self) -> Waiting {
        Waiting(Session {
            semantics: self.semantics,
            recipe: &NOTHING,
            raw: self.raw,
            states: self.states,
            known: self.known,
            may_hold: self.may_hold,
            answered: self.answered,
            touched: self.touched,
            scores: self.scores,
            stale: self.stale,
            staged: self.staged,
            room: self.room,
            prospects: self.prospects,
            ranking: self.ranking,
            conditions: self.conditions,
        })
    }

    /// Forgets the request and keeps the room, so that the next one allocates nothing.
    pub fn restart(&mut self) {
        self.staged = true;
        self.stale = true;
        self.answered.fill(false);
        let index = &self.recipe.index;
        for slot in self.touched.drain(..).map(usize::from) {
            if let (Some(raw), Some(state), Some(first)) =
                (self.raw.get_mut(slot), self.states.get_mut(slot), index.states.get(slot))
            {
                (*raw, *state) = (*first, *first);
            }
            for test in index.tests_of.get(slot).iter().map(|test| usize::from(*test)) {
                if let (Some(known), Some(first)) = (self.known.get_mut(test), index.known.get(test)) {
                    *known = *first;
                }
                if let (Some(word), Some(first)) =
                    (self.may_hold.get_mut(test / 64), index.may_hold.get(test / 64))
                {
                    let bit = 1 << (test % 64);
                    *word = (*word & !bit) | (first & bit);
                }
            }
        }
    }

    pub fn recipe(&self) -> &'g Recipe {
        self.recipe
    }

    /// Reads every inline signal from the request.
    pub fn sense(&mut self, facts: &Facts<'_>) {
        let hits = self.recipe.scanner.scan(&facts.text);
        for sensor in &self.recipe.sensors {
            let reading = sensor.signal.sense(facts, &hits);
            let before =
                self.raw.get(usize::from(sensor.slot)).map_or(Reading::MISSED, |state| state.reading);
            self.set(sensor.slot, State::known(join(before, reading)));
        }
    }

    /// The slot of a key, if the policy mentions it.
    pub fn slot(&self, key: &str) -> Option<u16> {
        self.recipe.slots.binary_search_by(|slot| slot.key.as_str().cmp(key)).ok().map(|slot| slot as u16)
    }

    /// Gives a reading from outside, as if the proxy had found it out by itself.
    pub fn tell(&mut self, slot: u16, reading: Reading) {
        self.set(slot, State::known(reading));
    }

    /// Gives a query's answer: readings under the keys it sets; keys not named have missed. A confidence lies in
    /// `0..=1`, and what does not is brought there; what is no number is none.
    ///
    /// Under `vsr-2026-08` an answer that could not be had has missed, and only a classifier's failure is noted, as
    /// in the reference; under `strict` it is unknown.
    pub fn answer(&mut self, query: u16, answer: Result<&[(String, Reading)], Unavailable>) {
        let Some(asked) = self.recipe.queries.get(usize::from(query)) else { return };
        match self.answered.get_mut(usize::from(query)) {
            Some(answered) if !*answered => *answered = true,
            _ => return,
        }
        let noted = self.semantics == Semantics::Strict || asked.family == "classifier";
        for &slot in self.recipe.index.slots_of.get(usize::from(query)) {
            let Some(place) = self.recipe.slots.get(usize::from(slot)) else { continue };
            let reading = match answer {
                Ok(readings) => readings
                    .iter()
                    .find(|(key, _)| *key == place.key)
                    .map_or(Reading::MISSED, |(_, reading)| bounded(*reading)),
                Err(Unavailable) => Reading { failed: noted, ..Reading::MISSED },
            };
            let before = self.raw.get(usize::from(slot)).map_or(Reading::MISSED, |state| state.reading);
            let waits =
                place.queries.iter().any(|query| self.answered.get(usize::from(*query)) == Some(&false));
            let open = if waits { Open::Everything } else { Open::Nothing };
            self.set(slot, State { reading: join(before, reading), open });
        }
    }

    /// Notes an answer without readings: [`Session::set`] gives them.
    pub(crate) fn note_answered(&mut self, query: u16) {
        if let Some(answered) = self.answered.get_mut(usize::from(query)) {
            *answered = true;
        }
    }

    /// Whether every query behind a slot has been answered, where no stages are run.
    pub(crate) fn is_answered(&self, slot: u16) -> bool {
        let sources = self.recipe.index.final_sources_of.get(usize::from(slot));
        sources.iter().all(|query| self.answered.get(usize::from(*query)) == Some(&true))
    }

    /// Where no stages are run: what hangs on nothing unanswered any more is as given, and has missed if it is not.
    pub(crate) fn reveal(&mut self, readings: &[(u16, Reading)]) {
        for slot in 0..self.recipe.slots.len() as u16 {
            let open = self.states.get(usize::from(slot)).is_some_and(State::is_open);
            if open && self.is_answered(slot) {
                let given = readings.iter().find(|(other, _)| *other == slot);
                self.set(slot, State::known(given.map_or(Reading::MISSED, |(_, reading)| *reading)));
            }
        }
    }

    pub(crate) fn set(&mut self, slot: u16, state: State) {
        let at = usize::from(slot);
        let Some(raw) = self.raw.get_mut(at) else { return };
        *raw = state;
        self.touched.push(slot);
        if self.staged {
            self.stale |= !self.recipe.stages.is_empty();
            if self.recipe.index.staged.get(at) == Some(&true) {
                return;
            }
        }
        if let Some(place) = self.states.get_mut(at) {
            *place = state;
        }
        for &test in self.recipe.index.tests_of.get(at) {
            self.refresh(test);
        }
    }

    fn refresh(&mut self, test: u16) {
        let at = usize::from(test);
        let Some(question) = self.recipe.tests.get(at) else { return };
        let states = States { all: &self.states, semantics: self.semantics };
        let known = match question {
            Test::Derived { code } => {
                let leaf = |test: u16| condition::Prospect {
                    truth: self.known.get(usize::from(test)).copied().unwrap_or_default().span(),
                    ..condition::Prospect::default()
                };
                condition::prospect(code.of(&self.recipe.code), &mut self.prospects, &leaf).truth.into()
            }
            plain => states.know(plain),
        };
        if let Some(place) = self.known.get_mut(at) {
            *place = known;
        }
        if let Some(word) = self.may_hold.get_mut(at / 64) {
            let bit = 1 << (at % 64);
            *word = if known == Known::False { *word & !bit } else { *word | bit };
        }
    }

    /// Runs the stages over the readings as they came.
    fn prepare(&mut self) {
        if !self.stale {
            return;
        }
        self.stale = false;
        if !self.staged {
            return;
        }
        for &slot in &self.recipe.index.staged_slots {
            let at = usize::from(slot);
            if let (Some(place), Some(raw)) = (self.states.get_mut(at), self.raw.get(at)) {
                *place = *raw;
            }
        }
        self.scores.clear();
        let semantics = self.semantics;
        for stage in &self.recipe.stages {
            match stage {
                Stage::Partition(partition) => partition.run(&mut self.states, semantics),
                Stage::Vetoes(vetoes) => {
                    self.conditions.clear();
                    for veto in vetoes {
                        let condition = self.span(veto.condition);
                        self.conditions.push(condition);
                    }
                    for (veto, condition) in vetoes.iter().zip(&self.conditions) {
                        veto.run(&mut self.states, *condition);
                    }
                }
                Stage::Top(top) => top.run(&mut self.states, semantics, &mut self.ranking),
                Stage::Score(score) => {
                    let interval = score.run(&self.states, semantics, &self.scores);
                    self.scores.push(interval);
                }
                Stage::Mapping(mapping) => {
                    let score = self.scores.get(usize::from(mapping.score)).copied().unwrap_or_default();
                    mapping.run(&mut self.states, score);
                }
            }
        }
        for &test in &self.recipe.index.staged_tests {
            self.refresh(test);
        }
    }

    /// A condition over the states as they are in the middle of the stages.
    fn span(&mut self, code: crate::graph::Stretch) -> Span {
        let states = States { all: &self.states, semantics: self.semantics };
        let leaf = |test: u16| {
            let known = self.recipe.tests.get(usize::from(test)).map(|question| states.know(question));
            condition::Prospect { truth: known.unwrap_or_default().span(), ..condition::Prospect::default() }
        };
        condition::prospect(code.of(&self.recipe.code), &mut self.prospects, &leaf).truth
    }

    /// What to do now. After an answer to everything asked it decides.
    pub fn step(&mut self) -> Step {
        self.prepare();
        let view = View {
            recipe: self.recipe,
            semantics: self.semantics,
            states: &self.states,
            known: &self.known,
            may_hold: &self.may_hold,
        };
        match view.decide(&mut self.room) {
            Some(decision) => Step::Decide(decision),
            None => Step::Ask(self.questions()),
        }
    }

    /// The queries behind the tests that can still change the outcome.
    fn questions(&self) -> Vec<u16> {
        let lists = &self.recipe.index;
        let sources = if self.staged { &lists.sources_of } else { &lists.final_sources_of };
        let mut wanted = vec![false; self.recipe.queries.len()];
        let mut slots = Vec::new();
        for &test in &self.room.open_tests {
            slots.clear();
            index::slots_of_test(self.recipe, usize::from(test), &mut slots);
            for &slot in &slots {
                if self.states.get(usize::from(slot)).is_none_or(|state| state.open == Open::Nothing) {
                    continue;
                }
                for &query in sources.get(usize::from(slot)) {
                    if let Some(wanted) = wanted.get_mut(usize::from(query)) {
                        *wanted = true;
                    }
                }
            }
        }
        let open = |query: &u16| {
            let at = usize::from(*query);
            wanted.get(at) == Some(&true) && self.answered.get(at) == Some(&false)
        };
        (0..self.recipe.queries.len() as u16).filter(open).collect()
    }

    /// Every route that fired, in source order, with its confidence; for traces.
    pub fn fired(&mut self) -> Vec<(u16, f64)> {
        self.prepare();
        let view = View {
            recipe: self.recipe,
            semantics: self.semantics,
            states: &self.states,
            known: &self.known,
            may_hold: &self.may_hold,
        };
        let mut stack: Vec<Value> = Vec::new();
        let mut fired = Vec::new();
        for (number, route) in self.recipe.routes.iter().enumerate() {
            let value = view.value(number as u16, &mut stack);
            let fires = match value.truth {
                Truth::True => true,
                Truth::Unknown => route.on_unknown == crate::graph::OnUnknown::Match,
                Truth::False => false,
            };
            if fires {
                fired.push((number as u16, value.confidence));
            }
        }
        fired
    }

    /// Every key and what is known of it now, after the stages; what is open is not listed.
    pub fn readings(&mut self) -> impl Iterator<Item = (&'g str, Reading)> + '_ {
        self.prepare();
        let slots = self.recipe.slots.iter().map(|slot| slot.key.as_str());
        slots.zip(&self.states).filter(|(_, state)| !state.is_open()).map(|(key, state)| (key, state.reading))
    }

    /// Every projection score that is known, by name.
    pub fn scores(&mut self) -> impl Iterator<Item = (&'g str, f64)> + '_ {
        self.prepare();
        let names = self.recipe.stages.iter().filter_map(|stage| match stage {
            Stage::Score(score) => Some(score.name.as_str()),
            _ => None,
        });
        names
            .zip(&self.scores)
            .filter(|(_, score)| score.least == score.most)
            .map(|(name, score)| (name, score.least))
    }
}

impl Waiting {
    /// The session as it was. The graph and the recipe are those that it was begun with.
    pub fn resume(self, graph: &Graph, recipe: usize) -> Session<'_> {
        let mut session: Session<'_> = self.0;
        session.recipe = graph.recipes.get(recipe).unwrap_or(&NOTHING);
        session
    }
}

/// Two readings of one key: the first that fired stays; a number and a failure are not forgotten.
fn join(before: Reading, now: Reading) -> Reading {
    let said = if before.matched { before } else { now };
    Reading {
        matched: before.matched || now.matched,
        confidence: said.confidence,
        value: before.value.or(now.value),
        failed: before.failed || now.failed,
    }
}

fn bounded(reading: Reading) -> Reading {
    let finite = |number: &f64| number.is_finite();
    let confidence = reading.confidence.filter(finite).map(|confidence| confidence.clamp(0.0, 1.0));
    Reading { confidence, value: reading.value.filter(finite), ..reading }
}
