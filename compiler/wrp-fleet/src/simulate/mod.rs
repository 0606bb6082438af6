//! Simulations that check what the formulas say: same seed, same result, on every machine.
//!
//! [`Station`] is a line of slots with fixed service times, the very thing the formulas approximate. [`Fleet`] follows
//! every step of every instance: admission by slots and blocks of the cache, preemption, routing, failures.
//! [`replicate()`] runs many seeds at once, and [`Interval`] says how far their mean can be trusted.

mod draw;
mod fleet;
mod instance;
mod interval;
mod replicate;
mod report;
mod router;
mod soonest;
mod station;

pub use draw::Draw;
pub use fleet::{Failures, Fleet, Pool, Request, poisson};
pub use interval::Interval;
pub use replicate::replicate;
pub use report::{PoolReport, Report};
pub use router::{Balance, Router};
pub use station::{Measured, Station};
