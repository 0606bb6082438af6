#![doc = include_str!("unfit_model.md")]

use super::ways::Ways;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::prove::Analysis;
use crate::prove::promise::{Kind, Need};
use crate::resolve::findings::Findings;

pub static UNFIT_MODEL: Lint = Lint {
    code: "WRP0123",
    name: "unfit-model",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("unfit_model.md"),
};

/// One finding a model, and only with a request that shows it.
pub(crate) fn check(policy: &Policy, analysis: &Analysis, findings: &mut Findings) {
    for (number, model) in policy.models.iter().enumerate() {
        for need in Need::ALL {
            let ways = Ways::of(analysis, Kind::Fit(number, need));
            let Some(span) = ways.span().filter(|_| ways.is_shown()) else { continue };
            let (what, word) = need.in_words();
            let message = format!(
                "`{}` does not say `{word}`, and requests with {what} are routed to it",
                model.name.it
            );
            let found = ways.point(Diagnostic::new(&UNFIT_MODEL, span, message));
            let help =
                format!("send them to a model with `{word}`, or add `\"{word}\"` to its `capabilities`");
            findings.push(found.related(model.name.span, "its capabilities are declared here").help(help));
        }
    }
}
