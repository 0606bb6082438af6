//! Exemplars as a few prototypes, and how near a text is to them.

use serde::Deserialize;

use super::board::Vector;

/// How exemplars become prototypes and similarities one score.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scoring {
    /// Exemplars at least this similar are one prototype.
    pub cluster_similarity: f64,
    /// The largest clusters that stay.
    pub max_prototypes: usize,
    /// The weight of the best similarity; the rest is that of the mean over the `top` best.
    pub best_weight: f64,
    pub top: usize,
}

impl Default for Scoring {
    fn default() -> Scoring {
        Scoring { cluster_similarity: 0.9, max_prototypes: 8, best_weight: 0.75, top: 2 }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Prototypes {
    vectors: Vec<Vector>,
    best_weight: f64,
    top: usize,
}

impl Prototypes {
    /// Each exemplar joins the first cluster whose first member it is similar to, or founds one. A cluster's
    /// prototype is its medoid; the largest clusters stay, the earlier of equals.
    pub(super) fn of(exemplars: &[Vector], scoring: Scoring) -> Prototypes {
        let mut clusters: Vec<Vec<&Vector>> = Vec::new();
        for exemplar in exemplars {
            let near = clusters
                .iter_mut()
                .find(|cluster| similarity(cluster[0], exemplar) >= scoring.cluster_similarity);
            match near {
                Some(cluster) => cluster.push(exemplar),
                None => clusters.push(vec![exemplar]),
            }
        }
        // Stable, so the earlier of two equally large ones stays before the later.
        clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.len()));
        clusters.truncate(scoring.max_prototypes.max(1));
        let vectors = clusters.iter().map(|cluster| medoid(cluster).clone()).collect();
        Prototypes { vectors, best_weight: scoring.best_weight, top: scoring.top.max(1) }
    }

    /// `best_weight` times the best similarity plus the rest times the mean of the `top` best.
    pub(super) fn score(&self, query: &[f32]) -> f64 {
        let ranked = self.ranked(query);
        let top = &ranked[..self.top.min(ranked.len())];
        match top.first() {
            Some(best) => self.best_weight * best + (1.0 - self.best_weight) * mean(top),
            None => 0.0,
        }
    }

    pub(super) fn best(&self, query: &[f32]) -> f64 {
        self.ranked(query).first().copied().unwrap_or_default()
    }

    pub(super) fn mean(&self, query: &[f32]) -> f64 {
        mean(&self.ranked(query))
    }

    fn ranked(&self, query: &[f32]) -> Vec<f64> {
        let mut all: Vec<f64> = self.vectors.iter().map(|prototype| similarity(prototype, query)).collect();
        all.sort_by(|one, other| other.total_cmp(one));
        all
    }
}

/// The cosine of two vectors of length 1. Vectors of different sizes have nothing in common.
pub(super) fn similarity(one: &[f32], other: &[f32]) -> f64 {
    if one.len() != other.len() {
        return 0.0;
    }
    one.iter()
        .zip(other)
        .map(|(one, other)| f64::from(*one) * f64::from(*other))
        .sum::<f64>()
        .clamp(-1.0, 1.0)
}

/// The member that is most similar to all, the first of equals.
fn medoid<'v>(cluster: &[&'v Vector]) -> &'v Vector {
    let closeness = |member: &Vector| cluster.iter().map(|other| similarity(member, other)).sum::<f64>();
    let mut best = (cluster[0], closeness(cluster[0]));
    for member in &cluster[1..] {
        let closeness = closeness(member);
        if closeness > best.1 {
            best = (member, closeness);
        }
    }
    best.0
}

fn mean(numbers: &[f64]) -> f64 {
    if numbers.is_empty() { 0.0 } else { numbers.iter().sum::<f64>() / numbers.len() as f64 }
}
