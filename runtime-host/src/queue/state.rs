//! What waits and what runs; the door, and which batch goes next.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot::Sender;

use super::Settings;
use super::flights::{Flights, Waiter};
use super::lane::{Lane, Pending, bytes};
use crate::infer::Refused;
use crate::job::{Answer, Job};

#[derive(Debug, Default)]
pub(super) struct State {
    lanes: BTreeMap<Arc<str>, Lane>,
    flights: Flights,
    pub(super) queued: usize,
    /// Of text that waits.
    pub(super) bytes: usize,
    pub(super) closing: bool,
    /// Which models answer: those of another generation are not to be remembered.
    pub(super) generation: u64,
}

/// How a job got in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    Queued,
    /// Along with an equal one that is under way.
    Joined,
    /// In the place of another tenant's latest.
    Displacing,
}

/// What a worker does next.
#[derive(Debug)]
pub(super) enum Next {
    Run(Batch),
    /// Look again then, or when something changes.
    Wait(Option<Duration>),
    End,
}

#[derive(Debug)]
pub(super) struct Batch {
    pub(super) jobs: Vec<Job>,
    /// How long each has waited.
    pub(super) waited: Vec<Duration>,
    pub(super) generation: u64,
}

impl State {
    /// Takes a job in, or says why not.
    pub(super) fn admit(
        &mut self,
        job: Job,
        tenant: &Arc<str>,
        deadline: Option<Instant>,
        tell: Sender<Result<Answer, Refused>>,
        settings: &Settings,
    ) -> Result<Admitted, Refused> {
        if self.closing {
            return Err(Refused::Closing);
        }
        let now = Instant::now();
        let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
        if left == Some(Duration::ZERO) {
            return Err(Refused::Late);
        }
        let waiter = match self.flights.join(&job, Waiter { tell, deadline }) {
            Ok(()) => return Ok(Admitted::Joined),
            Err(waiter) => waiter,
        };
        let lane = self.lanes.entry(job.model.clone()).or_default();
        if left.is_some_and(|left| lane.estimate(tenant, settings.workers.get()) > left) {
            return Err(Refused::Late);
        }
        let size = bytes(&job);
        let full = self.queued >= settings.max_queued;
        if self.bytes + size > settings.max_queued_bytes || (full && !self.make_room(&job.model, tenant)) {
            return Err(Refused::Overloaded);
        }
        self.flights.begin(job.clone(), waiter);
        self.queued += 1;
        self.bytes += size;
        self.lanes.entry(job.model.clone()).or_default().push(tenant, Pending { job, since: now });
        Ok(if full { Admitted::Displacing } else { Admitted::Queued })
    }

    /// Turns away the latest job of whoever waits with most, for one who waits with less.
    fn make_room(&mut self, model: &Arc<str>, tenant: &str) -> bool {
        let Some(lane) = self.lanes.get_mut(model) else { return false };
        let own = lane.waiting_of(tenant);
        let Some(longest) = lane.longest().filter(|(_, length)| *length > own + 1).map(|(it, _)| it.clone())
        else {
            return false;
        };
        let Some(dropped) = lane.drop_latest(&longest) else { return false };
        self.queued -= 1;
        self.bytes -= bytes(&dropped.job);
        self.flights.end(&dropped.job, &Err(Refused::Overloaded));
        true
    }

    /// The next batch, from the lane that has waited longest of those that are ready.
    pub(super) fn next(&mut self, settings: &Settings) -> Next {
        let now = Instant::now();
        let mut soonest: Option<Duration> = None;
        let mut ready: Option<(Instant, Arc<str>)> = None;
        for (model, lane) in &self.lanes {
            let Some(oldest) = lane.oldest() else { continue };
            let waited = now.saturating_duration_since(oldest);
            let full = lane.queued >= settings.max_batch.get();
            if full || self.closing || waited >= settings.linger {
                if ready.as_ref().is_none_or(|(since, _)| oldest < *since) {
                    ready = Some((oldest, model.clone()));
                }
            } else {
                let left = settings.linger - waited;
                soonest = Some(soonest.map_or(left, |soonest| soonest.min(left)));
            }
        }
        let Some((_, model)) = ready else {
            return if self.closing { Next::End } else { Next::Wait(soonest) };
        };
        match self.take(&model, now, settings) {
            Some(batch) => Next::Run(batch),
            None => Next::Wait(Some(Duration::ZERO)),
        }
    }

    /// `None` where nobody waits for any of it any more.
    fn take(&mut self, model: &Arc<str>, now: Instant, settings: &Settings) -> Option<Batch> {
        let lane = self.lanes.get_mut(model)?;
        let mut batch = Batch { jobs: Vec::new(), waited: Vec::new(), generation: self.generation };
        for Pending { job, since } in lane.take(settings) {
            self.queued -= 1;
            self.bytes -= bytes(&job);
            if self.flights.is_wanted(&job, now) {
                lane.running += 1;
                batch.waited.push(now.saturating_duration_since(since));
                batch.jobs.push(job);
            } else {
                self.flights.end(&job, &Err(Refused::Late));
            }
        }
        (!batch.jobs.is_empty()).then_some(batch)
    }

    /// Notes what became of a batch, and tells everybody who waits for it.
    pub(super) fn finish(&mut self, batch: &Batch, answers: &[Result<Answer, Refused>], took: Duration) {
        if let Some(lane) = batch.jobs.first().and_then(|job| self.lanes.get_mut(&job.model)) {
            lane.running -= batch.jobs.len();
            lane.note(batch.jobs.len(), took);
        }
        for (job, answer) in batch.jobs.iter().zip(answers) {
            self.flights.end(job, answer);
        }
    }

    pub(super) fn refuse_all(&mut self, refused: &Refused) {
        for lane in self.lanes.values_mut() {
            for pending in lane.drain() {
                self.flights.end(&pending.job, &Err(refused.clone()));
            }
        }
        (self.queued, self.bytes) = (0, 0);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.flights.len() == 0
    }
}
