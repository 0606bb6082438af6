#![doc = include_str!("invalid_value.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static INVALID_VALUE: Lint = Lint {
    code: "WRP0208",
    name: "invalid-value",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("invalid_value.md"),
};
