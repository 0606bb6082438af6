#![doc = include_str!("signal_for_role.md")]

use super::names::Names;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;
use crate::syntax::escape::encode;

pub static SIGNAL_FOR_ROLE: Lint = Lint {
    code: "WRP0233",
    name: "signal-for-role",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("signal_for_role.md"),
};

pub(crate) fn check(recipe: &Recipe, names: &Names<'_>, findings: &mut Findings) {
    for (writer, leaf) in recipe.tests_written() {
        if leaf.kind != "authz" || names.knows("authz", &leaf.name) {
            continue;
        }
        let named = recipe.signals.iter().find(|it| it.kind.name == "authz" && it.name.it == leaf.name);
        if let Some(signal) = named {
            let message = format!("`{}` is a signal, and authz answers with roles", leaf.name);
            let found = Diagnostic::new(&SIGNAL_FOR_ROLE, leaf.span, message).label("never true");
            let found = match signal.fields.text("role") {
                Some(role) => found
                    .help(format!("write `authz(\"{role}\")`"))
                    .fix(Fix::write(leaf.name_span, encode(role))),
                None => found.help("give the signal a `role` and name that"),
            };
            findings.push_never_true(found, writer);
        }
    }
}
