#![doc = include_str!("ungated_classifier.md")]

use wrp_graph::schema::nearest;
use wrp_graph::signal::classifier::labels;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Leaf, Recipe, Signal};
use crate::resolve::findings::Findings;

pub static UNGATED_CLASSIFIER: Lint = Lint {
    code: "WRP0235",
    name: "ungated-classifier",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("ungated_classifier.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for (writer, leaf) in recipe.tests_written() {
        let mut of = recipe.signals.iter().filter(|it| it.kind.name == "classifier");
        if leaf.kind == "classifier"
            && let Some(signal) = of.find(|it| it.name.it == leaf.name)
            && let Some(found) = ungated(leaf, signal)
        {
            findings.push_never_true(found.label("never true"), writer);
        }
    }
}

fn ungated(leaf: &Leaf, signal: &Signal) -> Option<Diagnostic> {
    let found = |message: String| Diagnostic::new(&UNGATED_CLASSIFIER, leaf.span, message);
    let name = &leaf.name;
    let labels = labels(&signal.fields);
    let Some(label) = &leaf.label else {
        return Some(
            found(format!("`{name}` is tested under no label"))
                .help("add `label` and `predicate`, for example `predicate: { gte: 0.6 }`"),
        );
    };
    if !labels.is_empty() && !labels.contains(label) {
        let found = found(format!("`{name}` does not answer with the label `{label}`"));
        return Some(match nearest(label, labels.iter().map(String::as_str)) {
            Some(near) => found.help(format!("write `\"{near}\"`")),
            None => found.help(format!("use one of `{}`", labels.join("`, `"))),
        });
    }
    leaf.predicate.is_none().then(|| {
        found(format!("`{name}` is tested without a bound on the score of `{label}`"))
            .help("add a predicate, for example `predicate: { gte: 0.6 }`")
    })
}
