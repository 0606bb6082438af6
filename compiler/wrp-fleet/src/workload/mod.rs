//! What arrives: how long requests are, how often they come, of which kinds.
//!
//! [`Cdf`] is a distribution of lengths; [`read`] takes traces and decision logs, [`Window`] estimates a distribution as
//! requests come, [`classes()`] splits arrivals by whatever decided on them, and [`Archetype`] names a distribution's shape.

mod archetype;
mod arrival;
mod cdf;
mod classes;
mod hours;
mod published;
mod trace;
mod window;

pub use archetype::Archetype;
pub use arrival::Arrival;
pub use cdf::{Cdf, CdfError, Knot, Span};
pub use classes::{Class, classes};
pub use hours::hours;
pub use published::published;
pub use trace::{Columns, Layout, Trace, read};
pub use window::{KNOTS, Window};
