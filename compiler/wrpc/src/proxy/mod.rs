//! A proxy-wasm host: runs the real filter the way Envoy runs it, without Envoy.
//!
//! A [`Filter`] is the compiled module, shared by all threads. A [`Vm`] is one instance with one configuration,
//! as Envoy keeps one per worker. A [`Stream`] is one HTTP exchange through it: headers, body in chunks and
//! trailers go in, and what Envoy would forward or answer comes out. In between, [`calls`] is what the module
//! may ask of its host (proxy-wasm 0.2.1), [`wasi`] the little it needs of an operating system. [`evaluate`] has it
//! decide on given signals, without a request.

mod calls;
mod eval;
mod exchange;
mod filter;
mod guest;
mod host;
mod stream;
mod vm;
mod wasi;

pub use eval::evaluate;
pub use exchange::{Call, Headers, Message, Reply};
pub use filter::{Filter, Metering};
pub use host::{Log, LogLevel};
pub use stream::{Stream, Verdict};
pub use vm::{Error, Vm};
