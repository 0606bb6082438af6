#![doc = include_str!("unused_projection.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Term};
use crate::resolve::findings::Findings;

pub static UNUSED_PROJECTION: Lint = Lint {
    code: "WRP0404",
    name: "unused-projection",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unused_projection.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let terms = || recipe.scores.iter().flat_map(|score| &score.inputs).map(|input| &input.term);
    let tested: BTreeSet<&str> = recipe
        .tests_written()
        .map(|(_, leaf)| leaf)
        .filter(|leaf| leaf.kind == "projection")
        .map(|leaf| leaf.name.as_str())
        .chain(terms().filter_map(|term| match term {
            Term::Output { name } => Some(name.as_str()),
            _ => None,
        }))
        .collect();
    let read: BTreeSet<&str> = recipe
        .mappings
        .iter()
        .map(|mapping| mapping.source.it.as_str())
        .chain(terms().filter_map(|term| match term {
            Term::Score { name } => Some(name.as_str()),
            _ => None,
        }))
        .collect();
    for score in recipe.scores.iter().filter(|score| !read.contains(score.name.it.as_str())) {
        findings.push(unused("no mapping or score reads score", &score.name));
    }
    for mapping in &recipe.mappings {
        if !mapping.outputs.iter().any(|band| tested.contains(band.name.it.as_str())) {
            findings.push(unused("nothing tests an output of mapping", &mapping.name));
        }
    }
}

fn unused(what: &str, name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&UNUSED_PROJECTION, name.span, format!("{what} `{}`", name.it))
        .help("use it or remove it")
}
