#![doc = include_str!("unknown_member.md")]

use wrp_graph::schema::{Fields, Spanned, near};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::{Partition, Recipe};
use crate::resolve::findings::Findings;
use crate::syntax::escape::encode;

pub static UNKNOWN_MEMBER: Lint = Lint {
    code: "WRP0217",
    name: "unknown-member",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_member.md"),
};

pub(crate) fn check(partition: &Partition, fields: &Fields, recipe: &Recipe, findings: &mut Findings) {
    let candidates = || recipe.signals.iter().filter(|it| matches!(it.kind.name, "domain" | "embedding"));
    for member in fields.texts("members") {
        if !candidates().any(|it| it.name.it == member.it) {
            let message = format!("no domain or embedding signal `{}` is declared here", member.it);
            findings.push_ignored(unknown(&member, message, candidates().map(|it| it.name.it.as_str())));
        }
    }
    if let Some(default) = &partition.default
        && !partition.members.iter().any(|member| member.it == default.it)
    {
        let message = format!("the default `{}` is not a member of the partition", default.it);
        findings.push_ignored(unknown(default, message, partition.members.iter().map(|it| it.it.as_str())));
    }
}

fn unknown<'c>(
    name: &Spanned<String>,
    message: String,
    candidates: impl Iterator<Item = &'c str>,
) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_MEMBER, name.span, message);
    match near(&name.it, candidates) {
        Some(near) => {
            let fix = Fix::spell(name.span, near, encode(near.word));
            found.help(fix.title.clone()).fix(fix)
        }
        None => found.help("name a declared member"),
    }
}
