//! Models: a list of them, a store of their files, and those that are ready.
//!
//! [`manifest`] says what a model is, [`pull`] fetches its files from a [`registry`] into the [`store`], and a
//! [`Shelf`] makes a [`Model`] ready when somebody asks for it.

mod archive;
mod folder;
pub mod manifest;
mod model;
pub mod pull;
pub mod registry;
mod shelf;
pub mod store;

pub use model::Model;
pub use shelf::{Absent, Shelf};
