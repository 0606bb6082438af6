#![doc = include_str!("negative_rank.md")]

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::resolve::findings::Findings;

pub static NEGATIVE_RANK: Lint = Lint {
    code: "WRP0237",
    name: "negative-rank",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("negative_rank.md"),
};

pub(crate) fn check(item: &str, number: &Spanned<i64>, findings: &mut Findings) {
    if number.it < 0 {
        let found = Diagnostic::new(&NEGATIVE_RANK, number.span, format!("{item} is below 0"));
        findings.push_ignored(found.help("write 0 or more"));
    }
}
