//! Equal jobs under way: one runs, and all who asked are told.

use std::collections::HashMap;
use std::time::Instant;

use tokio::sync::oneshot::Sender;

use crate::infer::Refused;
use crate::job::{Answer, Job};

/// Who waits for a job's answer.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) tell: Sender<Result<Answer, Refused>>,
    pub(super) deadline: Option<Instant>,
}

impl Waiter {
    fn still_waits(&self, now: Instant) -> bool {
        !self.tell.is_closed() && self.deadline.is_none_or(|deadline| now < deadline)
    }
}

#[derive(Debug, Default)]
pub(super) struct Flights(HashMap<Job, Vec<Waiter>>);

impl Flights {
    /// Waits along with whoever waits already; without such the waiter comes back.
    pub(super) fn join(&mut self, job: &Job, waiter: Waiter) -> Result<(), Waiter> {
        match self.0.get_mut(job) {
            Some(waiters) => {
                waiters.push(waiter);
                Ok(())
            }
            None => Err(waiter),
        }
    }

    pub(super) fn begin(&mut self, job: Job, waiter: Waiter) {
        self.0.insert(job, vec![waiter]);
    }

    /// Whether anybody still waits in time.
    pub(super) fn is_wanted(&self, job: &Job, now: Instant) -> bool {
        self.0.get(job).is_some_and(|waiters| waiters.iter().any(|waiter| waiter.still_waits(now)))
    }

    /// Tells everybody who waits.
    pub(super) fn end(&mut self, job: &Job, answer: &Result<Answer, Refused>) {
        for waiter in self.0.remove(job).into_iter().flatten() {
            // Whoever has gone need not know.
            let _ = waiter.tell.send(answer.clone());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
