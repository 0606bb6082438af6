//! Workload and pool: what a routing policy needs in machines, time, money and energy. Data in, data out.
//!
//! Read [`workload`] (what arrives), [`hardware`] (what one instance can do) and [`queueing`] (how long a request
//! waits) first; then [`sizing`] and [`simulate`], which checks it. [`compat`] is the reference simulator's arithmetic, to measure ours against.

pub mod compat;
pub mod energy;
pub mod hardware;
pub mod queueing;
pub mod random;
pub mod simulate;
pub mod sizing;
mod time;
pub mod workload;
