#![doc = include_str!("syntax_error.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static SYNTAX_ERROR: Lint = Lint {
    code: "WRP0001",
    name: "syntax-error",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("syntax_error.md"),
};
