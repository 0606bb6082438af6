#![doc = include_str!("idle_pool.md")]

use std::collections::BTreeSet;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::{Atlas, Path};
use crate::govern::pool::Pool;
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static IDLE_POOL: Lint = Lint {
    code: "WRP0270",
    name: "idle-pool",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("idle_pool.md"),
};

/// A pool of which no model is known has been reported as that.
pub(crate) fn check(policy: &Policy, atlas: &Atlas<'_>, paths: &[Path<'_>], findings: &mut Findings) {
    let known: BTreeSet<&str> = atlas.model_names().collect();
    let means_something = |pool: &&Pool| pool.models.iter().any(|model| known.contains(model.it.as_str()));
    let reached: BTreeSet<&str> =
        paths.iter().filter_map(|path| Some(path.pool()?.name.it.as_str())).collect();
    let idle = policy.pools.iter().filter(|pool| !reached.contains(pool.name.it.as_str()));
    for pool in idle.filter(means_something) {
        let message = format!("no route reaches a model of pool `{}`", pool.name.it);
        let found = Diagnostic::new(&IDLE_POOL, pool.name.span, message);
        findings.push(found.help("route something to it, or remove it"));
    }
}
