//! Electricity: what a token costs in joules, how that falls with the context window, and how far power can go down.

mod flex;
mod law;

pub use flex::{FlexPoint, flex};
pub use law::{LawRow, joules_per_token, law};
