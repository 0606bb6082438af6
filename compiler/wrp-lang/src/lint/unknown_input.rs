#![doc = include_str!("unknown_input.md")]

use wrp_graph::schema::{Near, Span, near};

use super::names::Names;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::{Recipe, Term};
use crate::resolve::findings::Findings;
use crate::syntax::escape::encode;

pub static UNKNOWN_INPUT: Lint = Lint {
    code: "WRP0218",
    name: "unknown-input",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_input.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let names = Names::of(recipe);
    let scores: Vec<&str> = recipe.scores.iter().map(|score| score.name.it.as_str()).collect();
    for input in recipe.scores.iter().flat_map(|score| &score.inputs) {
        match &input.term {
            Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } => {
                let wanted = !name.is_empty() && !names.knows(kind, name);
                // A signal that is there but not as it is named is said by a lint of its own.
                if wanted && !names.declares(kind, name) {
                    let message = format!("no {kind} signal `{name}` is declared here");
                    findings.push_ignored(unknown(input.span, message, near(name, names.under(kind))));
                }
            }
            Term::Score { name } if !name.is_empty() && !scores.contains(&name.as_str()) => {
                let message = format!("`{name}` is neither a score nor an output of a mapping");
                let candidates = scores.iter().copied().chain(names.under("projection"));
                findings.push_ignored(unknown(input.span, message, near(name, candidates)));
            }
            Term::Output { name } if !name.is_empty() && !names.knows("projection", name) => {
                let message = format!("no mapping has an output `{name}`");
                findings.push_ignored(unknown(input.span, message, near(name, names.under("projection"))));
            }
            // What a knowledge base holds is not in the policy.
            Term::Score { .. } | Term::Output { .. } | Term::KbMetric { .. } => {}
        }
    }
    for mapping in &recipe.mappings {
        let source = &mapping.source;
        if !source.it.is_empty() && !scores.contains(&source.it.as_str()) {
            let message = format!("there is no score `{}` to cut into bands", source.it);
            findings.push_ignored(unknown(source.span, message, near(&source.it, scores.iter().copied())));
        }
    }
}

fn unknown(span: Span, message: String, near: Option<Near<'_>>) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_INPUT, span, message);
    match near {
        Some(near) => {
            let fix = Fix::spell(span, near, encode(near.word));
            found.help(fix.title.clone()).fix(fix)
        }
        None => found.help("declare it in this scope, or remove it"),
    }
}
