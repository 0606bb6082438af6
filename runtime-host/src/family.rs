//! From a query of the policy to readings: one file a signal family.

use std::future::Future;
use std::time::Instant;

use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;

use crate::infer::Refused;

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
