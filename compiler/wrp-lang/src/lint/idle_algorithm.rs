#![doc = include_str!("idle_algorithm.md")]

use super::{Lint, Verdict};
use crate::algorithm::{self, Call};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static IDLE_ALGORITHM: Lint = Lint {
    code: "WRP0246",
    name: "idle-algorithm",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("idle_algorithm.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    for route in policy.recipes.iter().flat_map(|recipe| &recipe.routes) {
        let Some(algorithm) = route.algorithm.as_ref().filter(|it| it.kind.it != "static") else { continue };
        if algorithm::find(&algorithm.kind.it).is_none() {
            continue;
        }
        let calls = algorithm::calls(route, policy.default_model.as_ref());
        if let [Call { any_of, times: 1, .. }] = calls.as_slice()
            && let [only] = any_of.as_slice()
        {
            let message = format!("`{}` has one model to choose from, `{}`", algorithm.kind.it, only.it);
            let found = Diagnostic::new(&IDLE_ALGORITHM, algorithm.kind.span, message);
            findings.push(found.help("add another model to the route, or remove the ALGORITHM"));
        }
    }
}
