#![doc = include_str!("hallucination.md")]
#![cfg(feature = "build")]

use super::{ENABLED, Kind, elsewhere, nothing_more, optional};
use crate::schema::Shape;

const ACTION: Shape = Shape::Word(&["header", "body", "none"]);

pub(super) static KIND: Kind = Kind {
    name: "hallucination",
    page: include_str!("hallucination.md"),
    fields: &[
        ENABLED,
        optional("use_nli", Shape::Flag, "Explain each finding by entailment. Default `false`."),
        optional(
            "hallucination_action",
            ACTION,
            "Say a finding in a header, in the text of the answer, or not at all.",
        ),
        optional(
            "unverified_factual_action",
            ACTION,
            "The same for facts with nothing to check them against.",
        ),
        optional("include_hallucination_details", Shape::Flag, "Name the passages found. Default `false`."),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("hallucination", fields),
};
