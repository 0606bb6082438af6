//! What can be proved about a policy: which requests reach which route, and whether any does.
//!
//! A [`space`] is all requests of a recipe as far as its tests can tell them apart: variables made from signals by
//! [`families`], from projections by [`scores`], tied by clauses. A [`region`] is the requests that a condition takes,
//! [`order`] who goes before whom, and the [`solver`] answers whether a request is in one region and in no other.
//! [`analysis`] asks what every policy is asked, [`refute`] whether each [`promise`] is kept; a [`witness`] is replayed by
//! the oracle before it is shown.
//!
//! Exact means: relative to this space. Two texts are not compared beyond what [`crate::text`] proves of them, and a
//! detector may answer anything its family can answer.

pub mod analysis;
pub(crate) mod families;
pub(crate) mod numbers;
pub(crate) mod order;
mod parts;
pub(crate) mod promise;
mod refute;
pub(crate) mod region;
pub(crate) mod scores;
pub(crate) mod solver;
pub(crate) mod space;
#[cfg(test)]
mod tests;
pub(crate) mod witness;

pub use analysis::{Analysis, Contradiction, Pair, Redundant, Shadow, Tautology, analyse};
pub use refute::Refuted;
pub use witness::Witness;
