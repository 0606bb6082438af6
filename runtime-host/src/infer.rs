//! The seam between whoever has jobs and whoever can run them.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use crate::job::{Answer, Job};

/// Runs jobs: a queue with batching before real models, or a script in tests.
pub trait Infer: Send + Sync {
    /// One answer a job, in their order. What cannot be had by the deadline is refused, not awaited.
    fn infer(
        &self,
        jobs: Vec<Job>,
        deadline: Option<Instant>,
    ) -> impl Future<Output = Vec<Result<Answer, Refused>>> + Send;

    /// The models that serve a part (`embed`, `injection`, `pii`, …), the preferred first.
    fn models_for(&self, part: &str) -> Vec<Arc<str>>;
}

/// Why a job has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The queue is full.
    Overloaded,
    /// The deadline has passed, or would have.
    Late,
    /// No model of that name, or none that does this kind of job.
    Unsuited(String),
    /// The model failed on this job.
    Failed(String),
    /// The host is going down.
    Closing,
}

impl Refused {
    /// One word for it, as it travels and is counted.
    pub fn word(&self) -> &'static str {
        match self {
            Refused::Overloaded => "overloaded",
            Refused::Late => "late",
            Refused::Unsuited(_) => "unsuited",
            Refused::Failed(_) => "failed",
            Refused::Closing => "closing",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Overloaded => out.write_str("the queue is full"),
            Refused::Late => out.write_str("the deadline has passed"),
            Refused::Unsuited(why) | Refused::Failed(why) => out.write_str(why),
            Refused::Closing => out.write_str("the host is going down"),
        }
    }
}

impl std::error::Error for Refused {}
