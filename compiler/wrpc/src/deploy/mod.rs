//! Configurations that put a compiled policy into a proxy.

pub mod envoy;
mod filter;
mod upstream;

pub use filter::{FilterConfig, HOST_CLUSTER, HOST_TIMEOUT_MS, Identity, policy_name};
pub use upstream::{InvalidUpstream, Upstream, Upstreams};
