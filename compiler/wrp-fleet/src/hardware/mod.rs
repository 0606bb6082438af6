//! What a serving instance can do: one [`Profile`] for figures taken as given and for figures derived.
//!
//! [`manual`] has the three measured ones, [`Gpu`] and [`Model`] the catalogues, and [`build()`] derives a profile from one
//! of each. [`Reading`] chooses between the reference simulator's arithmetic, bit for bit, and ours.

mod build;
mod decoding;
mod gpu;
pub mod manual;
mod model;
mod power;
mod profile;

pub use build::{Reading, Serving, build};
pub use decoding::{Bound, Decoding};
pub use gpu::{GPUS, Gpu};
pub use model::{Attention, Experts, Model, models};
pub use power::Power;
pub use profile::{Flops, Prefill, Profile, SlotCap};
