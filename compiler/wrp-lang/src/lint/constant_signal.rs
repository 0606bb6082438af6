#![doc = include_str!("constant_signal.md")]

use super::constancy::{Constancy, constancy};
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;
use crate::text::Relations;

pub static CONSTANT_SIGNAL: Lint = Lint {
    code: "WRP0146",
    name: "constant-signal",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("constant_signal.md"),
};

/// `relations` are those of the recipe's signals.
pub(crate) fn check(recipe: &Recipe, relations: &Relations, findings: &mut Findings) {
    for (number, signal) in recipe.signals.iter().enumerate() {
        let told = match constancy(signal) {
            Some(Constancy::Always(why, help)) => Some((why, help)),
            _ if relations.always.binary_search(&number).is_ok() => {
                let why = match signal.kind.name {
                    "structure" => "every text has such a number",
                    _ if signal.fields.texts("keywords").is_empty() => "it has no keywords",
                    _ => "every text will do",
                };
                Some((why.to_owned(), "change what it looks for, or remove it"))
            }
            _ => None,
        };
        // What is refused need not be called constant as well.
        if let Some((why, help)) = told.filter(|_| !findings.refuses(signal.span)) {
            let message = format!("{} signal `{}` always fires: {why}", signal.kind.name, signal.name.it);
            findings.push(Diagnostic::new(&CONSTANT_SIGNAL, signal.name.span, message).help(help));
        }
    }
}
