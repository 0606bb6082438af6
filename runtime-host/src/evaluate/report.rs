//! What was said of a set's cases, as numbers with intervals.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::measure::{Counts, Estimate, area_under_curve, calibration_error, estimate, percentile};
use super::run::Said;
use super::set::{Half, Set};

#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub set: String,
    pub family: String,
    /// What answered: models, or exemplars.
    pub form: String,
    pub half: Half,
    pub cases: usize,
    pub accuracy: Option<Estimate>,
    /// The mean over labels, each counting the same.
    pub macro_f1: Option<Estimate>,
    /// Of the cases in which nothing should fire, the share in which something did.
    pub false_positive_rate: Option<Estimate>,
    /// Of a case with a label scoring higher under it than one without; the mean over labels.
    pub area_under_curve: Option<Estimate>,
    /// Of the predicted label's score. Only where scores are shares of one.
    pub calibration_error: Option<Estimate>,
    pub labels: Vec<OfLabel>,
    /// Rows are what is so, columns what was said, both in the order of `names`.
    pub confusion: Confusion,
    pub latency_ms: Latency,
}

#[derive(Clone, Debug, Serialize)]
pub struct OfLabel {
    pub label: String,
    pub cases: usize,
    pub precision: Option<Estimate>,
    pub recall: Option<Estimate>,
    pub f1: Option<Estimate>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Confusion {
    pub names: Vec<String>,
    pub rows: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p99: Option<f64>,
}

/// Whether what fired is what should have.
fn right(said: &Said) -> bool {
    said.predicted == said.label
}

pub fn report(set: &Set, half: Half, form: String, said: &[Said], seed: u64) -> Report {
    let otherwise = &set.header.otherwise;
    let labels = set.labels();
    let of = |label: &str, cases: &[Said]| {
        Counts::of(cases.iter().map(|said| (said.label == label, said.predicted == label)))
    };
    let macro_f1 = |cases: &[Said]| {
        let all: Vec<f64> = labels.iter().filter_map(|label| of(label, cases).f1()).collect();
        mean(&all)
    };
    let alarms = |cases: &[Said]| {
        let pairs = cases.iter().map(|said| (said.label != *otherwise, said.predicted != *otherwise));
        Counts::of(pairs).false_positive_rate()
    };
    let latencies: Vec<f64> = said.iter().map(|said| said.took_ms).collect();
    Report {
        set: set.header.name.clone(),
        family: set.header.family.clone(),
        form,
        half,
        cases: said.len(),
        accuracy: estimate(said, seed, |cases| share(cases.iter().map(right))),
        macro_f1: estimate(said, seed, macro_f1),
        false_positive_rate: estimate(said, seed, alarms),
        area_under_curve: estimate(said, seed, |cases| curve(&labels, cases)),
        calibration_error: estimate(said, seed, calibration),
        labels: labels
            .iter()
            .map(|label| OfLabel {
                label: label.clone(),
                cases: said.iter().filter(|said| said.label == *label).count(),
                precision: estimate(said, seed, |cases| of(label, cases).precision()),
                recall: estimate(said, seed, |cases| of(label, cases).recall()),
                f1: estimate(said, seed, |cases| of(label, cases).f1()),
            })
            .collect(),
        confusion: confusion(said),
        latency_ms: Latency {
            p50: percentile(&latencies, 0.5),
            p90: percentile(&latencies, 0.9),
            p99: percentile(&latencies, 0.99),
        },
    }
}

fn share(right: impl Iterator<Item = bool>) -> Option<f64> {
    mean(&right.map(|right| f64::from(u8::from(right))).collect::<Vec<_>>())
}

fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

pub(super) fn score(said: &Said, label: &str) -> Option<f64> {
    said.scores.iter().find(|(name, _)| name == label).map(|(_, score)| *score)
}

/// One against the rest, for every label that somebody scores. Who is silent about a label scores it 0.
fn curve(labels: &[String], cases: &[Said]) -> Option<f64> {
    let of_label = |label: &String| {
        let scored = cases.iter().any(|said| score(said, label).is_some());
        let pairs = cases.iter().map(|said| (score(said, label).unwrap_or(0.0), said.label == *label));
        scored.then(|| area_under_curve(&pairs.collect::<Vec<_>>())).flatten()
    };
    mean(&labels.iter().filter_map(of_label).collect::<Vec<_>>())
}

fn calibration(cases: &[Said]) -> Option<f64> {
    let whole = |said: &Said| (said.scores.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-3;
    if cases.is_empty() || !cases.iter().all(whole) {
        return None;
    }
    let claims = cases.iter().filter_map(|said| {
        let best = said.scores.iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some((best.1, best.0 == said.label))
    });
    Some(calibration_error(&claims.collect::<Vec<_>>()))
}

fn confusion(said: &[Said]) -> Confusion {
    let mut names: Vec<String> =
        said.iter().flat_map(|said| [said.label.clone(), said.predicted.clone()]).collect();
    names.sort();
    names.dedup();
    let mut counts = BTreeMap::<(&str, &str), usize>::new();
    for said in said {
        *counts.entry((&said.label, &said.predicted)).or_default() += 1;
    }
    let count = |so: &String, said: &String| counts.get(&(so.as_str(), said.as_str())).copied().unwrap_or(0);
    let rows = names.iter().map(|so| names.iter().map(|said| count(so, said)).collect()).collect();
    Confusion { names, rows }
}

impl Report {
    /// The row of this set in the overview of [`overview`].
    fn row(&self) -> [String; 9] {
        [
            self.set.clone(),
            self.form.clone(),
            self.cases.to_string(),
            percent(self.accuracy),
            percent(self.macro_f1),
            percent(self.false_positive_rate),
            fraction(self.area_under_curve),
            fraction(self.calibration_error),
            self.latency_ms
                .p50
                .zip(self.latency_ms.p99)
                .map_or_else(dash, |(half, most)| format!("{half:.1} / {most:.1}")),
        ]
    }

    /// Precision and recall of every label, and what was taken for what.
    pub fn details(&self) -> String {
        let mut out = format!("### {}\n\n", self.set);
        let rows = self.labels.iter().map(|of| {
            [
                of.label.clone(),
                of.cases.to_string(),
                percent(of.precision),
                percent(of.recall),
                percent(of.f1),
            ]
        });
        table(&mut out, ["label", "cases", "precision", "recall", "F1"], rows);
        let mistakes = self.confusion.rows.iter().zip(&self.confusion.names).flat_map(|(row, so)| {
            let cells = row.iter().zip(&self.confusion.names);
            cells
                .filter(move |(count, said)| **count > 0 && *said != so)
                .map(move |(count, said)| format!("{so} → {said}: {count}"))
        });
        let mistakes: Vec<String> = mistakes.collect();
        if !mistakes.is_empty() {
            let _ = writeln!(out, "\nMistakes: {}.", mistakes.join(", "));
        }
        out
    }
}

/// One row a set, as a table that is readable as it is.
pub fn overview(reports: &[Report]) -> String {
    let mut out = String::new();
    let names =
        ["set", "by", "cases", "accuracy %", "macro F1 %", "false alarms %", "AUC", "ECE", "ms p50 / p99"];
    table(&mut out, names, reports.iter().map(Report::row));
    out
}

fn table<const N: usize>(out: &mut String, names: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    let _ = writeln!(out, "| {} |\n|{}", names.join(" | "), "---|".repeat(N));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}

fn dash() -> String {
    "–".to_owned()
}

fn percent(estimate: Option<Estimate>) -> String {
    let shown = |it: Estimate| format!("{:.1} [{:.1}, {:.1}]", it.value * 1e2, it.low * 1e2, it.high * 1e2);
    estimate.map_or_else(dash, shown)
}

fn fraction(estimate: Option<Estimate>) -> String {
    let shown = |it: Estimate| format!("{:.3} [{:.3}, {:.3}]", it.value, it.low, it.high);
    estimate.map_or_else(dash, shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(label: &str, predicted: &str, share: f64) -> Said {
        let scores = vec![("a".to_owned(), share), ("none".to_owned(), 1.0 - share)];
        Said { label: label.to_owned(), predicted: predicted.to_owned(), scores, took_ms: 2.0 }
    }

    #[test]
    fn a_report_counts_what_was_said() {
        let header = r#"{"name":"s","family":"f","otherwise":"none"}"#;
        let cases =
            ["a", "a", "none", "none"].map(|label| format!("{{\"text\":\"x\",\"label\":\"{label}\"}}"));
        let set = Set::parse(&format!("{header}\n{}", cases.join("\n"))).expect("a set");
        let all =
            [said("a", "a", 0.9), said("a", "none", 0.3), said("none", "a", 0.6), said("none", "none", 0.1)];
        let report = report(&set, Half::All, "a script".to_owned(), &all, 1);
        let value = |estimate: Option<Estimate>| estimate.expect("an estimate").value;
        assert_eq!(value(report.accuracy), 0.5);
        assert_eq!(value(report.false_positive_rate), 0.5);
        assert_eq!(value(report.macro_f1), 0.5);
        // Of `a`'s four pairs three are in order, and the same of its opposite's.
        assert_eq!(value(report.area_under_curve), 0.75);
        // Claims 0.9 right, 0.7 wrong, 0.6 wrong, 0.9 right, in three bins.
        assert!((value(report.calibration_error) - (0.2 + 0.7 + 0.6) / 4.0).abs() < 1e-9);
        assert_eq!(report.confusion.names, ["a", "none"]);
        assert_eq!(report.confusion.rows, [[1, 1], [1, 1]]);
        assert_eq!(report.latency_ms.p99, Some(2.0));
        assert!(report.details().contains("Mistakes: a → none: 1, none → a: 1."), "{}", report.details());
        assert!(overview(&[report]).contains("| s | a script | 4 | 50.0 ["));
    }
}
