//! Waiting: how long requests stand in line for a slot.

mod erlang;
mod wait;

pub use erlang::{erlang_b, erlang_c};
pub use wait::{Queue, p99_wait_s};
