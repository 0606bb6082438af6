//! Workload and pool: what a routing policy needs in machines, time, money and energy. Data in, data out.
//!
//! Read [`workload`] (what arrives), [`hardware`] (what one instance can do) and [`queueing`] (how long a request
//! waits) first; then [`sizing`], [`energy`], and [`simulate`], which checks them. [`spec`] is the input as data, [`plan()`]
//! sizes a policy's pools, [`control`] closes the loop. [`compat`] is the reference simulator's arithmetic, to measure ours
//! against.

pub mod compat;
pub mod control;
pub mod energy;
pub mod hardware;
mod plan;
pub mod queueing;
pub mod random;
pub mod simulate;
pub mod sizing;
pub mod spec;
mod time;
pub mod workload;

pub use plan::{Load, Place, Plan, PoolPlan, plan};
