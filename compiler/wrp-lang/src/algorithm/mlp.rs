#![doc = include_str!("mlp.md")]

use super::Kind;

pub(super) static KIND: Kind = Kind {
    name: "mlp",
    page: include_str!("mlp.md"),
    fields: &[],
    calls: super::one_of,
    check: |_, _, _| {},
};
