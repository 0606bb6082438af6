//! Conditions as written: the tests they make, and their value with the confidence that goes with it.
//!
//! A condition lies in postfix in [`crate::graph::Recipe::code`]. The confidence is arithmetic over the tree as it
//! was written: the mean over an AND, the greatest over an OR, 1 for a NOT. Only what holds counts; of a condition
//! that is unknown, what is unknown vouches for nothing: an unknown leaf or NOT counts 0, an AND is the mean over
//! all its children, an OR the greatest over its unknown ones.

use serde::Serialize;

use crate::bounds::Bounds;
use crate::truth::{Span, Truth};
use crate::wire::wire;

/// One question to the readings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Test {
    /// The signal fired under the first name, or under one that counts as it (a domain's categories). The
    /// confidence is that of the first name.
    Fired { slots: Vec<u16> },
    /// The number at `slot` lies within the bounds; the confidence is 1.
    Bounded {
        slot: u16,
        bounds: Bounds,
        /// Where a failure of the detector is noted.
        error: u16,
        /// `on_error: match`: with no number and a failed detector, it holds.
        match_on_error: bool,
    },
    /// A condition that would multiply out to too many cubes: a stretch of the code.
    Derived { code: crate::graph::Stretch },
    /// The language knows no such kind of signal.
    Never,
}

wire!(enum Test {
    0 => Fired { slots },
    1 => Bounded { slot, bounds, error, match_on_error },
    2 => Derived { code },
    3 => Never,
});

/// One step of a condition in postfix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Op {
    Test(u16),
    Not,
    /// Of as many as the number says; `And(0)` holds, with confidence 0.
    And(u16),
    /// `Or(0)` does not hold.
    Or(u16),
}

wire!(enum Op { 0 => Test(it), 1 => Not, 2 => And(it), 3 => Or(it) });

/// What a condition comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Value {
    pub truth: Truth,
    pub confidence: f64,
}

/// Runs a condition. `leaf` says what a test comes to; `stack` is room to work in.
pub(crate) fn value(code: &[Op], stack: &mut Vec<Value>, leaf: impl Fn(u16) -> Value) -> Value {
    stack.clear();
    for op in code {
        let value = match *op {
            Op::Test(test) => leaf(test),
            Op::Not => {
                let truth = !stack.pop().unwrap_or_default().truth;
                Value { truth, confidence: if truth == Truth::True { 1.0 } else { 0.0 } }
            }
            Op::And(0) => Value { truth: Truth::True, confidence: 0.0 },
            Op::And(count) => {
                let children = top(stack, count);
                let truth = children.iter().map(|child| child.truth).min().unwrap_or_default();
                let sum = children.iter().fold(0.0, |sum, child| sum + child.confidence);
                stack.truncate(stack.len() - usize::from(count).min(stack.len()));
                Value { truth, confidence: sum / f64::from(count) }
            }
            Op::Or(count) => {
                let children = top(stack, count);
                let truth = children.iter().map(|child| child.truth).max().unwrap_or_default();
                let confidence = children.iter().filter(|child| child.truth == truth).fold(
                    None,
                    |best: Option<f64>, child| match best {
                        Some(best) if best >= child.confidence => Some(best),
                        _ => Some(child.confidence),
                    },
                );
                stack.truncate(stack.len() - usize::from(count).min(stack.len()));
                Value { truth, confidence: confidence.unwrap_or(0.0) }
            }
        };
        stack.push(value);
    }
    stack.pop().unwrap_or_default()
}

fn top<T>(stack: &[T], count: u16) -> &[T] {
    stack.get(stack.len().saturating_sub(usize::from(count))..).unwrap_or_default()
}

/// What a condition may still come to: its truth, and the least and the greatest confidence if it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Prospect {
    pub truth: Span,
    pub least: f64,
    pub most: f64,
}

impl Default for Prospect {
    fn default() -> Prospect {
        Prospect { truth: Span::just(Truth::False), least: 0.0, most: 0.0 }
    }
}

/// Runs a condition over what is still open.
pub(crate) fn prospect(code: &[Op], stack: &mut Vec<Prospect>, leaf: &dyn Fn(u16) -> Prospect) -> Prospect {
    stack.clear();
    for op in code {
        let value = match *op {
            Op::Test(test) => leaf(test),
            Op::Not => {
                let truth = !stack.pop().unwrap_or_default().truth;
                let full = |truth| if truth == Truth::True { 1.0 } else { 0.0 };
                Prospect { truth, least: full(truth.least), most: full(truth.most) }
            }
            Op::And(0) => Prospect { truth: Span::just(Truth::True), least: 0.0, most: 0.0 },
            Op::And(count) => {
                let children = top(stack, count);
                let all = children.iter().fold(
                    Prospect { truth: Span::just(Truth::True), least: 0.0, most: 0.0 },
                    |all, child| Prospect {
                        truth: all.truth.and(child.truth),
                        least: all.least + child.least,
                        most: all.most + child.most,
                    },
                );
                stack.truncate(stack.len() - usize::from(count).min(stack.len()));
                let count = f64::from(count);
                Prospect { least: all.least / count, most: all.most / count, ..all }
            }
            Op::Or(count) => {
                let children = top(stack, count);
                let truth = children.iter().fold(Span::just(Truth::False), |any, child| any.or(child.truth));
                // Who surely holds is surely counted; who cannot come to hold when it matters is not.
                let least = children
                    .iter()
                    .filter(|child| child.truth.least == truth.most)
                    .map(|child| child.least)
                    .reduce(f64::max)
                    .unwrap_or_else(|| {
                        children
                            .iter()
                            .filter(|child| child.truth.most >= truth.least)
                            .map(|child| child.least)
                            .reduce(f64::min)
                            .unwrap_or(0.0)
                    });
                let most = children
                    .iter()
                    .filter(|child| child.truth.most >= truth.least)
                    .map(|child| child.most)
                    .reduce(f64::max)
                    .unwrap_or(0.0);
                stack.truncate(stack.len() - usize::from(count).min(stack.len()));
                Prospect { truth, least, most }
            }
        };
        stack.push(value);
    }
    stack.pop().unwrap_or_default()
}
