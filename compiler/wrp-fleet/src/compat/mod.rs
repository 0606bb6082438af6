//! The reference simulator's arithmetic, number for number, to measure ours against.
//!
//! These are the formulas of inference-fleet-sim (arXiv 2603.16054) as its public code computes them: means sampled
//! with one seed, populations that leave out compressed requests, P99 of the wait plus the *mean* prefill. What is
//! wrong with them, `docs/fleet.md` lists; what we plan with is in [`crate::sizing`].

mod calibrate;
mod disagg;
mod energy;
mod slots;
mod sweep;

pub use calibrate::{Calibration, calibrate, min_instances};
pub use disagg::{Disagg, DisaggPoint, means};
pub use energy::{
    FleetTokens, GridPoint, Share, TokensPerWatt, fleet_tokens, grid_flex, mean_answer, split,
    tokens_per_watt,
};
pub use slots::{Verified, verify};
pub use sweep::{BoundaryRow, Homogeneous, Row, Setting, gammas, pareto, sweep};
