//! The proxy-wasm filter: callbacks to a session and back.
//!
//! [`root`] reads the configuration once. [`http`] is the life of one request: the only place that pauses and
//! resumes. In between everything is data: [`admit`] says from the headers what kind of request it is, [`course`]
//! says from the body where it goes, [`report`] says it to the client. [`host`] is every call to the proxy, each
//! with a result; nothing in this crate may panic, since a panic would take the proxy's worker along.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic takes the proxy's worker along"
)]

mod admit;
mod configuration;
mod course;
mod fast;
mod host;
mod http;
mod metrics;
mod models;
mod report;
mod respond;
mod root;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(root::Root::default()));
}}
