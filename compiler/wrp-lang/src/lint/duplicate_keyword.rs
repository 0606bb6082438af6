#![doc = include_str!("duplicate_keyword.md")]

use super::keywords::Within;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Signal;
use crate::resolve::findings::Findings;

pub static DUPLICATE_KEYWORD: Lint = Lint {
    code: "WRP0142",
    name: "duplicate-keyword",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("duplicate_keyword.md"),
};

pub(crate) fn check(signal: &Signal, within: &[Within], findings: &mut Findings) {
    let keywords = signal.fields.texts("keywords");
    for (number, keyword) in keywords.iter().enumerate() {
        let exactly = |one: usize, other: usize| {
            within.iter().any(|pair| (pair.one, pair.other, pair.nearly) == (one, other, false))
        };
        let first = (0..number).find(|first| exactly(*first, number) && exactly(number, *first));
        if let Some(first) = first.and_then(|first| keywords.get(first)) {
            let message = match first.it == keyword.it {
                true => format!("`{}` is listed twice", keyword.it),
                false => format!("`{}` occurs exactly where `{}` does", keyword.it, first.it),
            };
            findings.push(
                Diagnostic::new(&DUPLICATE_KEYWORD, keyword.span, message)
                    .help("remove one of them")
                    .related(first.span, "the first one"),
            );
        }
    }
}
