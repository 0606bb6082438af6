#![doc = include_str!("cheaper_boundary.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

/// Found by whoever can size a fleet; the language cannot.
pub static CHEAPER_BOUNDARY: Lint = Lint {
    code: "WRP0331",
    name: "cheaper-boundary",
    level: Level::Note,
    verdict: Verdict::MayCryWolf,
    page: include_str!("cheaper_boundary.md"),
};
