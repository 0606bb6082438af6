#![doc = include_str!("unknown_role.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::nearest;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNKNOWN_ROLE: Lint = Lint {
    code: "WRP0264",
    name: "unknown-role",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_role.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    let signals = policy.recipes.iter().flat_map(|recipe| &recipe.signals);
    let authz = signals.filter(|signal| signal.kind.name == "authz");
    let given: BTreeSet<&str> = authz.filter_map(|signal| signal.fields.text("role")).collect();
    for role in policy.roles.iter().map(|role| &role.role).filter(|role| !given.contains(role.it.as_str())) {
        let message = format!("no authz signal gives the role `{}`, so it binds nobody", role.it);
        let found = Diagnostic::new(&UNKNOWN_ROLE, role.span, message);
        findings.push_ignored(match nearest(&role.it, given.iter().copied()) {
            Some(near) => found.help(format!("write `\"{near}\"`")),
            None => {
                found.help(format!("declare `SIGNAL authz … {{ role: \"{}\", subjects: […] }}`", role.it))
            }
        });
    }
}
