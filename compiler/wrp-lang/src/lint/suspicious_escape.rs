#![doc = include_str!("suspicious_escape.md")]

use super::{Lint, Verdict};
use crate::diagnostic::Level;

pub static SUSPICIOUS_ESCAPE: Lint = Lint {
    code: "WRP0002",
    name: "suspicious-escape",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("suspicious_escape.md"),
};
