#![doc = include_str!("unknown_word.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static UNKNOWN_WORD: Lint = Lint {
    code: "WRP0204",
    name: "unknown-word",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_word.md"),
};
