#![doc = include_str!("invalid_regex.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static INVALID_REGEX: Lint = Lint {
    code: "WRP0207",
    name: "invalid-regex",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("invalid_regex.md"),
};
