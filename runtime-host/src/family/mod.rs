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

pub use content_safety::NAME as CONTENT_SAFETY;
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

    /// What lies behind a family of fixed names, or behind `content_safety`: how likely each of its names is.
    pub async fn shares(&self, family: &str, text: &str) -> Result<Vec<(String, f64)>, Refused> {
        let read = |family: &&str, board: &mut Board<'_>| shares(family, board, &self.settings, text);
        let results = self.settle(&[family], read, None).await;
        results.into_iter().next().unwrap_or(Err(Refused::Closing))
    }

    /// All personal data in a text, in its order.
    pub async fn personal_data(&self, text: &str) -> Result<Vec<pii::Found>, Refused> {
        let read = |text: &&str, board: &mut Board<'_>| Ok(pii::search(board, text)?.0);
        let results = self.settle(&[text], read, None).await;
        results.into_iter().next().unwrap_or(Err(Refused::Closing))
    }

    /// Reads each item off a board that is filled as they want, round by round.
    async fn settle<Q, T>(
        &self,
        items: &[Q],
        read: impl Fn(&Q, &mut Board<'_>) -> Said<T>,
        deadline: Option<Instant>,
    ) -> Vec<Result<T, Refused>> {
        let mut board = Board::new(&self.infer, &self.memo);
        let mut results: Vec<Option<Result<T, Refused>>> = items.iter().map(|_| None).collect();
        for round in 0..=MOST_ROUNDS {
            for (item, result) in items.iter().zip(&mut results).filter(|(_, result)| result.is_none()) {
                *result = match read(item, &mut board) {
                    Ok(said) => Some(Ok(said)),
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

impl<I: Infer> Answerer for Families<I> {
    async fn answer(
        &self,
        facts: &Facts<'_>,
        queries: &[&Query],
        deadline: Option<Instant>,
    ) -> Vec<Result<Readings, Refused>> {
        let read = |query: &&Query, board: &mut Board<'_>| {
            read(&Question { facts, query, settings: &self.settings }, board)
        };
        self.settle(queries, read, deadline).await
    }
}

fn read(it: &Question<'_>, board: &mut Board<'_>) -> Said<Readings> {
    match FAMILIES.iter().find(|(name, _)| *name == it.query.family) {
        Some((_, family)) => family(it, board),
        None => Err(Pause::unsuited(format!("this host knows no family `{}`", it.query.family))),
    }
}

fn shares(family: &str, board: &mut Board<'_>, settings: &Settings, text: &str) -> Said<Vec<(String, f64)>> {
    let (shares, _) = match family {
        "domain" => domain::shares(board, text)?,
        "fact_check" => fact_check::shares(board, text)?,
        "user_feedback" => user_feedback::shares(board, text)?,
        "modality" => modality::shares(board, text)?,
        content_safety::NAME => content_safety::shares(settings, board, text)?,
        other => return Err(Pause::unsuited(format!("`{other}` is no family of fixed names"))),
    };
    Ok(shares)
}
