#![doc = include_str!("unknown_field.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static UNKNOWN_FIELD: Lint = Lint {
    code: "WRP0201",
    name: "unknown-field",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_field.md"),
};
