#![doc = include_str!("modality.md")]

use super::{Kind, Reach};
use crate::schema::Field;

pub(super) static KIND: Kind = Kind {
    name: "modality",
    page: include_str!("modality.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &["AR", "DIFFUSION", "BOTH"],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("modality", FIELDS, &[])),
};

const FIELDS: &[Field] = &[super::DESCRIPTION, super::MIN_COVERAGE];
