#![doc = include_str!("unready_input.md")]

use wrp_graph::schema::Span;
use wrp_graph::signal::complexity;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Term};
use crate::resolve::findings::Findings;

pub static UNREADY_INPUT: Lint = Lint {
    code: "WRP0242",
    name: "unready-input",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unready_input.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for input in recipe.scores.iter().flat_map(|score| &score.inputs) {
        if let Term::Binary { kind, .. } | Term::Confidence { kind, .. } | Term::Raw { kind, .. } =
            &input.term
            && kind == "authz"
        {
            findings.push_ignored(unready(
                "roles are known after the scores, so this input is always missed",
                input.span,
            ));
        }
    }
    for signal in recipe.signals.iter().filter(|it| it.kind.name == "complexity") {
        let Some(composer) = complexity::composer(&signal.fields) else { continue };
        composer.visit(&mut |kind, name| {
            if matches!(kind, "projection" | "authz") {
                let message = format!("{kind} is known after the composers, so this condition never holds");
                findings.push_ignored(unready(message, name.span));
            }
        });
    }
}

fn unready(message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::new(&UNREADY_INPUT, span, message).help("test it in a WHEN instead")
}
