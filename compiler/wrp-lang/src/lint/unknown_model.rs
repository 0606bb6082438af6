#![doc = include_str!("unknown_model.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::{Spanned, nearest};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::Atlas;
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNKNOWN_MODEL: Lint = Lint {
    code: "WRP0263",
    name: "unknown-model",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_model.md"),
};

pub(crate) fn check(policy: &Policy, atlas: &Atlas<'_>, findings: &mut Findings) {
    let known: BTreeSet<&str> = atlas.model_names().collect();
    let pools = policy.pools.iter().flat_map(|pool| &pool.models);
    let roles =
        policy.roles.iter().flat_map(|role| role.models.allow.iter().flatten().chain(&role.models.deny));
    for name in pools.chain(roles).filter(|name| !known.contains(name.it.as_str())) {
        findings.push_ignored(unknown(name, &known));
    }
}

fn unknown(name: &Spanned<String>, known: &BTreeSet<&str>) -> Diagnostic {
    let message = format!("no MODEL block and no route names `{}`", name.it);
    let found = Diagnostic::new(&UNKNOWN_MODEL, name.span, message);
    match nearest(&name.it, known.iter().copied()) {
        Some(near) => found.help(format!("write `\"{near}\"`")),
        None => found.help("remove it, or declare the model"),
    }
}
