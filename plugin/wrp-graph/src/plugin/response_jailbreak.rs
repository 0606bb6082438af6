#![doc = include_str!("response_jailbreak.md")]
#![cfg(feature = "build")]

use super::{ENABLED, Kind, UNIT, elsewhere, nothing_more, optional};
use crate::schema::Shape;

pub(super) static KIND: Kind = Kind {
    name: "response_jailbreak",
    page: include_str!("response_jailbreak.md"),
    fields: &[
        ENABLED,
        optional("threshold", UNIT, "Least risk of a finding."),
        optional(
            "action",
            Shape::Word(&["block", "header", "none"]),
            "Answer 403, say it in a header, or only count it.",
        ),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("response_jailbreak", fields),
};
