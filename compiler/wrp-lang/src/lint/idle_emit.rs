#![doc = include_str!("idle_emit.md")]

use wrp_graph::schema::{Fields, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Emit;
use crate::resolve::findings::Findings;

pub static IDLE_EMIT: Lint = Lint {
    code: "WRP0224",
    name: "idle-emit",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("idle_emit.md"),
};

pub(crate) fn check(emit: &Emit, fields: &Fields, kind: &Spanned<String>, findings: &mut Findings) {
    if fields.entries.is_empty() {
        let found = Diagnostic::new(&IDLE_EMIT, kind.span, "an empty `retention` has no effect");
        findings.push(found.help("say what should be retained, or remove it"));
    } else if emit.ttl_turns == Some(0) && emit.drop != Some(true) {
        let found = Diagnostic::new(&IDLE_EMIT, kind.span, "`ttl_turns: 0` without `drop` has no effect");
        findings.push(found.help("write `drop: true`, or remove it"));
    }
}
