#![doc = include_str!("overloaded_pool.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

/// Found by whoever can size a fleet; the language cannot.
pub static OVERLOADED_POOL: Lint = Lint {
    code: "WRP0330",
    name: "overloaded-pool",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("overloaded_pool.md"),
};
