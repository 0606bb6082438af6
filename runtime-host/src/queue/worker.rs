//! A thread that runs one batch after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::Instant;

use super::state::{Batch, Next};
use super::{Runner, Shared};
use crate::infer::Refused;
use crate::job::{Answer, Job};

/// Works until the queue is closed and empty.
pub(super) fn work(shared: &Shared) {
    let mut state = shared.state();
    loop {
        match state.next(&shared.settings) {
            Next::Run(batch) => {
                drop(state);
                run(shared, &batch);
                state = shared.state();
            }
            Next::Wait(Some(left)) => {
                let waited = shared.changed.wait_timeout(state, left);
                (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            }
            Next::Wait(None) => {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            Next::End => return,
        }
    }
}

fn run(shared: &Shared, batch: &Batch) {
    let begun = Instant::now();
    let answers = attempt(&*shared.runner(), &batch.jobs);
    let took = begun.elapsed();
    shared.stats.ran(batch, took);
    for answer in &answers {
        match answer {
            Ok(_) => shared.stats.count("answered"),
            Err(refused) => shared.stats.refused(refused),
        }
    }
    let mut state = shared.state();
    if state.generation == batch.generation {
        for (job, answer) in batch.jobs.iter().zip(&answers) {
            if let Ok(answer) = answer {
                shared.cache.put(job.clone(), answer.clone());
            }
        }
    }
    state.finish(batch, &answers, took);
    drop(state);
    shared.changed.notify_all();
}

/// Exactly one answer a job, whatever the runner does. Where a batch breaks off each job is tried alone, so that one
/// text that a model cannot bear takes no other with it.
fn attempt(runner: &dyn Runner, jobs: &[Job]) -> Vec<Result<Answer, Refused>> {
    let failed = |why: &str| Err(Refused::Failed(why.to_owned()));
    match catch_unwind(AssertUnwindSafe(|| runner.run(jobs))) {
        Ok(answers) if answers.len() == jobs.len() => answers,
        Ok(_) => jobs.iter().map(|_| failed("the model answered another number of jobs")).collect(),
        Err(_) if jobs.len() == 1 => vec![failed("the model broke off")],
        Err(_) => jobs.chunks(1).flat_map(|job| attempt(runner, job)).collect(),
    }
}
