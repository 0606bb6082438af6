#![doc = include_str!("bare_complexity.md")]

use wrp_graph::schema::near;
use wrp_graph::signal::complexity::LEVELS;

use super::names::Names;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;
use crate::syntax::escape::encode;

pub static BARE_COMPLEXITY: Lint = Lint {
    code: "WRP0234",
    name: "bare-complexity",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("bare_complexity.md"),
};

pub(crate) fn check(recipe: &Recipe, names: &Names<'_>, findings: &mut Findings) {
    for (writer, leaf) in recipe.tests_written() {
        if leaf.kind != "complexity" || names.knows("complexity", &leaf.name) {
            continue;
        }
        let (base, level) = match leaf.name.rsplit_once(':') {
            Some((base, level)) if names.declares("complexity", base) => (base, Some(level)),
            _ => (leaf.name.as_str(), None),
        };
        if !names.declares("complexity", base) {
            continue;
        }
        let message = match level {
            Some(level) => format!("complexity has no level `{level}`"),
            None => format!("`{base}` alone is no answer of a complexity signal"),
        };
        let levels = LEVELS.map(|level| format!("`\"{base}:{level}\"`")).join(", ");
        let mut found = Diagnostic::new(&BARE_COMPLEXITY, leaf.span, message).label("never true");
        let meant = level.and_then(|level| near(level, LEVELS)).filter(|near| near.certain);
        for level in LEVELS.into_iter().filter(|level| meant.is_none_or(|meant| meant.word == *level)) {
            let fix = Fix::write(leaf.name_span, encode(&format!("{base}:{level}")));
            found = found.fix(Fix { safe: meant.is_some(), ..fix });
        }
        findings.push_never_true(found.help(format!("use one of {levels}")), writer);
    }
}
