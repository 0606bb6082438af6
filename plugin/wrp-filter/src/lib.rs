//! The proxy-wasm filter: callbacks to a session and back.
//!
//! [`root`] reads the configuration once. [`http`] is the life of one request: the only place that pauses and
//! resumes. In between everything is data: [`admit`] says from the headers what kind of request it is, [`course`]
//! says from the body where it goes, [`ask`] is the question to the host where it could matter, [`report`] says the
//! outcome to the client. [`host`] is every call to the proxy, each
//! with a result, and [`sdk`] keeps the rest of the interface library out; nothing in this crate may panic, since a panic would take the proxy's worker along.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic takes the proxy's worker along"
)]

mod admit;
mod ask;
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
mod sdk;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(root::Root::default()));
}}
