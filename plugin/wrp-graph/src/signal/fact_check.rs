#![doc = include_str!("fact_check.md")]

use super::{Kind, Reach};
use crate::schema::Field;

pub(super) static KIND: Kind = Kind {
    name: "fact_check",
    page: include_str!("fact_check.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &["needs_fact_check", "no_fact_check_needed"],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("fact_check", FIELDS, &[])),
};

const FIELDS: &[Field] = &[super::DESCRIPTION, super::MIN_COVERAGE];
