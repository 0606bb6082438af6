#![doc = include_str!("assert.md")]

use wrp_graph::schema::{Span, Spanned};

use super::Kind;
use super::attribute::{Attribute, Fact, Scalar, listed};
use super::path::{Known, Path};
use crate::policy::Expr;
pub use crate::syntax::ast::Operator;

pub(super) static KIND: Kind = Kind { name: "ASSERT", page: include_str!("assert.md"), fields: &[] };

/// For each request on which the condition holds, each path that it can take is as required.
#[derive(Clone, Debug)]
pub struct Assertion {
    pub name: Spanned<String>,
    /// The whole block.
    pub span: Span,
    pub description: Option<String>,
    /// `And([])` where no condition is written: always.
    pub when: Expr,
    /// All REQUIRE lines together.
    pub require: Requirement,
}

/// What a path must be like. Lists are not empty.
#[derive(Clone, Debug)]
pub enum Requirement {
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
    Not(Box<Requirement>),
    Compare(Comparison),
    /// What could not be understood. That is an error, so the policy does not compile; here it counts as satisfied, so
    /// that nothing else is said because of it.
    Unclear,
}

#[derive(Clone, Debug)]
pub struct Comparison {
    pub attribute: Attribute,
    pub operator: Operator,
    /// One, but for `IN`.
    pub values: Vec<Spanned<Scalar>>,
    pub span: Span,
}

/// Whether a path is as required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Fails {
        /// The attribute that is not as required; of several, the first.
        attribute: String,
        /// What it is, or why nobody can say.
        found: String,
        wanted: String,
    },
}

impl Verdict {
    pub fn holds(&self) -> bool {
        *self == Verdict::Holds
    }

    /// Why it fails, in a line.
    pub fn reason(&self) -> Option<String> {
        match self {
            Verdict::Holds => None,
            Verdict::Fails { attribute, found, wanted } => {
                Some(format!("`{attribute}` is {found}, and must be {wanted}"))
            }
        }
    }
}

impl Requirement {
    /// Judges a path. NOT goes down to the comparisons first, so that none is satisfied by what is not known.
    pub fn judge(&self, path: &Path<'_>) -> Verdict {
        self.failure(path, false).unwrap_or(Verdict::Holds)
    }

    /// Every comparison in source order.
    pub fn comparisons(&self) -> Vec<&Comparison> {
        match self {
            Requirement::All(items) | Requirement::Any(items) => {
                items.iter().flat_map(Requirement::comparisons).collect()
            }
            Requirement::Not(inner) => inner.comparisons(),
            Requirement::Unclear => Vec::new(),
            Requirement::Compare(comparison) => vec![comparison],
        }
    }

    fn failure(&self, path: &Path<'_>, negated: bool) -> Option<Verdict> {
        match (self, negated) {
            (Requirement::Not(inner), _) => inner.failure(path, !negated),
            (Requirement::Compare(comparison), _) => comparison.failure(path, negated),
            (Requirement::Unclear, _) => None,
            (Requirement::All(items), false) | (Requirement::Any(items), true) => {
                items.iter().find_map(|item| item.failure(path, negated))
            }
            (Requirement::Any(items), false) | (Requirement::All(items), true) => {
                let mut first = None;
                for item in items {
                    let failure = item.failure(path, negated)?;
                    first.get_or_insert(failure);
                }
                first
            }
        }
    }
}

impl Comparison {
    fn failure(&self, path: &Path<'_>, negated: bool) -> Option<Verdict> {
        let found = match path.known(&self.attribute) {
            Known::Irrelevant => return None,
            Known::Missing(why) => format!("unknown, since {why}"),
            Known::Fact(fact) if self.holds(&fact) != negated => return None,
            Known::Fact(fact) => fact.describe(),
        };
        Some(Verdict::Fails { attribute: self.attribute.name.clone(), found, wanted: self.wanted(negated) })
    }

    fn holds(&self, fact: &Fact) -> bool {
        let any = |test: &dyn Fn(&Scalar) -> bool| self.values.iter().any(|value| test(&value.it));
        let order = |test: fn(f64, f64) -> bool| match fact {
            Fact::One(Scalar::Number(number)) => {
                any(&|value| matches!(value, Scalar::Number(bound) if test(*number, *bound)))
            }
            _ => false,
        };
        let equal = || any(&|value| matches!(fact, Fact::One(it) if it == value));
        match self.operator {
            Operator::Equal | Operator::In => equal(),
            Operator::NotEqual => !equal(),
            Operator::Less => order(|one, other| one < other),
            Operator::AtMost => order(|one, other| one <= other),
            Operator::Greater => order(|one, other| one > other),
            Operator::AtLeast => order(|one, other| one >= other),
            Operator::Has => any(&|value| match (fact, value) {
                (Fact::Many(texts), Scalar::Text(text)) => texts.contains(text),
                _ => false,
            }),
        }
    }

    /// Behind "must be".
    fn wanted(&self, negated: bool) -> String {
        let values = listed(&self.values);
        let (plain, opposite) = match self.operator {
            Operator::Equal => ("", "other than "),
            Operator::NotEqual => ("other than ", ""),
            Operator::Less => ("less than ", "at least "),
            Operator::AtMost => ("at most ", "more than "),
            Operator::Greater => ("more than ", "at most "),
            Operator::AtLeast => ("at least ", "less than "),
            Operator::In => ("one of ", "none of "),
            Operator::Has => ("a list with ", "a list without "),
        };
        format!("{}{values}", if negated { opposite } else { plain })
    }
}
