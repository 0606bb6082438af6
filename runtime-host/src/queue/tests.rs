//! The queue before a runner that a test holds in its hand.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::{Queue, Runner, Settings, tenant};
use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job, Kind, Output};

type Answers = Vec<Result<Answer, Refused>>;

/// Says the length of the text. Runs nothing while it is held.
#[derive(Debug, Default)]
struct Script {
    held: AtomicBool,
    /// Batches that have begun.
    begun: AtomicUsize,
    /// The texts of each batch that was run.
    batches: Mutex<Vec<Vec<String>>>,
    takes: Duration,
}

impl Script {
    fn held() -> Arc<Script> {
        Arc::new(Script { held: AtomicBool::new(true), ..Script::default() })
    }

    fn release(&self) {
        self.held.store(false, Ordering::SeqCst);
    }

    fn batches(&self) -> Vec<Vec<String>> {
        self.batches.lock().unwrap().clone()
    }

    fn ran(&self) -> usize {
        self.batches().iter().map(Vec::len).sum()
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

impl Runner for Script {
    fn run(&self, jobs: &[Job]) -> Answers {
        self.begun.fetch_add(1, Ordering::SeqCst);
        while self.held.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(self.takes * jobs.len() as u32);
        self.batches.lock().unwrap().push(jobs.iter().map(|job| job.text.to_string()).collect());
        if jobs.iter().any(|job| &*job.text == "poison") {
            panic!("as the test wants");
        }
        if jobs.iter().any(|job| &*job.text == "swallowed") {
            return Vec::new();
        }
        let answer = |job: &Job| Answer {
            output: Output::Labels(vec![("length".into(), job.text.len() as f32)]),
            coverage: 1.0,
        };
        jobs.iter().map(|job| Ok(answer(job))).collect()
    }

    fn models_for(&self, _: &str) -> Vec<Arc<str>> {
        vec!["m".into()]
    }
}

fn settings() -> Settings {
    Settings { linger: Duration::ZERO, ..Settings::default() }
}

fn queue(script: &Arc<Script>, settings: Settings) -> Queue {
    Queue::start(script.clone(), settings).expect("the system gives threads")
}

fn job(text: &str) -> Job {
    Job { model: "m".into(), kind: Kind::Classify, text: text.into() }
}

fn ask(queue: &Queue, text: &str, within: Option<Duration>) -> JoinHandle<Result<Answer, Refused>> {
    ask_as("", queue, text, within)
}

fn ask_as(
    tenant: &str,
    queue: &Queue,
    text: &str,
    within: Option<Duration>,
) -> JoinHandle<Result<Answer, Refused>> {
    let (queue, job, tenant) = (queue.clone(), job(text), Arc::from(tenant));
    let deadline = within.map(|within| Instant::now() + within);
    let asked = async move { queue.infer(vec![job], deadline).await.remove(0) };
    tokio::spawn(tenant::scope(tenant, asked))
}

/// Waits until something holds, but not for ever.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let failure = format!("{what}, {}", std::panic::Location::caller());
    async move {
        for _ in 0..20_000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        panic!("it never came to this: {failure}");
    }
}

/// A queue whose only worker is stuck with a job, so that what comes later waits.
async fn stuck(settings: Settings) -> (Arc<Script>, Queue, JoinHandle<Result<Answer, Refused>>) {
    let script = Script::held();
    let queue = queue(&script, settings);
    let first = ask(&queue, "first", None);
    until("the worker is busy", || script.begun() == 1).await;
    (script, queue, first)
}

async fn queued(queue: &Queue, count: u64) {
    until("so many wait", || queue.stats().queued() == count).await;
}

#[tokio::test]
async fn equal_jobs_run_once_and_are_kept() {
    let script = Script::held();
    let queue = queue(&script, settings());
    let asked: Vec<_> = (0..100).map(|_| ask(&queue, "same", None)).collect();
    until("all others go along", || queue.stats().jobs("shared") == 99).await;
    script.release();
    for asked in asked {
        assert!(asked.await.unwrap().is_ok());
    }
    assert!(ask(&queue, "same", None).await.unwrap().is_ok());
    assert_eq!((script.ran(), queue.stats().jobs("cached")), (1, 1));
}

#[tokio::test]
async fn jobs_of_many_callers_go_together() {
    for (max_batch, expected) in [(1, vec![1; 21]), (8, vec![1, 8, 8, 4]), (32, vec![1, 20])] {
        let max_batch = NonZeroUsize::new(max_batch).unwrap();
        let (script, queue, _first) = stuck(Settings { max_batch, ..settings() }).await;
        let asked: Vec<_> = (0..20).map(|number| ask(&queue, &format!("text {number}"), None)).collect();
        queued(&queue, 20).await;
        script.release();
        for asked in asked {
            assert!(asked.await.unwrap().is_ok());
        }
        assert_eq!(script.batches().iter().map(Vec::len).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn workers_share_what_waits() {
    let workers = NonZeroUsize::new(2).unwrap();
    let (script, queue, _first) = stuck(Settings { workers, ..settings() }).await;
    let _second = ask(&queue, "second", None);
    until("both workers are busy", || script.begun() == 2).await;
    let asked: Vec<_> = (0..16).map(|number| ask(&queue, &format!("text {number}"), None)).collect();
    queued(&queue, 16).await;
    script.release();
    for asked in asked {
        assert!(asked.await.unwrap().is_ok());
    }
    assert_eq!(script.batches().iter().map(Vec::len).max(), Some(8));
}

#[tokio::test]
async fn a_long_text_goes_alone() {
    let (script, queue, _first) = stuck(Settings { max_batch_bytes: 100, ..settings() }).await;
    let long = "long ".repeat(100);
    let asked: Vec<_> = ["a", &long, "b"].iter().map(|text| ask(&queue, text, None)).collect();
    queued(&queue, 3).await;
    script.release();
    for asked in asked {
        assert!(asked.await.unwrap().is_ok());
    }
    assert!(script.batches().contains(&vec![long]));
}

#[tokio::test]
async fn a_worker_that_is_free_waits_for_company_no_longer_than_it_may() {
    let script = Arc::new(Script::default());
    let linger = Duration::from_millis(300);
    let queue = queue(&script, Settings { linger, ..Settings::default() });
    let asked = [ask(&queue, "a", None), ask(&queue, "b", None)];
    for asked in asked {
        assert!(asked.await.unwrap().is_ok());
    }
    assert_eq!(script.batches().len(), 1);
}

#[tokio::test]
async fn ten_times_too_much_is_refused_at_the_door() {
    let (script, queue, first) = stuck(Settings { max_queued: 10, ..settings() }).await;
    let asked: Vec<_> = (0..100).map(|number| ask(&queue, &format!("text {number}"), None)).collect();
    until("the rest is refused", || queue.stats().jobs("overloaded") == 90).await;
    assert_eq!(queue.stats().queued(), 10);
    script.release();
    let mut answers = vec![first.await.unwrap()];
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    let refused = answers.iter().filter(|answer| **answer == Err(Refused::Overloaded)).count();
    assert_eq!((answers.iter().filter(|answer| answer.is_ok()).count(), refused), (11, 90));
}

#[tokio::test]
async fn texts_that_wait_are_bounded_by_bytes() {
    let (script, queue, _first) = stuck(Settings { max_queued_bytes: 1000, ..settings() }).await;
    let fits = ask(&queue, &"x".repeat(900), None);
    queued(&queue, 1).await;
    assert_eq!(ask(&queue, &"y".repeat(101), None).await.unwrap(), Err(Refused::Overloaded));
    script.release();
    assert!(fits.await.unwrap().is_ok());
}

#[tokio::test]
async fn what_cannot_be_had_in_time_is_refused_without_being_run() {
    let (script, queue, first) = stuck(settings()).await;
    // Past already; and past before its turn.
    assert_eq!(ask(&queue, "past", Some(Duration::ZERO)).await.unwrap(), Err(Refused::Late));
    assert_eq!(ask(&queue, "soon", Some(Duration::from_millis(20))).await.unwrap(), Err(Refused::Late));
    script.release();
    assert!(first.await.unwrap().is_ok());
    assert!(ask(&queue, "after", None).await.unwrap().is_ok());
    assert_eq!(script.batches(), [["first"], ["after"]]);
}

#[tokio::test]
async fn a_slow_model_sheds_what_it_would_not_reach() {
    let script = Arc::new(Script { takes: Duration::from_millis(50), ..Script::default() });
    let max_batch = NonZeroUsize::MIN;
    let queue = queue(&script, Settings { max_batch, ..settings() });
    assert!(ask(&queue, "how long it takes is known now", None).await.unwrap().is_ok());
    let busy: Vec<_> = (0..10).map(|number| ask(&queue, &format!("text {number}"), None)).collect();
    until("they are taken in", || queue.stats().queued() >= 9).await;
    let begun = Instant::now();
    let refused = ask(&queue, "in vain", Some(Duration::from_millis(200))).await.unwrap();
    // At the door: not after the deadline.
    assert_eq!((refused, begun.elapsed() < Duration::from_millis(200)), (Err(Refused::Late), true));
    for asked in busy {
        assert!(asked.await.unwrap().is_ok());
    }
    assert!(ask(&queue, "now there is time", Some(Duration::from_secs(20))).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_text_that_breaks_the_model_takes_no_other_with_it() {
    let (script, queue, _first) = stuck(settings()).await;
    let asked: Vec<_> = ["a", "poison", "b"].iter().map(|text| ask(&queue, text, None)).collect();
    queued(&queue, 3).await;
    script.release();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap().map(|_| ()));
    }
    let failed = |why: &str| Err(Refused::Failed(why.to_owned()));
    assert_eq!(answers, [Ok(()), failed("the model broke off"), Ok(())]);
    let swallowed = ask(&queue, "swallowed", None).await.unwrap().map(|_| ());
    assert_eq!(swallowed, failed("the model answered another number of jobs"));
    // What failed is not kept: it may be tried again.
    assert_eq!(ask(&queue, "poison", None).await.unwrap().map(|_| ()), failed("the model broke off"));
}

#[tokio::test]
async fn a_flood_of_one_tenant_is_not_everybodys() {
    let max_batch = NonZeroUsize::new(4).unwrap();
    let (script, queue, _first) = stuck(Settings { max_batch, max_queued: 100, ..settings() }).await;
    let flood: Vec<_> = (0..150)
        .map(|number| ask_as("flood", &queue, &format!("{number} {}", "x".repeat(900)), None))
        .collect();
    until("the queue is full", || queue.stats().jobs("overloaded") == 50).await;
    let other = ask_as("other", &queue, "one question", None);
    until("the flood makes room", || queue.stats().jobs("overloaded") == 51).await;
    assert_eq!(queue.stats().queued(), 100);
    script.release();
    assert!(other.await.unwrap().is_ok());
    let mut turned_away = 0;
    for asked in flood {
        turned_away += usize::from(asked.await.unwrap() == Err(Refused::Overloaded));
    }
    assert_eq!(turned_away, 51);
    let at = script.batches().iter().position(|batch| batch.iter().any(|text| text == "one question"));
    assert!(at.is_some_and(|at| at <= 2), "it came in batch {at:?}");
}

#[tokio::test]
async fn the_end_waits_for_what_was_taken_and_refuses_the_rest() {
    let (script, queue, first) = stuck(settings()).await;
    let waits = ask(&queue, "waits", None);
    queued(&queue, 1).await;
    let closing = tokio::task::spawn_blocking({
        let queue = queue.clone();
        move || queue.close(Duration::from_secs(20))
    });
    until("the door is shut", || queue.shared.state().closing).await;
    assert_eq!(ask(&queue, "late comer", None).await.unwrap(), Err(Refused::Closing));
    script.release();
    assert!(closing.await.unwrap());
    assert!(first.await.unwrap().is_ok() && waits.await.unwrap().is_ok());
}

#[tokio::test]
async fn the_end_does_not_wait_for_a_model_that_hangs() {
    let (script, queue, _first) = stuck(settings()).await;
    let waits = ask(&queue, "waits", None);
    queued(&queue, 1).await;
    assert!(!queue.close(Duration::from_millis(10)));
    assert_eq!(waits.await.unwrap(), Err(Refused::Closing));
    script.release();
}

#[tokio::test]
async fn other_models_do_not_speak_through_the_old_ones_answers() {
    let (old, queue, first) = stuck(settings()).await;
    let new = Arc::new(Script::default());
    queue.replace(new.clone());
    old.release();
    assert!(first.await.unwrap().is_ok());
    assert!(ask(&queue, "first", None).await.unwrap().is_ok());
    assert_eq!((old.ran(), new.ran()), (1, 1));
}

/// `WRP_CALLS=1000000` makes it that many.
#[tokio::test]
async fn many_calls_leave_nothing_behind_but_what_is_kept() {
    let calls = std::env::var("WRP_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(20_000);
    let script = Arc::new(Script::default());
    let cache_bytes = 64 * 1024;
    let queue = queue(&script, Settings { cache_bytes, ..settings() });
    for number in 0..calls / 10 {
        // Half of them are new, and half have just been asked.
        let jobs = (0..10).map(|each| job(&format!("{} {}", number, each % 5))).collect();
        assert!(queue.infer(jobs, None).await.iter().all(Result::is_ok));
        script.batches.lock().unwrap().clear();
    }
    let (entries, bytes) = queue.stats().cached();
    assert!(bytes <= cache_bytes && entries < 400, "{entries} entries of {bytes} bytes");
    let state = queue.shared.state();
    assert_eq!((state.queued, state.bytes, state.is_idle()), (0, 0, true));
    drop(state);
    assert!(queue.stats().jobs("shared") + queue.stats().jobs("cached") >= calls / 2);
}
