//! The jobs that wait for one model: tenants take turns by the text they bring (deficit round robin).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Settings;
use crate::job::{Job, Kind};

/// Bytes of text that each turn allows.
const QUANTUM: usize = 4096;
/// What a job costs beside its text.
const PER_JOB: usize = 64;
/// How much the latest batch says about how long a job takes: more where it was quicker, since a batch may also have had to
/// wait for its model to be made ready.
const SLOWER: f64 = 0.2;
const QUICKER: f64 = 0.5;

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) job: Job,
    pub(super) since: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Tenants with something to do, whose turn it is first.
    lines: VecDeque<Line>,
    pub(super) queued: usize,
    /// Jobs that workers have taken.
    pub(super) running: usize,
    /// How long a worker is busy for one job, lately; nothing is known at first.
    per_job: Option<Duration>,
}

#[derive(Debug)]
struct Line {
    tenant: Arc<str>,
    jobs: VecDeque<Pending>,
    credit: usize,
    /// Its turn was cut off by the end of a batch, and goes on with the next.
    in_turn: bool,
}

/// The bytes that a job brings.
pub(super) fn bytes(job: &Job) -> usize {
    let second = if let Kind::ClassifyPair { second } = &job.kind { second.len() } else { 0 };
    job.text.len() + second
}

impl Lane {
    pub(super) fn push(&mut self, tenant: &Arc<str>, pending: Pending) {
        self.queued += 1;
        match self.lines.iter_mut().find(|line| line.tenant == *tenant) {
            Some(line) => line.jobs.push_back(pending),
            None => self.lines.push_back(Line {
                tenant: tenant.clone(),
                jobs: VecDeque::from([pending]),
                credit: 0,
                in_turn: false,
            }),
        }
    }

    /// Since when the first has waited.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.lines.iter().filter_map(|line| line.jobs.front()).map(|pending| pending.since).min()
    }

    pub(super) fn waiting_of(&self, tenant: &str) -> usize {
        self.lines.iter().find(|line| *line.tenant == *tenant).map_or(0, |line| line.jobs.len())
    }

    /// The tenant that waits with most.
    pub(super) fn longest(&self) -> Option<(&Arc<str>, usize)> {
        self.lines.iter().map(|line| (&line.tenant, line.jobs.len())).max_by_key(|(_, length)| *length)
    }

    /// Takes back the latest job of a tenant.
    pub(super) fn drop_latest(&mut self, tenant: &str) -> Option<Pending> {
        let at = self.lines.iter().position(|line| *line.tenant == *tenant)?;
        let dropped = self.lines[at].jobs.pop_back();
        if self.lines[at].jobs.is_empty() {
            self.lines.remove(at);
        }
        self.queued -= usize::from(dropped.is_some());
        dropped
    }

    /// How long a new job of this tenant would take until it is answered, about. A tenant waits for its own jobs and, by
    /// turns, for as many of each other; never for more than there are.
    pub(super) fn estimate(&self, tenant: &str, workers: usize) -> Duration {
        let Some(per_job) = self.per_job else { return Duration::ZERO };
        let own = self.waiting_of(tenant);
        let tenants = self.lines.len() + usize::from(own == 0);
        let ahead = self.queued.min(own.saturating_add(1).saturating_mul(tenants)) + self.running;
        if ahead == 0 {
            // Whatever was slow before: this one will tell how it is now.
            return Duration::ZERO;
        }
        per_job.mul_f64(ahead as f64 / workers as f64) + per_job
    }

    /// The next batch, in the order of the turns.
    pub(super) fn take(&mut self, settings: &Settings) -> Vec<Pending> {
        // As much as leaves the other workers their share: they may be free at this moment.
        let share = self.queued.div_ceil(settings.workers.get()).min(settings.max_batch.get());
        let mut batch = Vec::new();
        let mut taken = 0;
        while let Some(mut line) = self.lines.pop_front() {
            if !std::mem::take(&mut line.in_turn) {
                line.credit += QUANTUM;
            }
            while let Some(next) = line.jobs.front() {
                let text = bytes(&next.job);
                let cost = text + PER_JOB;
                let full =
                    batch.len() >= share || (!batch.is_empty() && taken + text > settings.max_batch_bytes);
                if full {
                    line.in_turn = true;
                    self.lines.push_front(line);
                    return batch;
                }
                if cost > line.credit {
                    break;
                }
                line.credit -= cost;
                taken += text;
                self.queued -= 1;
                batch.extend(line.jobs.pop_front());
            }
            if !line.jobs.is_empty() {
                self.lines.push_back(line);
            }
        }
        batch
    }

    pub(super) fn note(&mut self, jobs: usize, took: Duration) {
        let latest = took.div_f64(jobs.max(1) as f64);
        self.per_job = Some(match self.per_job {
            None => latest,
            Some(before) => {
                let weight = if latest < before { QUICKER } else { SLOWER };
                before.mul_f64(1.0 - weight) + latest.mul_f64(weight)
            }
        });
    }

    /// Everything that waits.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Pending> {
        self.queued = 0;
        std::mem::take(&mut self.lines).into_iter().flat_map(|line| line.jobs)
    }
}
