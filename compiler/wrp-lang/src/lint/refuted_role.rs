#![doc = include_str!("refuted_role.md")]

use super::ways::Ways;
use super::{Lint, Verdict};
use crate::diagnostic::Level;
use crate::policy::Policy;
use crate::prove::Analysis;
use crate::prove::promise::Kind;
use crate::resolve::findings::Findings;

pub static REFUTED_ROLE: Lint = Lint {
    code: "WRP0120",
    name: "refuted-role",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("refuted_role.md"),
};

pub(crate) fn check(policy: &Policy, analysis: &Analysis, findings: &mut Findings) {
    for (number, role) in policy.roles.iter().enumerate() {
        let ways = Ways::of(analysis, Kind::Role(number));
        let name = format!("what role `{}` may reach", role.role.it);
        if let Some(found) = ways.diagnostic(&REFUTED_ROLE, role.name.span, &name) {
            findings
                .push(found.help("keep its requests from that way, or allow the role what it finds there"));
        }
    }
}
