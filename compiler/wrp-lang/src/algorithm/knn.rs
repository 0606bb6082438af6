#![doc = include_str!("knn.md")]

use super::Kind;

pub(super) static KIND: Kind =
    Kind { name: "knn", page: include_str!("knn.md"), fields: &[], check: |_, _, _| {} };
