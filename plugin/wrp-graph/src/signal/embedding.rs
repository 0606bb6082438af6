#![doc = include_str!("embedding.md")]

use super::{Declaration, Kind, Reach};
use crate::schema::{Field, Gravity, Problem, Shape, Trouble};

pub(super) static KIND: Kind = Kind {
    name: "embedding",
    page: include_str!("embedding.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &[],
    check,
    compile: |it, _| Some(it.ask("embedding", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: true,
        doc: "The least similarity that counts.",
    },
    Field {
        name: "candidates",
        shape: Shape::List(&Shape::Text),
        required: true,
        doc: "Texts that say what the signal is about.",
    },
    Field {
        name: "aggregation_method",
        shape: Shape::Word(&["mean", "max", "any"]),
        required: false,
        doc: "How the similarities to the candidates become one score; default max.",
    },
    Field {
        name: "query_modality",
        shape: Shape::Word(&["text", "image"]),
        required: false,
        doc: "What of the request is compared; default text.",
    },
    super::MIN_COVERAGE,
];

fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
    if let Some(candidates) = it.fields.get("candidates").filter(|value| value.it.as_list() == Some(&[])) {
        problems.push(
            Problem::new(
                Trouble::Invalid,
                Gravity::Ignored,
                candidates.span,
                "without candidates this signal never matches",
            )
            .help("add texts that say what it is about"),
        );
    }
    // Every other unknown modality is read as text; this one the reference's loader refuses.
    if let (Some("audio"), Some(value)) = (it.fields.text("query_modality"), it.fields.get("query_modality"))
    {
        problems.push(
            Problem::new(Trouble::UnknownWord, Gravity::Refused, value.span, "audio cannot be compared")
                .help("use `text` or `image`"),
        );
    }
}
