//! What is read out of a network's numbers: one file a kind of answer.

pub(crate) mod classify;
pub(crate) mod embed;
pub(crate) mod grams;
pub(crate) mod head;
pub(crate) mod tag;
