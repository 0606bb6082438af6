#![doc = include_str!("invalid_score.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Score, Term};
use crate::resolve::findings::Findings;

pub static INVALID_SCORE: Lint = Lint {
    code: "WRP0229",
    name: "invalid-score",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("invalid_score.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for score in &recipe.scores {
        if score.inputs.is_empty() {
            let message = format!("score `{}` adds nothing up, so it is always 0", score.name.it);
            let found = Diagnostic::new(&INVALID_SCORE, score.name.span, message);
            findings.push_ignored(found.help("add inputs"));
        }
        check_inputs(score, findings);
    }
}

pub(crate) fn score_of_a_signal(value_source: Span) -> Diagnostic {
    Diagnostic::new(
        &INVALID_SCORE,
        value_source,
        "only a projection has a `score`; a signal counts as binary here",
    )
    .help("use `binary`, `confidence` or `raw`")
}

fn check_inputs(score: &Score, findings: &mut Findings) {
    for input in &score.inputs {
        let invalid = |message: String| Diagnostic::new(&INVALID_SCORE, input.span, message);
        match &input.term {
            Term::Binary { kind, .. } | Term::Confidence { kind, .. } | Term::Raw { kind, .. }
                if matches!(kind.as_str(), "metadata" | "classifier") =>
            {
                let found = invalid(format!("a score cannot add {kind} signals")).level(Level::Error);
                findings.push(found.help("test the signal in a WHEN instead"));
            }
            Term::KbMetric { kb, metric } if kb.is_empty() || metric.is_empty() => {
                let found = invalid("a `kb_metric` input names a `kb` and a `metric`".to_owned());
                findings.push_ignored(found.help("add what is missing"));
            }
            Term::Binary { name, .. }
            | Term::Confidence { name, .. }
            | Term::Raw { name, .. }
            | Term::Score { name }
            | Term::Output { name }
                if name.is_empty() =>
            {
                findings
                    .push_ignored(invalid("this input has no `name`".to_owned()).help("say what is added"));
            }
            _ => {}
        }
    }
}
