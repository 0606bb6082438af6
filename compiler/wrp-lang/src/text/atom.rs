//! What a text signal is made of: things that are so of a text or not.

use std::cmp::Ordering;

use regex_syntax::hir::Look;
use wrp_graph::scan::literals::Edge;
use wrp_graph::scan::{self, go_regex};
use wrp_graph::signal::keyword;

use super::literal::Literal;

/// Something that is so of a text or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    /// So of every text.
    Always,
    /// The text contains this.
    Literal(Literal),
    /// The text contains a match of this.
    Pattern(Pattern),
    /// The text has at least so much of this.
    Reaches(Quantity, Bound),
}

/// A pattern in the syntax of Go's `regexp`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    pub text: String,
    pub ignore_case: bool,
}

impl Pattern {
    /// Whether the reference's engine takes it.
    pub(super) fn is_valid(&self) -> bool {
        go_regex::parse(&self.text, self.ignore_case).is_ok()
    }

    /// Whether every match begins at the start of the text or ends at its end, so that there is at most one.
    fn occurs_once(&self) -> bool {
        go_regex::parse(&self.text, self.ignore_case).is_ok_and(|hir| {
            let looks = hir.properties();
            looks.look_set_prefix().contains(Look::Start) || looks.look_set_suffix().contains(Look::End)
        })
    }
}

/// A number that a text has; equal quantities are equal on every text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quantity {
    Bytes,
    /// How often a pattern occurs.
    Count(Pattern),
    /// How often the keywords of a structure occur.
    Keywords {
        keywords: Vec<String>,
        ignore_case: bool,
    },
    /// 1 where one of the sequences occurs, else 0.
    Sequences {
        sequences: Vec<Vec<String>>,
        ignore_case: bool,
    },
    /// Another quantity for each unit of text.
    Density(Box<Quantity>),
    /// The score of one of these keywords.
    Bm25 {
        keywords: Vec<String>,
        at: usize,
    },
    Ngram {
        keywords: Vec<String>,
        at: usize,
        arity: i64,
        case_sensitive: bool,
    },
    /// How near the nearest word is to the keyword: the number of edits, negative.
    Nearness {
        keyword: String,
    },
}

impl Quantity {
    /// Whether it is a whole number, and not negative.
    pub(super) fn is_count(&self) -> bool {
        matches!(
            self,
            Quantity::Bytes | Quantity::Count(_) | Quantity::Keywords { .. } | Quantity::Sequences { .. }
        )
    }

    /// Whether it can be negative.
    pub(super) fn is_signed(&self) -> bool {
        matches!(self, Quantity::Nearness { .. })
    }
}

/// A lower bound: `value`, or anything above it where it is strict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub value: f64,
    pub strict: bool,
}

impl Ord for Bound {
    fn cmp(&self, other: &Bound) -> Ordering {
        self.value.total_cmp(&other.value).then(self.strict.cmp(&other.strict))
    }
}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Bound) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Bound {
    fn eq(&self, other: &Bound) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Bound {}

impl Atom {
    /// A keyword as it is written, without a method.
    pub(super) fn keyword(text: &str, ignore_case: bool) -> Atom {
        let apart = keyword::edge(text) == Edge::AsciiWord;
        Atom::literal(text, ignore_case, apart, apart)
    }

    pub(super) fn literal(text: &str, ignore_case: bool, start: bool, end: bool) -> Atom {
        if text.is_empty() {
            return Atom::Always;
        }
        Atom::Literal(Literal { text: text.to_owned(), ignore_case, start, end })
    }

    /// What of it a text must have: a pattern that only spells out strings is one of them.
    pub(super) fn pattern(pattern: &Pattern) -> Vec<Atom> {
        match scan::spelled(&pattern.text, pattern.ignore_case) {
            Some((strings, ignore_case)) => strings
                .into_iter()
                .map(|it| {
                    let edge = |edge| edge == Edge::AsciiWord;
                    Atom::literal(&it.text, ignore_case, edge(it.start), edge(it.end))
                })
                .collect(),
            None => vec![Atom::Pattern(pattern.clone())],
        }
    }

    /// Of a number that never is below 0, at least this; a bound that every text reaches is none.
    pub(super) fn reaches(quantity: Quantity, mut bound: Bound) -> Vec<Atom> {
        if quantity.is_count() {
            let whole = if bound.strict { libm::floor(bound.value) + 1.0 } else { libm::ceil(bound.value) };
            bound = Bound { value: whole, strict: false };
        }
        if let Quantity::Density(counted) = &quantity
            && Atom::reaches((**counted).clone(), Bound { value: 0.0, strict: true }).is_empty()
        {
            return Vec::new();
        }
        if !quantity.is_signed() && (bound.value < 0.0 || (bound.value == 0.0 && !bound.strict)) {
            return vec![Atom::Always];
        }
        match &quantity {
            Quantity::Count(pattern) if bound.value == 1.0 => Atom::pattern(pattern),
            Quantity::Count(pattern) if bound.value > 1.0 && pattern.occurs_once() => Vec::new(),
            Quantity::Sequences { .. } if bound.value > 1.0 => Vec::new(),
            Quantity::Keywords { keywords, .. } if keywords.is_empty() => Vec::new(),
            Quantity::Sequences { sequences, .. } if sequences.iter().all(Vec::is_empty) => Vec::new(),
            // A marker without a character stands everywhere.
            Quantity::Sequences { sequences, .. }
                if sequences.iter().any(|it| !it.is_empty() && it.iter().all(String::is_empty)) =>
            {
                vec![Atom::Always]
            }
            _ => vec![Atom::Reaches(quantity, bound)],
        }
    }

    /// Of what one must be so where a number of occurrences reaches a bound.
    pub(super) fn behind(&self) -> Vec<Atom> {
        match self {
            Atom::Reaches(Quantity::Count(pattern), _) => Atom::pattern(pattern),
            Atom::Reaches(Quantity::Density(counted), _) => match &**counted {
                Quantity::Count(pattern) => Atom::pattern(pattern),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
