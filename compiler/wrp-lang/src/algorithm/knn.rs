#![doc = include_str!("knn.md")]

use super::Kind;

pub(super) static KIND: Kind = Kind {
    name: "knn",
    page: include_str!("knn.md"),
    fields: &[],
    calls: super::one_of,
    check: |_, _, _| {},
};
