//! What the service has done, in numbers that a monitor can fetch.

use std::time::Duration;

use hyper::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::infer::Refused;

#[derive(Debug)]
pub(super) struct Stats {
    requests: Family<[(&'static str, String); 2], Counter>,
    queries: Family<[(&'static str, &'static str); 1], Counter>,
    took: Histogram,
    pub(super) policies: Gauge,
    pub(super) in_flight: Gauge,
}

impl Default for Stats {
    fn default() -> Stats {
        Stats {
            requests: Family::default(),
            queries: Family::default(),
            took: Histogram::new(exponential_buckets(0.0005, 2.0, 14)),
            policies: Gauge::default(),
            in_flight: Gauge::default(),
        }
    }
}

impl Stats {
    pub(super) fn register(&self, to: &mut Registry) {
        to.register("requests", "Requests by endpoint and status", self.requests.clone());
        to.register("queries", "Queries by what became of them", self.queries.clone());
        to.register_with_unit("answer", "How long a question took", Unit::Seconds, self.took.clone());
        to.register("policies", "Policies that are known", self.policies.clone());
        to.register("in_flight", "Questions that are being answered", self.in_flight.clone());
    }

    pub(super) fn replied(&self, route: &str, status: StatusCode, took: Duration) {
        let labels = [("path", route.to_owned()), ("status", status.as_str().to_owned())];
        self.requests.get_or_create(&labels).inc();
        if route == "/v1/answer" {
            self.took.observe(took.as_secs_f64());
        }
    }

    pub(super) fn answered(&self, refused: Option<&Refused>) {
        self.queries.get_or_create(&[("outcome", refused.map_or("answered", Refused::word))]).inc();
    }
}
