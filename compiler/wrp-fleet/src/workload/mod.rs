//! What arrives: how long requests are, how often they come, of which kinds.

mod cdf;

pub use cdf::{Cdf, CdfError, Knot, Span};
