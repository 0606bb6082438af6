#![doc = include_str!("fixed.md")]

use super::Kind;

pub(super) static KIND: Kind = Kind {
    name: "static",
    page: include_str!("fixed.md"),
    fields: &[],
    calls: super::one_of,
    check: |_, _, _| {},
};
