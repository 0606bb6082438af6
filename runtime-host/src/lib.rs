//! The companion host: the queries of a compiled policy in, readings out.
//!
//! A call carries a request and the queries that can still change its decision. [`family`] turns a query into jobs
//! for models and their answers into readings; [`job`] says what a job is; [`infer`] is the seam between whoever has
//! jobs and whoever can run them. Around that, [`queue`] puts the jobs of many requests together, and [`serve`] speaks HTTP
//! with the proxies.

pub mod family;
pub mod infer;
pub mod job;
pub mod queue;
pub mod serve;
