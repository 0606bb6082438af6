//! Between many requests and few models: who waits, who goes together, who is turned away.
//!
//! [`Queue`] is the [`Infer`] of a serving host. A job goes by the [`cache`], then by the [`flights`] of equal jobs under
//! way, then through the door of [`state`], where it is refused at once if it could not be answered in time. Each model
//! has a [`lane`], in which tenants take turns; worker threads take batches from the lanes and hand them to a [`Runner`].

mod cache;
mod flights;
mod lane;
mod models;
mod state;
mod stats;
pub mod tenant;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job};
use cache::Cache;
use state::{Admitted, State};
pub use stats::Stats;

/// Runs a batch where it is called, and takes as long as it takes.
pub trait Runner: Send + Sync + 'static {
    /// One answer a job, in their order. All jobs are for one model.
    fn run(&self, jobs: &[Job]) -> Vec<Result<Answer, Refused>>;

    /// The models that serve a part, the preferred first.
    fn models_for(&self, part: &str) -> Vec<Arc<str>>;
}

/// How much is taken in, and how it is put together.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads that run batches.
    pub workers: NonZeroUsize,
    pub max_batch: NonZeroUsize,
    /// Of text in one batch; a longer text goes alone.
    pub max_batch_bytes: usize,
    /// How long a job may wait for company while a worker is idle.
    pub linger: Duration,
    /// Jobs that wait; more are refused.
    pub max_queued: usize,
    /// Of text that waits.
    pub max_queued_bytes: usize,
    /// Of answers that are kept, their texts included; 0 keeps none.
    pub cache_bytes: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            workers: NonZeroUsize::MIN,
            max_batch: const { NonZeroUsize::new(32).unwrap() },
            max_batch_bytes: 256 * 1024,
            linger: Duration::from_millis(1),
            max_queued: 4096,
            max_queued_bytes: 64 * 1024 * 1024,
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

/// A queue and its workers. Clones are the same queue; its threads end after [`Queue::close`].
#[derive(Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// What callers and workers share.
struct Shared {
    settings: Settings,
    runner: RwLock<Arc<dyn Runner>>,
    cache: Cache,
    stats: Stats,
    state: Mutex<State>,
    /// Something waits, or has been done, or the end has come.
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code of others runs under the lock, and what ours does is whole before it can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runner(&self) -> Arc<dyn Runner> {
        self.runner.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Queue {
    pub fn start(runner: Arc<dyn Runner>, settings: Settings) -> std::io::Result<Queue> {
        let shared = Arc::new(Shared {
            settings,
            runner: RwLock::new(runner),
            cache: Cache::new(settings.cache_bytes),
            stats: Stats::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        for number in 0..settings.workers.get() {
            let shared = shared.clone();
            let name = format!("batch-{number}");
            std::thread::Builder::new().name(name).spawn(move || worker::work(&shared))?;
        }
        Ok(Queue { shared })
    }

    /// Other models from now on: what the old ones have said is forgotten.
    pub fn replace(&self, runner: Arc<dyn Runner>) {
        let mut state = self.shared.state();
        *self.shared.runner.write().unwrap_or_else(PoisonError::into_inner) = runner;
        state.generation += 1;
        self.shared.cache.clear();
    }

    /// Takes nothing more and waits until all that was taken is done; `false` where that takes longer than this.
    /// What still waits then is refused.
    pub fn close(&self, patience: Duration) -> bool {
        let mut state = self.shared.state();
        state.closing = true;
        self.shared.changed.notify_all();
        let busy = |state: &mut State| !state.is_idle();
        let waited = self.shared.changed.wait_timeout_while(state, patience, busy);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let done = state.is_idle();
        state.refuse_all(&Refused::Closing);
        self.shared.changed.notify_all();
        done
    }

    pub fn stats(&self) -> &Stats {
        let stats = &self.shared.stats;
        {
            let state = self.shared.state();
            stats.queued.set(state.queued as i64);
            stats.queued_bytes.set(state.bytes as i64);
        }
        stats.cached.set(self.shared.cache.entries() as i64);
        stats.cached_bytes.set(self.shared.cache.bytes() as i64);
        stats
    }

    /// Takes a job in, or says at once what becomes of it.
    fn admit(&self, state: &mut State, job: Job, tenant: &Arc<str>, deadline: Option<Instant>) -> Place {
        let Shared { settings, cache, stats, .. } = &*self.shared;
        if let Some(answer) = cache.get(&job) {
            stats.count("cached");
            return Place::Told(Ok(answer));
        }
        let (tell, told) = oneshot::channel();
        match state.admit(job, tenant, deadline, tell, settings) {
            Ok(admitted) => {
                match admitted {
                    Admitted::Queued => {}
                    Admitted::Joined => stats.count("shared"),
                    Admitted::Displacing => stats.refused(&Refused::Overloaded),
                }
                Place::Waits(told)
            }
            Err(refused) => {
                stats.refused(&refused);
                Place::Told(Err(refused))
            }
        }
    }
}

/// Where a job is after the door.
enum Place {
    Told(Result<Answer, Refused>),
    Waits(oneshot::Receiver<Result<Answer, Refused>>),
}

impl Infer for Queue {
    async fn infer(&self, jobs: Vec<Job>, deadline: Option<Instant>) -> Vec<Result<Answer, Refused>> {
        let tenant = tenant::current();
        let places: Vec<Place> = {
            let mut state = self.shared.state();
            jobs.into_iter().map(|job| self.admit(&mut state, job, &tenant, deadline)).collect()
        };
        self.shared.changed.notify_all();
        let mut answers = Vec::with_capacity(places.len());
        for place in places {
            answers.push(match place {
                Place::Told(answer) => answer,
                Place::Waits(told) => match deadline {
                    None => told.await.unwrap_or(Err(Refused::Closing)),
                    Some(deadline) => match tokio::time::timeout_at(deadline.into(), told).await {
                        Ok(answer) => answer.unwrap_or(Err(Refused::Closing)),
                        Err(_) => {
                            self.shared.stats.refused(&Refused::Late);
                            Err(Refused::Late)
                        }
                    },
                },
            });
        }
        answers
    }

    fn models_for(&self, part: &str) -> Vec<Arc<str>> {
        self.shared.runner().models_for(part)
    }
}
