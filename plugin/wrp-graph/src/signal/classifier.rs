#![doc = include_str!("classifier.md")]

use super::{Declaration, Kind, Reach};
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Trouble};

pub(super) static KIND: Kind = Kind {
    name: "classifier",
    page: include_str!("classifier.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check,
    compile: |it, _| Some(it.ask("classifier", FIELDS, &labels(it.fields))),
};

const FIELDS: &[Field] = &[
    Field {
        name: "type",
        shape: Shape::Word(&["local", "llm"]),
        required: true,
        doc: "A classification model on the host, or a chat model that is asked.",
    },
    Field {
        name: "model_path",
        shape: Shape::Text,
        required: false,
        doc: "Where the host finds the model (local).",
    },
    Field { name: "model", shape: Shape::Text, required: false, doc: "The chat model (llm)." },
    Field { name: "labels", shape: Shape::List(&Shape::Text), required: true, doc: "What it may answer." },
    Field {
        name: "instructions",
        shape: Shape::Text,
        required: false,
        doc: "What the chat model is told (llm).",
    },
    Field {
        name: "use_cpu",
        shape: Shape::Flag,
        required: false,
        doc: "Keep the model off the accelerator (local); default false.",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];

/// The labels it may answer with, in order; also what a condition may name.
pub fn labels(fields: &Fields) -> Vec<String> {
    fields.texts("labels").into_iter().map(|label| label.it).collect()
}

fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let (wanted, useless) = match it.fields.text("type") {
        Some("local") => ("model_path", "instructions"),
        Some("llm") => ("model", "model_path"),
        _ => return,
    };
    if it.fields.get(wanted).is_none() {
        let message = format!("`{}` does not say which model answers", it.name.it);
        let help = format!("add `{wanted}`");
        problems
            .push(Problem::new(Trouble::MissingField, Gravity::Ignored, it.name.span, message).help(help));
    }
    if let Some(entry) = it.fields.entries.iter().find(|entry| entry.key.it == useless) {
        let message = format!("a classifier of this type does not read `{useless}`");
        problems.push(
            Problem::new(Trouble::Invalid, Gravity::Doubtful, entry.key.span, message).help("remove it"),
        );
    }
}
