#![doc = include_str!("uncalibrated_signal.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::measure::{self, Measured};
use crate::policy::Recipe;

pub static UNCALIBRATED_SIGNAL: Lint = Lint {
    code: "WRP0149",
    name: "uncalibrated-signal",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("uncalibrated_signal.md"),
};

pub(crate) fn check(recipe: &Recipe, measured: &Measured) -> Vec<Diagnostic> {
    let silent = measured.silent().filter_map(|it| {
        let signal = measure::declaration(recipe, &it.signal)?;
        let message = format!("`{}` fires on none of {} prompts", it.signal, it.rate.prompts);
        let found = Diagnostic::new(&UNCALIBRATED_SIGNAL, signal.name.span, message);
        Some(found.help("lower its threshold, or measure on prompts that it is for"))
    });
    silent.collect()
}
