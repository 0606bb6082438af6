#![doc = include_str!("domain.md")]

use super::{Declaration, Kind, Reach};
use crate::schema::{Field, Gravity, Problem, Shape, Trouble, nearest};

pub(super) static KIND: Kind = Kind {
    name: "domain",
    page: include_str!("domain.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check,
    compile: |it, _| Some(it.ask("domain", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    super::DESCRIPTION,
    Field {
        name: "mmlu_categories",
        shape: Shape::List(&Shape::Word(LABELS)),
        required: false,
        doc: "The classifier's labels that this domain stands for; its own name when absent.",
    },
    Field {
        name: "model_scores",
        shape: Shape::List(&Shape::Object(MODEL_SCORE)),
        required: false,
        doc: "How well models do in this domain, for selection algorithms.",
    },
    super::MIN_COVERAGE,
];

const MODEL_SCORE: &[Field] = &[
    Field { name: "model", shape: Shape::Text, required: true, doc: "The model." },
    Field { name: "score", shape: Shape::Number(0.0, 1.0), required: true, doc: "Its quality here, 0 to 1." },
    Field {
        name: "use_reasoning",
        shape: Shape::Flag,
        required: false,
        doc: "Whether it should reason here.",
    },
];

/// What the classifier can answer.
pub const LABELS: &[&str] = &[
    "biology",
    "business",
    "chemistry",
    "computer science",
    "economics",
    "engineering",
    "health",
    "history",
    "law",
    "math",
    "other",
    "philosophy",
    "physics",
    "psychology",
];

fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let categories = it.fields.texts("mmlu_categories");
    if !categories.is_empty() || LABELS.contains(&it.name.it.as_str()) {
        return;
    }
    let help = match nearest(&it.name.it, LABELS.iter().copied()) {
        Some(label) => {
            format!("rename it to `{label}`, or list the labels it stands for in `mmlu_categories`")
        }
        None => "list the classifier's labels it stands for in `mmlu_categories`".to_owned(),
    };
    let message = format!("the domain classifier never answers `{}`, so this never matches", it.name.it);
    problems.push(Problem::new(Trouble::UnknownWord, Gravity::Doubtful, it.name.span, message).help(help));
}
