//! What a condition comes to.

use wrp_graph::signal;

use super::World;
use crate::policy::{Bounds, Expr, Leaf, Semantics};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
    True,
}

impl World<'_> {
    /// The truth of a condition and the confidence in it.
    pub(super) fn evaluate(&self, when: &Expr) -> (Truth, f64) {
        match when {
            Expr::Leaf(leaf) => match self.leaf(leaf) {
                (Truth::True, confidence) => (Truth::True, confidence),
                (other, _) => (other, 0.0),
            },
            Expr::Not(inner) => match self.evaluate(inner).0 {
                Truth::False => (Truth::True, 1.0),
                Truth::Unknown => (Truth::Unknown, 0.0),
                Truth::True => (Truth::False, 0.0),
            },
            Expr::And(items) if items.is_empty() => (Truth::True, 0.0),
            Expr::And(items) => {
                let mut least = Truth::True;
                let mut sum = 0.0;
                for item in items {
                    let (truth, confidence) = self.evaluate(item);
                    least = least.min(truth);
                    sum += confidence;
                }
                (least, sum / items.len() as f64)
            }
            Expr::Or(items) => {
                let mut best = (Truth::False, 0.0);
                for item in items {
                    let (truth, confidence) = self.evaluate(item);
                    if truth > best.0 || (truth == best.0 && confidence > best.1) {
                        best = (truth, confidence);
                    }
                }
                best
            }
        }
    }

    pub(super) fn leaf(&self, leaf: &Leaf) -> (Truth, f64) {
        if leaf.kind != "projection" && signal::find(&leaf.kind).is_none() {
            return (Truth::False, 0.0);
        }
        let key = format!("{}:{}", leaf.kind, leaf.name);
        match &leaf.predicate {
            Some(bounds) => (self.predicate(leaf, &key, bounds), 1.0),
            None => (self.fired(leaf, &key), self.reading(&key).confidence.unwrap_or(1.0)),
        }
    }

    /// A domain fires under its own name or under one of its categories.
    fn fired(&self, leaf: &Leaf, key: &str) -> Truth {
        let mut keys = vec![key.to_owned()];
        if leaf.kind == "domain" {
            for signal in &self.recipe.signals {
                if signal.kind.name == "domain" && signal.name.it == leaf.name {
                    let categories = signal.fields.texts("mmlu_categories");
                    keys.extend(categories.into_iter().map(|category| format!("domain:{}", category.it)));
                }
            }
        }
        let truth = |key: &String| match self.reading(key).matched {
            _ if self.is_unknown(key) => Truth::Unknown,
            true => Truth::True,
            false => Truth::False,
        };
        keys.iter().map(truth).max().unwrap_or(Truth::False)
    }

    fn predicate(&self, leaf: &Leaf, key: &str, bounds: &Bounds) -> Truth {
        let labelled = leaf.label.as_ref().map_or_else(|| key.to_owned(), |label| format!("{key}:{label}"));
        let failed = self.reading(key).failed;
        if self.semantics == Semantics::Strict && (failed || self.reading(&labelled).failed) {
            return if leaf.match_on_error { Truth::True } else { Truth::Unknown };
        }
        let reading = self.reading(&labelled);
        let holds = match reading.value.or(reading.confidence) {
            Some(number) => number.is_finite() && within(bounds, number),
            None => failed && leaf.match_on_error,
        };
        if holds { Truth::True } else { Truth::False }
    }
}

/// Whether a number lies within all bounds that are present.
pub fn within(bounds: &Bounds, number: f64) -> bool {
    above(bounds, number) && below(bounds, number)
}

pub(super) fn above(bounds: &Bounds, number: f64) -> bool {
    bounds.gt.is_none_or(|bound| number > bound) && bounds.gte.is_none_or(|bound| number >= bound)
}

pub(super) fn below(bounds: &Bounds, number: f64) -> bool {
    bounds.lt.is_none_or(|bound| number < bound) && bounds.lte.is_none_or(|bound| number <= bound)
}
