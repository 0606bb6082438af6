//! The embedded gateway: HTTP in front, the real filter in the middle, models behind.
//!
//! [`serve`] accepts connections, [`exchange`] takes one request through the filter to an [`upstream`] and its
//! answer back, [`echo`] is the model behind when nobody names another. [`samples`] shows a policy at work.

pub mod body;
pub mod echo;
pub mod exchange;
pub mod samples;
pub mod serve;
pub mod upstream;

pub use serve::{Gateway, Running};
pub use upstream::{Address, Upstreams};
