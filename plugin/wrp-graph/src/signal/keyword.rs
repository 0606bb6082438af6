#![doc = include_str!("keyword.md")]

use serde::{Deserialize, Serialize};

use crate::reading::Reading;
use crate::scan::{Hits, PatternId, Scanner};

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    pub operator: Operator,
    pub keywords: Vec<Term>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    And,
    Or,
    Nor,
}

/// One keyword: it occurs as written or, where the policy allows that, nearly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub exact: PatternId,
    pub nearly: Option<PatternId>,
}

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
