//! What runs in the proxy: signals, the decision graph, and its evaluation over one request, without IO.
//!
//! Read in this order. [`facts`] is what a request says, [`body`] reads it from the wire, [`signal`] is what a policy may ask of it, and a
//! [`reading::Reading`] is the answer. [`graph`] is the compiled policy; [`session`] runs it over one request
//! and either decides or names the queries that can still change the outcome. [`answer`] is what the host says to them.
//! [`wire`] is the bytes of both.
//! [`plugin`] is what a decision does to the request, and [`edit`] does it to the body.
//!
//! The feature `build` adds what only a compiler needs: the typed schemas of the language, the construction of
//! automata and of graphs, and the listing.

pub mod answer;
pub mod body;
pub mod bounds;
pub mod condition;
pub mod edit;
pub mod eval;
pub mod facts;
pub mod graph;
pub mod index;
pub mod letters;
#[cfg(feature = "build")]
pub mod listing;
mod matcher;
mod order;
pub mod plugin;
mod rank;
pub mod reading;
#[cfg(feature = "build")]
pub mod rivals;
pub mod scan;
pub mod session;
pub mod signal;
pub mod stage;
mod state;
mod truth;
mod verify;
pub mod wire;

#[cfg(feature = "build")]
pub mod schema;
#[cfg(feature = "build")]
pub use state::truth as truth_of;
