//! The host over HTTP: `POST /v1/answer`, policies by their names, health and metrics.
//!
//! [`Service`] is what a request meets: [`question`] reads it, the policies of [`policies`] say what its numbers mean,
//! an [`Answerer`] answers, and [`reply`] writes that down. [`listen`] accepts connections and ends well, [`stats`]
//! counts, and [`script`] is an answerer that reads a table instead of running models. The contract is docs/host.md.

pub mod listen;
mod policies;
mod question;
mod reply;
pub mod script;
mod stats;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;
use wrp_graph::body::Body as Asked;
use wrp_graph::facts::{Facts, Identity};
use wrp_graph::graph::{Graph, Query};

use crate::family::{Answerer, Readings};
use crate::infer::Refused;
use crate::queue::tenant;
use policies::Policies;
use question::Question;
use reply::{Timing, error};
use stats::Stats;

/// What one host takes in.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub max_body_bytes: usize,
    pub max_policy_bytes: usize,
    /// Of all policies that are kept.
    pub policies_bytes: u64,
    /// Questions at once; more are answered with 429.
    pub max_in_flight: usize,
    /// Until a client has sent the headers, and again until it has sent the body.
    pub patience: Duration,
    /// How long a question may take that names no deadline.
    pub longest: Duration,
    /// How long requests may go on after the end was called.
    pub last_requests: Duration,
    /// Whether a policy that was learnt has its queries answered once at once, so that models and exemplars are ready when
    /// the first question comes.
    pub warm_up: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            max_body_bytes: 16 << 20,
            max_policy_bytes: 16 << 20,
            policies_bytes: 256 << 20,
            max_in_flight: 1024,
            patience: Duration::from_secs(10),
            longest: Duration::from_secs(30),
            last_requests: Duration::from_secs(10),
            warm_up: false,
        }
    }
}

/// Answers requests, one at a time as far as it knows.
pub struct Service<A> {
    answerer: A,
    settings: Settings,
    policies: Policies,
    in_flight: Semaphore,
    closing: AtomicBool,
    stats: Stats,
    registry: Registry,
    /// Brings what is only measured when somebody looks up to date.
    refresh: Box<dyn Fn() + Send + Sync>,
}

impl<A> std::fmt::Debug for Service<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// An answer of ours, always whole.
pub(crate) type Reply = Response<Full<Bytes>>;

