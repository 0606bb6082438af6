//! The companion host: the queries of a compiled policy in, readings out.
//!
//! A call carries a request and the queries that can still change its decision. [`family`] turns a query into jobs
//! for models and their answers into readings, with the [`exemplars`] where no model is trained for it; [`job`] says
//! what a job is; [`infer`] is the seam between whoever has jobs and whoever can run them. Above it, [`queue`] puts the
//! jobs of many requests together, and [`serve`] speaks HTTP with the proxies. Below it, [`models`] fetches models and
//! makes them ready: text becomes [`tokens`] in [`window`]s, a [`backend`] runs them, and `task` reads the numbers.
//! [`generate`] is apart from all this: a small model that chats.

pub mod backend;
mod compress;
mod encoder;
pub mod evaluate;
pub mod exemplars;
pub mod family;
pub mod generate;
pub mod heads;
pub mod infer;
pub mod job;
pub mod models;
mod onnx;
pub mod queue;
pub mod serve;
mod task;
pub mod tokens;
pub mod window;

pub use task::head::{Activated, Dense};
