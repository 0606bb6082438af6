#![doc = include_str!("unused_signal.md")]

use std::collections::BTreeSet;

use wrp_graph::signal::complexity;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::{Recipe, Signal, Term};
use crate::resolve::findings::Findings;

pub static UNUSED_SIGNAL: Lint = Lint {
    code: "WRP0401",
    name: "unused-signal",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unused_signal.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let used = used(recipe);
    for signal in recipe.signals.iter().filter(|signal| !is_used(signal, &used)) {
        let message = format!("nothing uses {} signal `{}`", signal.kind.name, signal.name.it);
        let found = Diagnostic::new(&UNUSED_SIGNAL, signal.name.span, message).help("use it or remove it");
        findings.push(found.fix(Fix::remove(signal.span, "remove the signal").to_choose()));
    }
}

/// Kind and name of every test in the scope.
fn used(recipe: &Recipe) -> BTreeSet<(String, String)> {
    let mut used = BTreeSet::new();
    for (_, leaf) in recipe.tests_written() {
        used.insert((leaf.kind.clone(), leaf.name.clone()));
    }
    for input in recipe.scores.iter().flat_map(|score| &score.inputs) {
        if let Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } =
            &input.term
        {
            used.insert((kind.clone(), name.clone()));
        }
    }
    for partition in &recipe.partitions {
        used.extend(partition.members.iter().map(|member| (partition.family.clone(), member.it.clone())));
    }
    for signal in recipe.signals.iter().filter(|it| it.kind.name == "complexity") {
        if let Some(composer) = complexity::composer(&signal.fields) {
            composer.visit(&mut |kind, name| {
                used.insert((kind.to_owned(), name.it.clone()));
            });
        }
    }
    used
}

fn is_used(signal: &Signal, used: &BTreeSet<(String, String)>) -> bool {
    let kind = signal.kind.name;
    let named = |name: &str| used.contains(&(kind.to_owned(), name.to_owned()));
    named(&signal.name.it)
        || match kind {
            "authz" => signal.fields.text("role").is_some_and(named),
            "complexity" => {
                complexity::LEVELS.iter().any(|level| named(&format!("{}:{level}", signal.name.it)))
            }
            _ => false,
        }
}
