#![doc = include_str!("unknown_algorithm.md")]

use wrp_graph::schema::{Spanned, near};

use super::{Lint, Verdict};
use crate::algorithm::KINDS;
use crate::diagnostic::{Diagnostic, Fix, Level};

pub static UNKNOWN_ALGORITHM: Lint = Lint {
    code: "WRP0213",
    name: "unknown-algorithm",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_algorithm.md"),
};

const REMOVED: [&str; 7] =
    ["elo", "rl_driven", "gmtrouter", "bandit", "personalization", "session_aware", "lookup_tables"];

pub(crate) fn diagnostic(kind: &Spanned<String>) -> Diagnostic {
    let name = &kind.it;
    if REMOVED.contains(&name.as_str()) {
        return Diagnostic::new(&UNKNOWN_ALGORITHM, kind.span, format!("`{name}` is no longer an algorithm"))
            .help("choose another, or leave it out: then the first model serves");
    }
    let found = Diagnostic::new(&UNKNOWN_ALGORITHM, kind.span, format!("there is no algorithm `{name}`"));
    let names = KINDS.iter().map(|kind| kind.name);
    match near(name, names.clone()) {
        Some(near) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(kind.span, near, near.word))
        }
        None => found.help(format!("use one of {}", names.collect::<Vec<_>>().join(", "))),
    }
}
