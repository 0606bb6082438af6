#![doc = include_str!("jailbreak.md")]

use super::{Declaration, Kind, Reach};
use crate::schema::{Field, Gravity, Problem, Shape, Trouble};

pub(super) static KIND: Kind = Kind {
    name: "jailbreak",
    page: include_str!("jailbreak.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: true,
    names: &[],
    check,
    compile: |it, _| Some(it.ask("jailbreak", FIELDS, &[])),
};

const FIELDS: &[Field] = &[
    Field {
        name: "method",
        shape: Shape::Word(&["classifier", "contrastive"]),
        required: false,
        doc: "A trained detector, or nearness to `jailbreak_patterns` rather than to `benign_patterns`; default classifier.",
    },
    Field {
        name: "threshold",
        shape: Shape::Number(0.0, 1.0),
        required: false,
        doc: "The least risk that counts: 0 for the classifier when absent, which is always; 0.10 for contrastive.",
    },
    Field {
        name: "include_history",
        shape: Shape::Flag,
        required: false,
        doc: "Also look at earlier messages; default false.",
    },
    Field {
        name: "jailbreak_patterns",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Attacks to compare with (contrastive).",
    },
    Field {
        name: "benign_patterns",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Harmless texts to compare with (contrastive).",
    },
    super::DESCRIPTION,
    super::MIN_COVERAGE,
];

fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let doubt = |span, message: &str| Problem::new(Trouble::Invalid, Gravity::Doubtful, span, message);
    let patterns = it.fields.get("jailbreak_patterns");
    if it.fields.text("method") == Some("contrastive") {
        if patterns.is_none_or(|patterns| patterns.it.as_list().is_none_or(<[_]>::is_empty)) {
            problems.push(
                doubt(
                    it.name.span,
                    "a contrastive detector without `jailbreak_patterns` has nothing to compare with",
                )
                .help("add `jailbreak_patterns`"),
            );
        }
        return;
    }
    if let Some(patterns) = patterns {
        problems.push(
            doubt(patterns.span, "only a contrastive detector reads `jailbreak_patterns`")
                .help("write `method: \"contrastive\"`, or remove the patterns"),
        );
    }
}
