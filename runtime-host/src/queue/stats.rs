//! What the queue has done, in numbers that a monitor can fetch.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::state::Batch;
use crate::infer::Refused;

/// One label of a few values that we know.
type Label = [(&'static str, &'static str); 1];

/// Counters of one queue.
#[derive(Debug)]
pub struct Stats {
    jobs: Family<Label, Counter>,
    batch_jobs: Histogram,
    batch: Histogram,
    wait: Histogram,
    pub(super) queued: Gauge,
    pub(super) queued_bytes: Gauge,
    pub(super) cached: Gauge,
    pub(super) cached_bytes: Gauge,
}

impl Default for Stats {
    fn default() -> Stats {
        let seconds = || Histogram::new(exponential_buckets(0.0005, 2.0, 14));
        Stats {
            jobs: Family::default(),
            batch_jobs: Histogram::new(exponential_buckets(1.0, 2.0, 8)),
            batch: seconds(),
            wait: seconds(),
            queued: Gauge::default(),
            queued_bytes: Gauge::default(),
            cached: Gauge::default(),
            cached_bytes: Gauge::default(),
        }
    }
}

impl Stats {
    pub fn register(&self, to: &mut Registry) {
        let to = to.sub_registry_with_prefix("wrp_queue");
        to.register("jobs", "Jobs by what became of them", self.jobs.clone());
        to.register("batch_jobs", "Jobs in a batch", self.batch_jobs.clone());
        let seconds = || Unit::Seconds;
        to.register_with_unit("batch", "How long a batch took", seconds(), self.batch.clone());
        to.register_with_unit("wait", "How long a job waited for its batch", seconds(), self.wait.clone());
        to.register("queued", "Jobs that wait", self.queued.clone());
        to.register("queued_text", "Text that waits, in bytes", self.queued_bytes.clone());
        to.register("cached", "Answers that are kept", self.cached.clone());
        to.register("cached_size", "What they take, in bytes", self.cached_bytes.clone());
    }

    /// How many jobs have had this outcome.
    pub fn jobs(&self, outcome: &'static str) -> u64 {
        self.jobs.get_or_create(&[("outcome", outcome)]).get()
    }

    pub fn queued(&self) -> u64 {
        self.queued.get() as u64
    }

    pub fn cached(&self) -> (u64, u64) {
        (self.cached.get() as u64, self.cached_bytes.get() as u64)
    }

    pub(super) fn count(&self, outcome: &'static str) {
        self.jobs.get_or_create(&[("outcome", outcome)]).inc();
    }

    pub(super) fn refused(&self, refused: &Refused) {
        self.count(refused.word());
    }

    pub(super) fn ran(&self, batch: &Batch, took: Duration) {
        self.batch_jobs.observe(batch.jobs.len() as f64);
        self.batch.observe(took.as_secs_f64());
        for waited in &batch.waited {
            self.wait.observe(waited.as_secs_f64());
        }
    }
}
