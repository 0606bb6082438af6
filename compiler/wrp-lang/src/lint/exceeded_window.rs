#![doc = include_str!("exceeded_window.md")]

use super::ways::Ways;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::prove::Analysis;
use crate::prove::promise::{Kind, roomier};
use crate::resolve::findings::Findings;

pub static EXCEEDED_WINDOW: Lint = Lint {
    code: "WRP0122",
    name: "exceeded-window",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("exceeded_window.md"),
};

/// One finding a model, and only with a request that shows it.
pub(crate) fn check(policy: &Policy, analysis: &Analysis, findings: &mut Findings) {
    for (number, model) in policy.models.iter().enumerate() {
        let ways = Ways::of(analysis, Kind::Window(number));
        let (Some(span), Some(size)) = (ways.span().filter(|_| ways.is_shown()), model.window()) else {
            continue;
        };
        let message =
            format!("`{}` holds {size} tokens, and longer requests are routed to it", model.name.it);
        let found = ways.point(Diagnostic::new(&EXCEEDED_WINDOW, span, message));
        findings.push(match roomier(policy, size) {
            Some(other) => found.help(format!("send them to `{other}`, or answer them before")),
            None => found.help("answer them before they reach it"),
        });
    }
}
