#![doc = include_str!("out_of_range.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static OUT_OF_RANGE: Lint = Lint {
    code: "WRP0205",
    name: "out-of-range",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("out_of_range.md"),
};
