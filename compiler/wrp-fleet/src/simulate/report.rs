//! What a simulated fleet did.

/// Times are of requests that finished after the warm-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub finished: u64,
    /// Requests that no pool takes, or that fit no instance.
    pub refused: u64,
    pub preemptions: u64,
    pub failures: u64,
    pub ttft_p50_s: f64,
    pub ttft_p99_s: f64,
    pub tpot_mean_s: f64,
    pub tpot_p99_s: f64,
    pub end_to_end_p99_s: f64,
    /// The share of finished requests whose first token came within the bound.
    pub within_bound: f64,
    pub energy_j: f64,
    pub tokens_per_watt: f64,
    pub seconds: f64,
    /// Arrivals, tokens that changed something, preemptions.
    pub events: u64,
    pub pools: Vec<PoolReport>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolReport {
    pub name: String,
    pub finished: u64,
    pub ttft_p99_s: f64,
    /// Mean share of slots that were taken.
    pub utilisation: f64,
    pub energy_j: f64,
}

/// Times by pool, collected while the simulation runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    pub(super) ttft: Vec<f64>,
    pub(super) tpot: Vec<f64>,
    pub(super) end_to_end: Vec<f64>,
}

impl Times {
    pub(super) fn and(mut self, other: &Times) -> Times {
        self.ttft.extend(&other.ttft);
        self.tpot.extend(&other.tpot);
        self.end_to_end.extend(&other.end_to_end);
        self
    }
}

/// The value that `share` of them do not exceed; 0 of none.
pub(super) fn percentile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let nth = ((share * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1;
    *values.select_nth_unstable_by(nth, f64::total_cmp).1
}

pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