impl<A: Answerer + 'static> Service<A> {
    /// `registry` may hold the metrics of whatever is behind the answerer; `refresh` runs before they are shown.
    pub fn new(
        answerer: A,
        settings: Settings,
        mut registry: Registry,
        refresh: impl Fn() + Send + Sync + 'static,
    ) -> Service<A> {
        let stats = Stats::default();
        stats.register(registry.sub_registry_with_prefix("wrp_host"));
        Service {
            answerer,
            settings,
            policies: Policies::new(settings.policies_bytes),
            in_flight: Semaphore::new(settings.max_in_flight),
            closing: AtomicBool::new(false),
            stats,
            registry,
            refresh: Box::new(refresh),
        }
    }

    pub fn answerer(&self) -> &A {
        &self.answerer
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Says on `/readyz` that no more should be sent here.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    pub(crate) async fn handle(self: &Arc<Self>, request: Request<Incoming>) -> Reply {
        let begun = Instant::now();
        let path = request.uri().path().to_owned();
        let policy = path.strip_prefix("/v1/policies/");
        let (route, reply) = match (request.method(), path.as_str(), policy) {
            (&Method::POST, "/v1/answer", _) => ("/v1/answer", self.answer(request, begun).await),
            (&Method::PUT, _, Some(name)) => ("/v1/policies", self.learn(name, request).await),
            (&Method::GET, _, Some(name)) => ("/v1/policies", self.describe(name)),
            (&Method::GET, "/healthz", _) => ("/healthz", reply::text(StatusCode::OK, "ok\n")),
            (&Method::GET, "/readyz", _) => ("/readyz", self.readiness()),
            (&Method::GET, "/metrics", _) => ("/metrics", self.metrics()),
            (_, "/v1/answer" | "/healthz" | "/readyz" | "/metrics", _) | (_, _, Some(_)) => {
                ("wrong method", error(StatusCode::METHOD_NOT_ALLOWED, "this endpoint takes another method"))
            }
            _ => ("elsewhere", error(StatusCode::NOT_FOUND, "there is no such endpoint")),
        };
        self.stats.replied(route, reply.status(), begun.elapsed());
        reply
    }

    fn readiness(&self) -> Reply {
        match self.closing.load(Ordering::Relaxed) {
            false => reply::text(StatusCode::OK, "ready\n"),
            true => reply::text(StatusCode::SERVICE_UNAVAILABLE, "closing\n"),
        }
    }

    fn metrics(&self) -> Reply {
        (self.refresh)();
        self.stats.policies.set(self.policies.len() as i64);
        self.stats.in_flight.set((self.settings.max_in_flight - self.in_flight.available_permits()) as i64);
        reply::metrics(&self.registry)
    }

    async fn learn(self: &Arc<Self>, name: &str, request: Request<Incoming>) -> Reply {
        let bytes = match self.whole(request, self.settings.max_policy_bytes).await {
            Ok(bytes) => bytes,
            Err(refusal) => return refusal,
        };
        match self.policies.learn(name, &bytes) {
            Ok(Some(graph)) => {
                tracing::info!(policy = name, bytes = bytes.len(), "a policy was learnt");
                if self.settings.warm_up {
                    let service = self.clone();
                    tokio::spawn(async move { service.warm_up(&graph).await });
                }
                reply::nothing(StatusCode::NO_CONTENT)
            }
            Ok(None) => reply::nothing(StatusCode::NO_CONTENT),
            Err(why) => error(StatusCode::BAD_REQUEST, &why),
        }
    }

    async fn warm_up(&self, graph: &Graph) {
        let queries: Vec<&Query> = graph.recipes.iter().flat_map(|recipe| &recipe.queries).collect();
        let facts = Facts::from_text("hello");
        let answers = unbroken(self.answerer.answer(&facts, &queries, None)).await.unwrap_or_default();
        for (query, answer) in queries.iter().zip(answers) {
            if let Err(why) = answer {
                tracing::warn!(
                    query = format!("{}:{}", query.family, query.name),
                    "cannot be answered: {why}"
                );
            }
        }
    }

    fn describe(&self, name: &str) -> Reply {
        match self.policies.get(name) {
            Some(graph) => reply::policy(name, &graph),
            None => error(StatusCode::NOT_FOUND, "no policy of that name is known"),
        }
    }

    async fn answer(&self, request: Request<Incoming>, begun: Instant) -> Reply {
        if self.closing.load(Ordering::Relaxed) {
            return error(StatusCode::SERVICE_UNAVAILABLE, "the host is going down");
        }
        let Ok(_permit) = self.in_flight.try_acquire() else {
            return error(StatusCode::TOO_MANY_REQUESTS, "too many questions at once");
        };
        let question = match Question::read(request.headers()) {
            Ok(question) => question,
            Err(why) => return error(StatusCode::BAD_REQUEST, &why),
        };
        let Some(graph) = self.policies.get(&question.policy) else {
            return error(StatusCode::NOT_FOUND, "no policy of that name is known: PUT it first");
        };
        let queries = match question.queries(&graph) {
            Ok(queries) => queries,
            Err(why) => return error(StatusCode::BAD_REQUEST, &why),
        };
        let bytes = match self.whole(request, self.settings.max_body_bytes).await {
            Ok(bytes) => bytes,
            Err(refusal) => return refusal,
        };
        let received = Instant::now();
        let body = match Asked::parse(&bytes, question.protocol) {
            Ok(body) => body,
            Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong.to_string()),
        };
        let facts = body.facts(Identity::default());
        let read = Instant::now();
        let deadline = begun + question.within.unwrap_or(self.settings.longest);
        let answering = self.answerer.answer(&facts, &queries, Some(deadline));
        let answering = unbroken(tenant::scope(question.tenant.clone(), answering));
        let answers = match tokio::time::timeout_at(deadline.into(), answering).await {
            Ok(Some(answers)) if answers.len() == queries.len() => answers,
            Ok(_) => all(queries.len(), &Refused::Failed("the host broke off".to_owned())),
            Err(_) => all(queries.len(), &Refused::Late),
        };
        for answer in &answers {
            self.stats.answered(answer.as_ref().err());
        }
        let done = Instant::now();
        let timing = Timing { receive: received - begun, read: read - received, answer: done - read };
        // Who asked what stays out of the log: no text of a prompt, and no tenant.
        tracing::info!(
            policy = question.policy.get(..12),
            queries = queries.len(),
            refused = answers.iter().filter(|answer| answer.is_err()).count(),
            body_bytes = bytes.len(),
            total_ms = (done - begun).as_secs_f64() * 1e3,
            answer_ms = timing.answer.as_secs_f64() * 1e3,
            "answered"
        );
        reply::answers(&question, &queries, &answers, &timing)
    }

    /// The whole body, or the reply to somebody who sends too much or too slowly.
    async fn whole(&self, request: Request<Incoming>, most: usize) -> Result<Bytes, Reply> {
        let too_large = || error(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body exceeds {most} bytes"));
        if request.body().size_hint().lower() > most as u64 {
            return Err(too_large());
        }
        let body = Limited::new(request.into_body(), most).collect();
        match tokio::time::timeout(self.settings.patience, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(why)) if why.is::<LengthLimitError>() => Err(too_large()),
            Ok(Err(_)) => Err(error(StatusCode::BAD_REQUEST, "the body broke off")),
            Err(_) => Err(error(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
        }
    }
}

fn all(count: usize, refused: &Refused) -> Vec<Result<Readings, Refused>> {
    (0..count).map(|_| Err(refused.clone())).collect()
}

/// `None` where the work panics: one question that breaks the host shall not take the connection of others along.
async fn unbroken<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Ready(done)) => Poll::Ready(Some(done)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(_) => {
            tracing::error!("a question broke the answerer");
            Poll::Ready(None)
        }
    })
    .await
}
