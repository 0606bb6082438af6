#![doc = include_str!("duplicate_field.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static DUPLICATE_FIELD: Lint = Lint {
    code: "WRP0202",
    name: "duplicate-field",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("duplicate_field.md"),
};
