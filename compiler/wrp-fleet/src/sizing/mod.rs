//! How many instances a fleet needs: populations, pools, boundaries, kinds of GPU, phases, hours of the day.
//!
//! Read [`Population`] (who asks for what), [`Demand`] (what that asks of an instance) and [`Sized`] (how many it takes)
//! first. [`TwoPool`] splits one population over two pools; [`front`] compares boundaries; [`allocate()`]
//! divides one over many kinds of instances, [`Disagg`] over phases, [`schedule()`] over hours.

mod allocate;
mod demand;
mod disagg;
mod pool;
mod population;
mod reliability;
mod schedule;
mod two_pool;

pub use allocate::{AllocateError, Allocation, Kind, allocate};
pub use demand::Demand;
pub use disagg::{Disagg, Phases, Verdict};
pub use pool::{Bounds, Sized, size};
pub use population::{Form, Part, Population};
pub use reliability::{availability, with_spares};
pub use schedule::{Region, Schedule, schedule};
pub use two_pool::{Cell, Front, TwoPool, front};
