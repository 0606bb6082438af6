#![doc = include_str!("invalid_iteration.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::resolve::findings::Findings;
use crate::syntax::ast::{For, ForSource};

pub static INVALID_ITERATION: Lint = Lint {
    code: "WRP0232",
    name: "invalid-iteration",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("invalid_iteration.md"),
};

pub(crate) fn check(iteration: &For, findings: &mut Findings) {
    if let ForSource::Named(source) = &iteration.source
        && source.text != "decision.candidates"
    {
        let message = format!("`{}` cannot be iterated over", source.text);
        let found = Diagnostic::new(&INVALID_ITERATION, source.span, message);
        findings.push_ignored(found.help("use `decision.candidates`, or a list of models"));
    }
    for model in iteration.models.iter().filter(|model| model.name.text != iteration.variable.it) {
        let message = format!("`{}` is not the loop variable `{}`", model.name.text, iteration.variable.it);
        let found = Diagnostic::new(&INVALID_ITERATION, model.name.span, message);
        let fix = Fix::write(model.name.span, &iteration.variable.it);
        findings.push_ignored(found.help(format!("write `MODEL {}`", iteration.variable.it)).fix(fix));
    }
}
