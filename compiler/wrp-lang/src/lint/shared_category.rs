#![doc = include_str!("shared_category.md")]

use std::collections::BTreeMap;

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Signal};
use crate::resolve::findings::Findings;

pub static SHARED_CATEGORY: Lint = Lint {
    code: "WRP0240",
    name: "shared-category",
    level: Level::Warning,
    verdict: Verdict::MayCryWolf,
    page: include_str!("shared_category.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let mut first: BTreeMap<String, &Signal> = BTreeMap::new();
    for signal in recipe.signals.iter().filter(|it| it.kind.name == "domain") {
        for label in labels(signal) {
            match first.get(&label.it) {
                Some(other) if other.name.it != signal.name.it => {
                    findings.push(shared(&label, signal, other))
                }
                Some(_) => {}
                None => {
                    first.insert(label.it, signal);
                }
            }
        }
    }
}

/// What a domain stands for: what it lists, or its own name.
fn labels(signal: &Signal) -> Vec<Spanned<String>> {
    let listed = signal.fields.texts("mmlu_categories");
    if listed.is_empty() { vec![signal.name.clone()] } else { listed }
}

fn shared(label: &Spanned<String>, signal: &Signal, other: &Signal) -> Diagnostic {
    let (one, two) = (&other.name.it, &signal.name.it);
    Diagnostic::new(
        &SHARED_CATEGORY,
        label.span,
        format!("`{one}` and `{two}` both stand for `{}`, so both fire on it", label.it),
    )
    .help("remove the label from one of them")
    .related(other.name.span, format!("`{one}` is declared here"))
}
