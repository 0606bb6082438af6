//! Linear heads on frozen embeddings: fitted, judged on what they have not seen, written as a model of the user's own.
//!
//! [`fit()`] finds the one best head (the problem is convex, so there is no luck in it), [`judge()`] says what it is worth by
//! cross-validation and how far its probabilities must be cooled to mean what they say, and [`write()`] makes a folder
//! that [`crate::models::Shelf::add`] takes.

mod domain;
mod fit;
mod judge;
mod rows;
mod write;

pub use domain::{NAME as DOMAIN, ensure as ensure_domain};
pub use fit::{Linear, fit};
pub use judge::{Judged, judge};
pub use rows::{Row, embed};
pub use write::{Origin, write};

use std::sync::Arc;

/// A text's vector and the number of its label.
#[derive(Clone, Debug)]
pub struct Sample {
    pub vector: Arc<[f32]>,
    pub label: usize,
}
