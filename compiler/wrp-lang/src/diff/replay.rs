//! Requests played through both policies, each by its oracle and its graph: what a witness must pass, and what stands
//! in where nothing could be proved.

use wrp_graph::reading::Reading;

use super::action::Served;
use super::joint::Joint;
use super::{Change, Shown, Subject};
use crate::oracle::{self, Outcome, Readings};
use crate::policy::Expr;
use crate::prove::space::Space;
use crate::prove::witness;
use crate::validate;
use crate::validate::sample::{Dice, Samples};

/// How many requests are played where nothing was proved.
const PLAYED: usize = 4_000;
/// Of which numbers they are made.
pub(super) const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

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

    /// Differences that made-up requests show, and how many were played.
    pub(super) fn sample(&self, changes: &mut Vec<Change>) -> usize {
        let merged = self.joint.merged();
        let samples = Samples::of(merged, self.joint.semantics());
        let anything = Expr::And(Vec::new());
        let aims: Vec<&Expr> = merged.routes.iter().map(|route| &route.when).chain([&anything]).collect();
        let mut dice = Dice(SEED);
        for number in 0..PLAYED {
            let mut said = samples.reaching(aims[number % aims.len()], &mut dice);
            said.retain(|key, _| !key.starts_with("projection:"));
            let heard = self.joint.heard(&said);
            let Some((outcomes, raw)) = self.play(&heard) else { continue };
            let [old, new] = [0, 1].map(|side| self.served(side, outcomes[side]));
            if old.does_as(&new) || changes.iter().any(|it| (&it.old, &it.new) == (&old, &new)) {
                continue;
            }
            let words = heard.iter().filter_map(|(key, reading)| told(key, reading)).collect();
            changes.push(Change { old, new, witness: Shown { words: witness::sentence(words), raw } });
        }
        PLAYED
    }

    fn served(&self, side: usize, outcome: Outcome) -> Served {
        let policy = self.subjects[side].policy;
        Served::of(policy, &policy.recipes[self.recipes[side]], outcome)
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
