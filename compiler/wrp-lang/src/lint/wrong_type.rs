#![doc = include_str!("wrong_type.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static WRONG_TYPE: Lint = Lint {
    code: "WRP0203",
    name: "wrong-type",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("wrong_type.md"),
};
