//! What other planners take: a KEDA scaled object for each pool, and the load of each as a planner's input.

use serde_json::{Value, json};
use wrp_fleet::sizing::{Demand, Sized};

/// One pool, as a scaler sees it.
pub(crate) struct Scaled<'a> {
    pub(crate) name: &'a str,
    pub(crate) sized: &'a Sized,
    pub(crate) demand: &'a Demand,
    /// Requests a second that come here.
    pub(crate) rate: f64,
    /// The share of its capacity that an instance is asked for.
    pub(crate) busiest: f64,
}

/// A `ScaledObject` that keeps an instance for every so many requests a second; the query counts the pool's requests.
pub(crate) fn keda(pool: &Scaled<'_>) -> String {
    let name = pool.name;
    let threshold = pool.demand.instance_rate() * pool.busiest;
    let (least, most) = (pool.sized.instances.div_ceil(2), pool.sized.instances * 2);
    format!(
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n  name: {name}\nspec:\n  scaleTargetRef:\n    name: \
         {name}\n  minReplicaCount: {least}\n  maxReplicaCount: {most}\n  triggers:\n    - type: prometheus\n      metadata:\n        \
         serverAddress: http://prometheus:9090\n        query: sum(rate(vllm:request_success_total{{pool=\"{name}\"}}[2m]))\n        \
         threshold: \"{threshold:.3}\"\n"
    )
}

/// Rate, mean lengths and bounds of a pool, as throughput planners ask for them.
pub(crate) fn planner(pool: &Scaled<'_>) -> Value {
    json!({
        "pool": pool.name,
        "request_rate": pool.rate,
        "isl": pool.demand.tokens - pool.demand.answer_tokens,
        "osl": pool.demand.answer_tokens,
        "replicas": pool.sized.instances,
        "requests_per_s_per_replica": pool.demand.instance_rate(),
        "ttft_p99_ms": Some(pool.sized.ttft_p99_s * 1e3).filter(|it| it.is_finite()),
        "itl_ms": pool.sized.tpot_s * 1e3,
    })
}
