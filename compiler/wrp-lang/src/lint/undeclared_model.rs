#![doc = include_str!("undeclared_model.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::{Spanned, near};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;
use crate::syntax::escape::written;

pub static UNDECLARED_MODEL: Lint = Lint {
    code: "WRP0214",
    name: "undeclared-model",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("undeclared_model.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    let declared: BTreeSet<&str> =
        policy.models.iter().filter(|model| model.declared).map(|model| model.name.it.as_str()).collect();
    if declared.is_empty() {
        return;
    }
    let routes = policy.recipes.iter().flat_map(|recipe| &recipe.routes);
    let named = routes.flat_map(|route| &route.models).map(|model| &model.name).chain(&policy.default_model);
    for name in named.filter(|name| !declared.contains(name.it.as_str())) {
        findings.push_ignored(undeclared(name, &declared));
    }
}

fn undeclared(name: &Spanned<String>, declared: &BTreeSet<&str>) -> Diagnostic {
    let found =
        Diagnostic::new(&UNDECLARED_MODEL, name.span, format!("no MODEL block declares `{}`", name.it));
    match near(&name.it, declared.iter().copied()) {
        Some(near) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(name.span, near, written(near.word)))
        }
        None => found.help(format!("declare it: `MODEL {} {{ }}`", written(&name.it))),
    }
}
