#![doc = include_str!("unknown_attribute.md")]

use wrp_graph::schema::{Spanned, nearest};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::attribute;

pub static UNKNOWN_ATTRIBUTE: Lint = Lint {
    code: "WRP0260",
    name: "unknown-attribute",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_attribute.md"),
};

pub(crate) fn diagnostic(name: &Spanned<String>) -> Diagnostic {
    let found =
        Diagnostic::new(&UNKNOWN_ATTRIBUTE, name.span, format!("there is no attribute `{}`", name.it));
    let all: Vec<String> = attribute::all().map(|attribute| attribute.name).collect();
    let subject = name.it.split('.').next().unwrap_or_default();
    let of_subject: Vec<String> = all
        .iter()
        .filter(|name| name.split('.').next() == Some(subject))
        .map(|name| format!("`{name}`"))
        .collect();
    // A key without its subject, or with the subject misspelt.
    let key = name.it.rsplit('.').next().unwrap_or_default();
    let mut of_others = all.iter().filter(|other| other.rsplit('.').next() == Some(key));
    match nearest(&name.it, all.iter().map(String::as_str)) {
        Some(near) => found.help(format!("write `{near}`")),
        None => match (of_others.next(), of_subject.is_empty()) {
            (Some(other), _) => found.help(format!("write `{other}`")),
            (None, false) => found.help(format!("use one of {}", of_subject.join(", "))),
            (None, true) => {
                found.help("begin it with `pool.`, `model.` or `route.`, or compare the `outcome`")
            }
        },
    }
}
