//! Configurations that put a compiled policy into a proxy.

pub mod envoy;
mod filter;
mod upstream;

pub use filter::{FilterConfig, Identity};
pub use upstream::{InvalidUpstream, Upstream, Upstreams};
