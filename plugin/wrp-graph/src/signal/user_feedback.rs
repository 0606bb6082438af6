#![doc = include_str!("user_feedback.md")]

use super::{Kind, Reach};
use crate::schema::Field;

pub(super) static KIND: Kind = Kind {
    name: "user_feedback",
    page: include_str!("user_feedback.md"),
    fields: FIELDS,
    reach: Reach::Host,
    safety: false,
    names: &["satisfied", "need_clarification", "wrong_answer", "want_different"],
    check: |_, _| {},
    compile: |it, _| Some(it.ask("user_feedback", FIELDS, &[])),
};

const FIELDS: &[Field] = &[super::DESCRIPTION, super::MIN_COVERAGE];
