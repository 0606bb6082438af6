#![doc = include_str!("duplicate_name.md")]

use std::collections::BTreeMap;

use wrp_graph::schema::{Span, Spanned};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;
use crate::resolve::findings::Findings;

pub static DUPLICATE_NAME: Lint = Lint {
    code: "WRP0220",
    name: "duplicate-name",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("duplicate_name.md"),
};

pub(crate) fn model(name: &Spanned<String>, first: Span) -> Diagnostic {
    duplicate("model", name, first, "only this last one counts")
}

pub(crate) fn plugin(name: &Spanned<String>, first: Span) -> Diagnostic {
    duplicate("plugin template", name, first, "only this last one counts")
}

pub(crate) fn check_scope(recipe: &Recipe, findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    let mut note = |what: &'static str, kind: &'static str, name, consequence| {
        let Spanned { it, span }: &Spanned<String> = name;
        match seen.get(&(kind, it.as_str())) {
            Some(first) => findings.push_ignored(duplicate(what, name, *first, consequence)),
            None => {
                seen.insert((kind, it.as_str()), *span);
            }
        }
    };
    for signal in &recipe.signals {
        note(signal.kind.name, signal.kind.name, &signal.name, "it fires when either does");
    }
    for route in &recipe.routes {
        note("route", "ROUTE", &route.name, "which of the two goes first is left open");
    }
    for partition in &recipe.partitions {
        note("partition", "partition", &partition.name, "both are applied");
    }
    for score in &recipe.scores {
        note("score", "score", &score.name, "only one of them can be meant");
    }
    for assertion in &recipe.assertions {
        note("assertion", "ASSERT", &assertion.name, "both must hold");
    }
    for mapping in &recipe.mappings {
        note("mapping", "mapping", &mapping.name, "only one of them can be meant");
        for band in &mapping.outputs {
            note("mapping output", "projection", &band.name, "it holds when either does");
        }
    }
}

pub(crate) fn check_recipes(recipes: &[Recipe], findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for recipe in recipes.iter().skip(1) {
        let name = Spanned { it: recipe.name.clone(), span: recipe.span };
        match seen.get(recipe.name.as_str()) {
            Some(first) => {
                let found = duplicate("recipe", &name, *first, "an entrypoint could mean either");
                findings.push(found.level(Level::Error));
            }
            None => {
                seen.insert(&recipe.name, recipe.span);
            }
        }
    }
}

/// Names of our own blocks, of which only one can be meant.
pub(crate) fn check_own(what: &str, names: &[&Spanned<String>], findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        match seen.get(name.it.as_str()) {
            Some(first) => {
                let found = duplicate(what, name, *first, "only one of them can be meant");
                findings.push(found.level(Level::Error));
            }
            None => {
                seen.insert(&name.it, name.span);
            }
        }
    }
}

fn duplicate(what: &str, name: &Spanned<String>, first: Span, consequence: &str) -> Diagnostic {
    let message = format!("there are two of {what} `{}`, and {consequence}", name.it);
    Diagnostic::new(&DUPLICATE_NAME, name.span, message)
        .help("rename one of them, or remove it")
        .related(first, "the first one is here")
}
