//! How good the families are, on texts that nothing was fitted or written for.
//!
//! A [`set::Set`] is a declaration and labelled cases, of which one half is for choosing exemplars and thresholds and
//! the other for reporting. [`run`](run::run) puts each case to the families as a call would and makes a [`report::Report`] of
//! what they said; [`plot`] draws it.

mod direct;
pub mod draw;
pub mod measure;
pub mod plot;
mod prompts;
pub mod report;
pub mod run;
pub mod set;

pub use direct::Direct;
pub use prompts::{of_rows, read as read_prompts};
