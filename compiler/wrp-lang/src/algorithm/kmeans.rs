#![doc = include_str!("kmeans.md")]

use super::Kind;

pub(super) static KIND: Kind = Kind {
    name: "kmeans",
    page: include_str!("kmeans.md"),
    fields: &[],
    calls: super::one_of,
    check: |_, _, _| {},
};
