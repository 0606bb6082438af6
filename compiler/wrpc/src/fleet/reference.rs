//! Results of the compat mode under the names that the reference simulator gives them.

use serde_json::{Value, json};
use wrp_fleet::compat::{BoundaryRow, DisaggPoint, FleetTokens, Row, TokensPerWatt};
use wrp_fleet::hardware::Profile;

pub(crate) fn of_row(row: &Row) -> Value {
    json!({
        "gamma": row.gamma,
        "alpha_prime": row.short_share,
        "n_s": row.short,
        "n_l": row.long,
        "total_gpus": row.instances(),
        "cost_per_hr": row.price_per_hour,
        "annualised_cost_kusd": row.price_k_per_year(),
        "p99_ttft_short_ms": row.short_p99_ms,
        "p99_ttft_long_ms": row.long_p99_ms,
        "slo_met": row.meets,
    })
}

pub(crate) fn of_boundary(row: &BoundaryRow) -> Value {
    json!({
        "b_short": row.boundary,
        "alpha": row.share,
        "n_s": row.row.short,
        "n_l": row.row.long,
        "total_gpus": row.row.instances(),
        "cost_kusd_yr": row.row.price_k_per_year(),
        "savings_vs_homo_pct": row.saving_percent,
        "p99_short_ms": row.row.short_p99_ms,
        "p99_long_ms": row.row.long_p99_ms,
        "worst_p99_ms": row.worst_p99_ms(),
        "slo_met": row.row.meets,
        "pareto": row.on_front,
    })
}

pub(crate) fn of_disagg(point: &DisaggPoint) -> Value {
    json!({
        "n_prefill": point.prefill,
        "n_decode": point.decode,
        "total_gpus": point.gpus,
        "system_rate": point.rate,
        "thru_per_gpu": point.rate_per_gpu,
        "ttft_ms": point.ttft_ms,
        "tpot_ms": point.tpot_ms,
        "cost_per_hr": point.price_per_hour,
        "slo_met": point.meets,
    })
}

pub(crate) fn of_tokens(point: &TokensPerWatt, profile: &Profile) -> Value {
    json!({
        "gpu_name": profile.name,
        "n_gpus": point.instances,
        "rho": point.utilisation,
        "n_active": point.active,
        "power_per_gpu_w": point.instance_w,
        "tokens_per_watt": point.tokens_per_watt,
        "cost_per_mil": point.price_per_million,
        "p99_ttft_ms": point.p99_ms,
        "slo_optimal": point.sized,
    })
}

pub(crate) fn of_fleet(fleet: &FleetTokens) -> Value {
    json!({
        "fleet_tpw": fleet.tokens_per_watt,
        "fleet_cost_per_mil": fleet.price_per_million,
        "fleet_power_kw": fleet.power_kw,
        "total_gpus": fleet.instances,
        "worst_p99_ms": fleet.worst_p99_ms,
    })
}
