#![doc = include_str!("silent_signal.md")]

use super::constancy::{Constancy, constancy};
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;
use crate::text::Relations;

pub static SILENT_SIGNAL: Lint = Lint {
    code: "WRP0145",
    name: "silent-signal",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("silent_signal.md"),
};

/// `relations` are those of the recipe's signals.
pub(crate) fn check(recipe: &Recipe, relations: &Relations, findings: &mut Findings) {
    for (number, signal) in recipe.signals.iter().enumerate() {
        let told = match constancy(signal) {
            Some(Constancy::Never(why, help)) => Some((why, help)),
            _ if relations.never.binary_search(&number).is_ok() => {
                let why = match signal.kind.name {
                    "event" => "it has no criterion",
                    "structure" => "no text has such a number",
                    _ if signal.fields.texts("keywords").is_empty() => "it has no keywords",
                    _ => "no text contains what it looks for",
                };
                Some((why.to_owned(), "change what it looks for, or remove it"))
            }
            _ => None,
        };
        // What is refused need not be called silent as well.
        if let Some((why, help)) = told.filter(|_| !findings.refuses(signal.span)) {
            let message = format!("{} signal `{}` never fires: {why}", signal.kind.name, signal.name.it);
            findings.push(Diagnostic::new(&SILENT_SIGNAL, signal.name.span, message).help(help));
        }
    }
}
