#![doc = include_str!("keyword.md")]

use serde::Serialize;

use crate::reading::Reading;
use crate::scan::{Hits, PatternId, Scanner};
use crate::wire::wire;

pub mod bm25;
#[cfg(feature = "build")]
mod declare;
pub mod ngram;
mod stem;
#[cfg(test)]
mod tests;

#[cfg(feature = "build")]
pub use declare::edge;
#[cfg(feature = "build")]
pub(super) use declare::{KIND, invalid_regex};

/// Keywords, and how many of them must occur.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Keyword {
    pub operator: Operator,
    pub keywords: Vec<Term>,
}

wire!(Keyword { operator, keywords });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Operator {
    And,
    Or,
    Nor,
}

wire!(enum Operator { 0 => And, 1 => Or, 2 => Nor });

/// One keyword: it occurs as written or, where the policy allows that, nearly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Term {
    pub exact: PatternId,
    pub nearly: Option<PatternId>,
}

wire!(Term { exact, nearly });

impl Operator {
    /// Over no keyword at all, `AND` and `NOR` hold.
    pub fn over(self, mut hits: impl Iterator<Item = bool>) -> bool {
        match self {
            Operator::And => hits.all(|hit| hit),
            Operator::Or => hits.any(|hit| hit),
            Operator::Nor => !hits.any(|hit| hit),
        }
    }
}

impl Keyword {
    pub fn sense(&self, hits: &Hits) -> Reading {
        let occurs = |term: &Term| hits.seen(term.exact) || term.nearly.is_some_and(|near| hits.seen(near));
        Reading::flag(self.operator.over(self.keywords.iter().map(occurs)))
    }

    /// Whether the scanner knows all that this signal asks it.
    pub fn fits(&self, scanner: &Scanner) -> bool {
        self.keywords.iter().all(|term| {
            scanner.has_pattern(term.exact) && term.nearly.is_none_or(|near| scanner.has_pattern(near))
        })
    }
}
