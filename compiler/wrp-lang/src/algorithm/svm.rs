#![doc = include_str!("svm.md")]

use super::Kind;

pub(super) static KIND: Kind = Kind {
    name: "svm",
    page: include_str!("svm.md"),
    fields: &[],
    calls: super::one_of,
    check: |_, _, _| {},
};
