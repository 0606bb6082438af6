//! What should exclude each other, and whether it does.
//!
//! A partition keeps the surest of its members, so it excludes whatever its thresholds are. The labels of one
//! classifier share a probability of 1: two bounds exclude each other if and only if they sum to more, or to 1 where one
//! of them must be passed. "Above 1/k" is enough only for two labels.

use std::collections::BTreeMap;

use wrp_graph::schema::Span;

use super::seen::Corpus;
use crate::oracle;
use crate::policy::{Bounds, Expr, Recipe};

/// Signals or labels of which at most one should hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub how: How,
    /// The prompts that speak of it.
    pub prompts: usize,
    /// Those on which two and more held before anything excluded them.
    pub contested: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// The surest stays: at most one fires.
    Argmax,
    /// The bounds exclude each other.
    Bounds,
    /// They do not: these labels can hold together, at these probabilities.
    Overlapping { labels: [String; 2], bounds: [f64; 2], at: [f64; 2] },
}

/// A label, the least probability that a route asks of it, and where.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) route: usize,
    pub(crate) label: String,
    pub(crate) bounds: Bounds,
    pub(crate) span: Span,
}

impl Asked {
    fn least(&self) -> f64 {
        self.bounds.gt.into_iter().chain(self.bounds.gte).fold(0.0, f64::max)
    }

    /// Whether some answer passes both, and which: the slack shared evenly.
    pub(crate) fn together(&self, other: &Asked) -> Option<[f64; 2]> {
        let slack = (1.0 - self.least() - other.least()) / 2.0;
        let at = [self.least() + slack.max(0.0), other.least() + slack.max(0.0)];
        let passes = oracle::holds(&self.bounds, at[0]) && oracle::holds(&other.bounds, at[1]);
        // A sum that should be 1 may be a little more.
        (slack > -1e-12 && passes).then_some(at)
    }
}

/// The labels that routes ask of each classifier, not under a NOT.
pub(crate) fn asked(recipe: &Recipe) -> BTreeMap<String, Vec<Asked>> {
    let mut asked = BTreeMap::<String, Vec<Asked>>::new();
    for (number, route) in recipe.routes.iter().enumerate() {
        positive(&route.when, &mut |leaf| {
            if let ("classifier", Some(label), Some(bounds)) =
                (leaf.kind.as_str(), &leaf.label, leaf.predicate)
                && bounds.gt.or(bounds.gte).is_some()
            {
                let it = Asked { route: number, label: label.clone(), bounds, span: leaf.span };
                asked.entry(leaf.name.clone()).or_default().push(it);
            }
        });
    }
    asked
}

fn positive(when: &Expr, visit: &mut dyn FnMut(&crate::policy::Leaf)) {
    match when {
        Expr::Leaf(leaf) => visit(leaf),
        Expr::And(items) | Expr::Or(items) => items.iter().for_each(|item| positive(item, visit)),
        Expr::Not(_) => {}
    }
}

pub(super) fn groups(recipe: &Recipe, corpus: &Corpus<'_>) -> Vec<Group> {
    let partitions = recipe.partitions.iter().map(|partition| {
        let keys: Vec<String> =
            partition.members.iter().map(|member| format!("{}:{}", partition.family, member.it)).collect();
        let raw = corpus.prompts.iter().zip(&corpus.raw).filter(|(recorded, _)| !recorded.settled);
        let fires =
            |raw: &oracle::Readings, key: &String| raw.get(key).is_some_and(|reading| reading.matched);
        let (mut prompts, mut contested) = (0, 0);
        for (recorded, raw) in raw {
            prompts += usize::from(keys.iter().any(|key| recorded.scores.contains_key(key)));
            contested += usize::from(keys.iter().filter(|key| fires(raw, key)).count() > 1);
        }
        Group { name: partition.name.it.clone(), how: How::Argmax, prompts, contested }
    });
    let classifiers = asked(recipe).into_iter().flat_map(|(name, asked)| labels(&name, &asked, corpus));
    partitions.chain(classifiers).collect()
}

/// Every two labels that routes apart ask for; one group where all of them exclude each other.
fn labels(name: &str, asked: &[Asked], corpus: &Corpus<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut pairs = 0;
    for (at, one) in asked.iter().enumerate() {
        for other in
            asked[at + 1..].iter().filter(|other| other.label != one.label && other.route != one.route)
        {
            pairs += 1;
            let Some(at) = one.together(other) else { continue };
            let keys = [one, other].map(|it| format!("classifier:{name}:{}", it.label));
            let (mut prompts, mut contested) = (0, 0);
            for raw in &corpus.raw {
                let numbers = [0, 1].map(|side| raw.get(&keys[side]).and_then(|reading| reading.value));
                if let [Some(first), Some(second)] = numbers {
                    prompts += 1;
                    let both = oracle::holds(&one.bounds, first) && oracle::holds(&other.bounds, second);
                    contested += usize::from(both);
                }
            }
            let labels = [one.label.clone(), other.label.clone()];
            let how = How::Overlapping { labels, bounds: [one.least(), other.least()], at };
            groups.push(Group { name: name.to_owned(), how, prompts, contested });
        }
    }
    if groups.is_empty() && pairs > 0 {
        groups.push(Group { name: name.to_owned(), how: How::Bounds, prompts: 0, contested: 0 });
    }
    groups
}
