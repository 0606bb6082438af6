//! Which keywords of one signal occur wherever another one of it does.

use crate::policy::Signal;
use crate::text::{Limits, keywords_within};

/// Two keywords of a signal, by number: wherever the first occurs, so does the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within {
    pub one: usize,
    pub other: usize,
    /// But for texts that spell `s` as `ſ` or `k` as the Kelvin sign: they are no parts of a word for RE2.
    pub nearly: bool,
}

/// Every such pair; of keywords that always occur together, both.
pub(crate) fn within(signal: &Signal) -> Vec<Within> {
    if signal.kind.name != "keyword" {
        return Vec::new();
    }
    let limits = Limits::default();
    let plain = keywords_within(signal, limits, true);
    if plain.is_empty() {
        return Vec::new();
    }
    let exact = keywords_within(signal, limits, false);
    plain
        .iter()
        .map(|(one, other)| Within { one: *one, other: *other, nearly: !exact.contains(&(*one, *other)) })
        .collect()
}
