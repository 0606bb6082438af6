//! From a query of the policy to readings: one file a signal family.
//!
//! [`Families`] gathers what all queries of a call want, asks it together, and lets each family make readings of the
//! answers. A family is one function from a [`Question`] and a [`Board`] of answers to readings; what the board does
//! not hold yet is noted as wanted, and the function runs again when it does. So a family reads like plain arithmetic,
//! and a gate (ask the second model only if the first says so) is an `if`.

mod board;
mod choice;
mod classifier;
mod complexity;
mod content_safety;
mod domain;
mod embedding;
mod fact_check;
mod jailbreak;
mod kb;
mod modality;
pub mod pii;
mod preference;
mod prototype;
mod question;
mod reask;
mod settings;
#[cfg(test)]
mod tests;
mod user_feedback;

use std::future::Future;
use std::time::Instant;

use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;

use crate::infer::{Infer, Refused};

use board::{Board, Memo, Pause, Said};
use question::Question;

pub use jailbreak::Detector;
pub use prototype::Scoring;
pub use settings::Settings;

/// What a query's answer sets: readings under its keys; keys not named have missed.
pub type Readings = Vec<(String, Reading)>;

/// Answers the queries of one request.
pub trait Answerer: Send + Sync {
    /// One result a query, in their order. All their jobs are asked together.
    fn answer(
        &self,
        facts: &Facts<'_>,
        queries: &[&Query],
        deadline: Option<Instant>,
    ) -> impl Future<Output = Vec<Result<Readings, Refused>>> + Send;
}

/// A family's part: what it reads off the board.
type Family = fn(&Question<'_>, &mut Board<'_>) -> Said<Readings>;

static FAMILIES: &[(&str, Family)] = &[
    ("classifier", classifier::read),
    ("complexity", complexity::read),
    ("domain", domain::read),
    ("embedding", embedding::read),
    ("fact_check", fact_check::read),
    ("jailbreak", jailbreak::read),
    ("kb", kb::read),
    ("modality", modality::read),
    ("pii", pii::read),
    ("preference", preference::read),
    ("reask", reask::read),
    ("user_feedback", user_feedback::read),
];

/// One round is the rule, a gate needs a second, and exemplars that a reloaded model sees otherwise a third.
const MOST_ROUNDS: usize = 3;

/// Every family over one way to run jobs.
#[derive(Debug)]
pub struct Families<I> {
    infer: I,
    settings: Settings,
    memo: Memo,
}

impl<I: Infer> Families<I> {
    pub fn new(infer: I, settings: Settings) -> Families<I> {
        Families { infer, settings, memo: Memo::default() }
    }

    pub fn infer(&self) -> &I {
        &self.infer
    }
}

impl<I: Infer> Answerer for Families<I> {
    async fn answer(
        &self,
        facts: &Facts<'_>,
        queries: &[&Query],
        deadline: Option<Instant>,
    ) -> Vec<Result<Readings, Refused>> {
        let mut board = Board::new(&self.infer, &self.memo);
        let mut results: Vec<Option<Result<Readings, Refused>>> = vec![None; queries.len()];
        for round in 0..=MOST_ROUNDS {
            for (query, result) in queries.iter().zip(&mut results).filter(|(_, result)| result.is_none()) {
                *result = match read(&Question { facts, query, settings: &self.settings }, &mut board) {
                    Ok(readings) => Some(Ok(readings)),
                    Err(Pause::Refused(refused)) => Some(Err(refused)),
                    Err(Pause::Waiting) => None,
                };
            }
            let wanted = board.take_wanted();
            if wanted.is_empty() || round == MOST_ROUNDS {
                break;
            }
            let answers = self.infer.infer(wanted.clone(), deadline).await;
            board.learn(wanted, answers);
        }
        let unsettled = || Err(Refused::Failed("the models do not settle on answers".to_owned()));
        results.into_iter().map(|result| result.unwrap_or_else(unsettled)).collect()
    }
}

fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    match FAMILIES.iter().find(|(name, _)| *name == it.query.family) {
        Some((_, family)) => family(it, board),
        None => Err(Pause::unsuited(format!("this host knows no family `{}`", it.query.family))),
    }
}
