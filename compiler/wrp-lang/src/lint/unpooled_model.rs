#![doc = include_str!("unpooled_model.md")]

use std::collections::BTreeSet;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::{Path, Reach};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNPOOLED_MODEL: Lint = Lint {
    code: "WRP0271",
    name: "unpooled-model",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unpooled_model.md"),
};

/// Once for each model, where it is first called. A pool whose models could not be read may be the one.
pub(crate) fn check(policy: &Policy, paths: &[Path<'_>], findings: &mut Findings) {
    if policy.pools.is_empty() || policy.pools.iter().any(|pool| pool.models.is_empty()) {
        return;
    }
    let mut told = BTreeSet::new();
    for path in paths {
        let Reach::Model { name, pool: None, .. } = path.reach else { continue };
        if told.insert(name) {
            let message = format!("pools are declared, but none serves `{name}`");
            let found = Diagnostic::new(&UNPOOLED_MODEL, path.span, message);
            findings.push(found.help(format!("add `\"{name}\"` to the `models` of the pool that serves it")));
        }
    }
}
