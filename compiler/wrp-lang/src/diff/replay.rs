//! Requests played through both policies, each by its oracle and its graph: what a witness must pass, and what stands
//! in where nothing could be proved.

use wrp_graph::reading::Reading;

use super::action::Served;
use super::joint::Joint;
use super::{Change, Shown, Subject};
use crate::oracle::{self, Outcome, Readings};
use crate::prove::region::{Cube, Region, Wanted, meet};
use crate::prove::solver::{Answer, Questions, Request};
use crate::prove::space::{Atom, Space};
use crate::prove::witness;
use crate::validate;
use crate::validate::sample::Dice;

/// How many requests are played where nothing was proved.
const PLAYED: usize = 2_000;
/// Of which numbers they are made.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

pub(super) struct Stage<'s> {
    pub(super) joint: &'s Joint,
    pub(super) subjects: [Subject<'s>; 2],
    pub(super) recipes: [usize; 2],
}

impl Stage<'_> {
    /// What a policy decides; `None` where oracle and graph do not agree, which no witness may rest on.
    fn decide(&self, side: usize, own: &Readings) -> Option<Outcome> {
        let Subject { policy, graph } = self.subjects[side];
        let recipe = &policy.recipes[self.recipes[side]];
        let prepared = oracle::prepare(policy, recipe, own).readings;
        let outcome = oracle::decide(policy, recipe, &prepared).outcome;
        (validate::decided_by_graph(graph, self.recipes[side], own) == Some(outcome)).then_some(outcome)
    }

    /// Both decisions on what was heard.
    fn play(&self, heard: &Readings) -> Option<([Outcome; 2], [Readings; 2])> {
        let own = [self.joint.heard_by(0, heard), self.joint.heard_by(1, heard)];
        Some(([self.decide(0, &own[0])?, self.decide(1, &own[1])?], own))
    }

    /// A request of the space that both policies decide as they should.
    pub(super) fn realise(&self, space: &Space<'_>, request: &[u8], wanted: [Outcome; 2]) -> Option<Shown> {
        let heard = self.joint.heard(&witness::readings(space, request));
        witness::variants(&heard).find_map(|heard| {
            let (outcomes, raw) = self.play(&heard)?;
            (outcomes == wanted).then(|| Shown { words: self.words(space, request, &heard), raw })
        })
    }

    /// In policy words. Of signals that are staged otherwise it counts what was heard, not what is left of it.
    fn words(&self, space: &Space<'_>, request: &[u8], heard: &Readings) -> String {
        let staged = |key: &str| self.joint.is_staged(key);
        let shared = |variable: &crate::prove::space::Variable| {
            !variable.values.iter().flat_map(|value| &value.readings).any(|(key, _)| staged(key))
        };
        let said = witness::said(space, request, &shared).into_iter().map(str::to_owned);
        let rest = heard.iter().filter(|(key, reading)| staged(key) && (reading.matched || reading.failed));
        let rest: Vec<(&String, &Reading)> = rest.collect();
        // How sure each is counts only beside others.
        let surest = |key: &str, reading: &Reading| {
            let kind = key.split(':').next();
            let mut others =
                rest.iter().filter(|(other, _)| *other != key && other.split(':').next() == kind);
            rest.len() > 1 && others.all(|(_, other)| other.confidence < reading.confidence)
        };
        let told = rest.iter().filter_map(|(key, reading)| {
            let plain = told(key, &Reading { confidence: None, ..**reading })?;
            Some(if surest(key, reading) { format!("{plain} (the surest)") } else { plain })
        });
        witness::sentence(said.chain(told).collect())
    }

    /// Differences that made-up requests show, and how many were played: requests that the space allows, each aimed at a
    /// route of either policy.
    pub(super) fn sample(&self, space: &Space<'_>, changes: &mut Vec<Change>) -> usize {
        let mut questions = Questions::about(space);
        let aims = self.aims(space);
        let mut dice = Dice(SEED);
        for number in 0..PLAYED {
            let aim = &aims[number % aims.len()];
            let Some(request) = made_up(space, &mut questions, aim, &mut dice) else { continue };
            let mut heard = self.joint.heard(&witness::readings(space, &request));
            for reading in
                heard.values_mut().filter(|reading| reading.matched && reading.confidence.is_some())
            {
                reading.confidence = Some([0.25, 0.5, 0.75, 1.0][dice.below(4)]);
            }
            let Some((outcomes, raw)) = self.play(&heard) else { continue };
            let [old, new] = [0, 1].map(|side| self.served(side, outcomes[side]));
            if old.does_as(&new) || changes.iter().any(|it| (&it.old, &it.new) == (&old, &new)) {
                continue;
            }
            let witness = Shown { words: self.words(space, &request, &heard), raw };
            changes.push(Change { old, new, witness });
        }
        PLAYED
    }

    /// A cube of every alternative of every route, and one that aims at nothing.
    fn aims(&self, space: &Space<'_>) -> Vec<Cube> {
        let mut aims = vec![Cube::new()];
        for policy in &self.joint.sides {
            let space = space.clone().seen_by(policy);
            for route in &policy.recipes[0].routes {
                if let Region::Cubes(cubes) = Region::of(&space, &route.when, Wanted::Possible) {
                    aims.extend(cubes);
                }
            }
        }
        aims
    }

    fn served(&self, side: usize, outcome: Outcome) -> Served {
        let policy = self.subjects[side].policy;
        Served::of(policy, &policy.recipes[self.recipes[side]], outcome)
    }
}

/// A request that meets a cube, and says what it likes beside that, as far as it can.
fn made_up(space: &Space<'_>, questions: &mut Questions, aim: &Cube, dice: &mut Dice) -> Option<Request> {
    let mut wishes = Cube::new();
    for (number, variable) in space.variables.iter().enumerate().filter(|(_, variable)| !variable.derived) {
        // Mostly quiet.
        let value = if dice.one_in(4) { dice.below(variable.values.len()) } else { 0 };
        wishes.push(Atom { variable: number as u32, mask: 1 << value });
    }
    wishes.retain(|wish| aim.iter().all(|atom| atom.variable != wish.variable));
    let wished = meet(aim, &wishes)?;
    match questions.ask(&wished, &[]) {
        Answer::Yes(request) => Some(request),
        _ => match questions.ask(aim, &[]) {
            Answer::Yes(request) => Some(request),
            _ => None,
        },
    }
}

/// What one reading says, if it says anything.
fn told(key: &str, reading: &Reading) -> Option<String> {
    let (kind, name) = key.split_once(':')?;
    let number = reading.value.or(reading.confidence).map(|it| format!(" = {it}")).unwrap_or_default();
    match (reading.failed, reading.matched) {
        (true, _) => Some(format!("{kind}({name:?}) is unknown")),
        (false, true) => Some(format!("{kind}({name:?}){number}")),
        (false, false) => reading.value.map(|_| format!("{kind}({name:?}){number}")),
    }
}
