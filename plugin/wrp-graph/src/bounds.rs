//! A numeric gate: `predicate: { gte: 4, lt: 10 }`, a comparison in a condition, a band of a mapping.

use serde::Serialize;

#[cfg(feature = "build")]
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Trouble};
use crate::wire::wire;

/// Every bound that is present must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bounds {
    pub gt: Option<f64>,
    pub gte: Option<f64>,
    pub lt: Option<f64>,
    pub lte: Option<f64>,
}

wire!(Bounds { gt, gte, lt, lte });

impl Bounds {
    pub fn hold(&self, number: f64) -> bool {
        number.is_finite() && self.above(number) && self.below(number)
    }

    pub fn above(&self, number: f64) -> bool {
        self.gt.is_none_or(|bound| number > bound) && self.gte.is_none_or(|bound| number >= bound)
    }

    pub fn below(&self, number: f64) -> bool {
        self.lt.is_none_or(|bound| number < bound) && self.lte.is_none_or(|bound| number <= bound)
    }

    /// How far the nearest bound is; infinite without bounds.
    pub fn distance(&self, number: f64) -> f64 {
        [self.gt, self.gte, self.lt, self.lte]
            .into_iter()
            .flatten()
            .map(|bound| (number - bound).abs())
            .fold(f64::INFINITY, f64::min)
    }

    /// How clearly a value that holds does so: a sigmoid over its distance to the first bound present, in the
    /// order `gt`, `gte`, `lt`, `lte`, as the reference computes it.
    pub fn confidence(&self, value: f64, slope: f64) -> f64 {
        let first = self.gt.or(self.gte).or(self.lt).or(self.lte);
        let distance = first.map_or(1.0, |bound| libm::fabs(value - bound));
        (1.0 / (1.0 + libm::exp(-slope * distance))).max(0.5)
    }
}

/// The fields of a `predicate`.
#[cfg(feature = "build")]
pub static FIELDS: &[Field] = &[
    Field { name: "gt", shape: NUMBER, required: false, doc: "The value must be greater." },
    Field { name: "gte", shape: NUMBER, required: false, doc: "The value must be greater or equal." },
    Field { name: "lt", shape: NUMBER, required: false, doc: "The value must be less." },
    Field { name: "lte", shape: NUMBER, required: false, doc: "The value must be less or equal." },
];

#[cfg(feature = "build")]
const NUMBER: Shape = Shape::Number(f64::MIN, f64::MAX);

#[cfg(feature = "build")]
impl Bounds {
    pub fn read(fields: &Fields) -> Bounds {
        Bounds {
            gt: fields.number("gt"),
            gte: fields.number("gte"),
            lt: fields.number("lt"),
            lte: fields.number("lte"),
        }
    }

    /// What the reference's validator holds against a predicate.
    pub fn check(fields: &Fields, problems: &mut Vec<Problem>) {
        let bounds = Bounds::read(fields);
        let problem = |gravity, message: &str, help: &str| {
            Problem::new(Trouble::Invalid, gravity, fields.span, message).help(help)
        };
        if bounds == Bounds::default() {
            problems.push(problem(
                Gravity::Refused,
                "this predicate has no bound",
                "write at least one of `gt`, `gte`, `lt`, `lte`",
            ));
        }
        if bounds.gt.is_some() && bounds.gte.is_some() {
            problems.push(problem(Gravity::Refused, "`gt` and `gte` both bound from below", "keep one"));
        }
        if bounds.lt.is_some() && bounds.lte.is_some() {
            problems.push(problem(Gravity::Refused, "`lt` and `lte` both bound from above", "keep one"));
        }
    }
}
