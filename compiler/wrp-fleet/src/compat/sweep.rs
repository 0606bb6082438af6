//! Two pools under a boundary B and a compression γ, and the front of boundaries.

use super::calibrate::{Calibration, calibrate, min_instances};
use crate::hardware::Profile;
use crate::queueing::p99_wait_s;
use crate::workload::Cdf;

#[derive(Clone, Debug)]
pub struct Setting<'p> {
    pub short: &'p Profile,
    pub long: &'p Profile,
    pub boundary: u32,
    pub bound_ms: f64,
    pub long_context: u32,
    /// The share of requests between B and γB that may be compressed.
    pub compressible: f64,
    /// The share of instances that are up.
    pub availability: f64,
}

/// One γ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    pub gamma: f64,
    /// The share of requests that the short pool serves.
    pub short_share: f64,
    pub short: u32,
    pub long: u32,
    pub price_per_hour: f64,
    pub short_p99_ms: f64,
    pub long_p99_ms: f64,
    pub meets: bool,
}

impl Row {
    pub fn instances(&self) -> u32 {
        self.short + self.long
    }

    /// Thousands a year.
    pub fn price_k_per_year(&self) -> f64 {
        self.price_per_hour * 8760.0 / 1000.0
    }
}

/// 1.0, 1.1, … 2.0.
pub fn gammas() -> Vec<f64> {
    (0..=10).map(|tenth| f64::from(10 + tenth) / 10.0).collect()
}

/// Cheapest first; equal prices in the order of `gammas`.
pub fn sweep(cdf: &Cdf, rate: f64, setting: &Setting<'_>, gammas: &[f64]) -> Vec<Row> {
    let short = calibrate(&setting.short_cdf(cdf), setting.boundary, setting.short, 1);
    let mut rows: Vec<Row> = gammas.iter().map(|&gamma| setting.row(cdf, rate, &short, gamma)).collect();
    rows.sort_by(|one, other| one.price_per_hour.total_cmp(&other.price_per_hour));
    rows
}

impl Setting<'_> {
    /// The population of the short pool: what is at most B, without what is compressed to fit.
    pub(super) fn short_cdf(&self, cdf: &Cdf) -> Cdf {
        let below: Vec<_> = cdf.knots().iter().filter(|knot| knot.tokens <= self.boundary).collect();
        let whole = below.last().map_or(0.0, |knot| knot.share);
        let scaled = below.iter().map(|knot| (knot.tokens, knot.share / whole));
        Cdf::new(scaled).unwrap_or_else(|_| point(self.boundary))
    }

    /// The population of the long pool: what is above γB, without what is left of that between.
    pub(super) fn long_cdf(&self, cdf: &Cdf, compressed_to: u32) -> Option<Cdf> {
        let below = cdf.share(compressed_to);
        let rest = 1.0 - below;
        if rest <= 1e-6 {
            return None;
        }
        let above = cdf.knots().iter().filter(|knot| knot.tokens > compressed_to);
        Cdf::new(above.map(|knot| (knot.tokens, ((knot.share - below) / rest).clamp(0.0, 1.0)))).ok()
    }

    /// Where γ moves the boundary, and the shares of both pools.
    pub(super) fn shares(&self, cdf: &Cdf, gamma: f64) -> (u32, f64) {
        let compressed_to = (gamma * f64::from(self.boundary)) as u32;
        let below = cdf.share(self.boundary);
        let between = (cdf.share(compressed_to) - below).max(0.0);
        (compressed_to, (below + between * self.compressible).min(1.0))
    }

    fn row(&self, cdf: &Cdf, rate: f64, short: &Calibration, gamma: f64) -> Row {
        const NOBODY: f64 = 0.01;
        let (compressed_to, short_share) = self.shares(cdf, gamma);
        let (short_rate, long_rate) = (short_share * rate, (1.0 - short_share) * rate);
        let long = match self.long_cdf(cdf, compressed_to) {
            Some(cdf) => calibrate(&cdf, self.long_context, self.long, compressed_to.max(1)),
            None => Calibration { rate: 0.01, scv: 1.0, slots: 1, prefill_s: 0.0 },
        };
        let bound_s = self.bound_ms / 1000.0;
        let up = |instances: u32| (f64::from(instances) / self.availability).ceil() as u32;
        let shorts = up(min_instances(short_rate, bound_s, short));
        let longs = if long_rate > NOBODY { up(min_instances(long_rate, bound_s, &long)) } else { 0 };
        let p99_ms = |instances: u32, rate: f64, pool: &Calibration| {
            let slot_rate = pool.rate / f64::from(pool.slots);
            let wait = p99_wait_s(instances.saturating_mul(pool.slots), rate, slot_rate, pool.scv);
            (wait + pool.prefill_s) * 1000.0
        };
        let short_p99_ms = p99_ms(shorts, short_rate, short);
        let long_p99_ms = if long_rate > NOBODY { p99_ms(longs, long_rate, &long) } else { 0.0 };
        Row {
            gamma,
            short_share,
            short: shorts,
            long: longs,
            price_per_hour: f64::from(shorts) * self.short.price_per_hour
                + f64::from(longs) * self.long.price_per_hour,
            short_p99_ms,
            long_p99_ms,
            meets: short_p99_ms <= self.bound_ms && long_p99_ms <= self.bound_ms,
        }
    }
}

fn point(tokens: u32) -> Cdf {
    Cdf::new([(tokens.max(1), 1.0)]).expect("one knot of share 1 is a distribution")
}

/// One boundary of the front.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundaryRow {
    pub boundary: u32,
    /// The share of requests that are at most B.
    pub share: f64,
    pub row: Row,
    pub saving_percent: f64,
    /// Whether no other boundary is both cheaper and faster.
    pub on_front: bool,
}

impl BoundaryRow {
    pub fn worst_p99_ms(&self) -> f64 {
        self.row.short_p99_ms.max(self.row.long_p99_ms)
    }
}

/// The fleet without a boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homogeneous {
    pub row: Row,
}

/// Every knot that splits the requests as a boundary, at γ = 1; the setting's own boundary is not read.
pub fn pareto(cdf: &Cdf, rate: f64, setting: &Setting<'_>) -> (Homogeneous, Vec<BoundaryRow>) {
    let at = |boundary: u32| {
        let setting = Setting { boundary, ..setting.clone() };
        sweep(cdf, rate, &setting, &[1.0])[0]
    };
    let whole = at(setting.long_context);
    let knots = cdf.knots();
    let mut rows: Vec<BoundaryRow> = knots[..knots.len() - 1]
        .iter()
        .map(|knot| (knot.tokens, cdf.share(knot.tokens)))
        .filter(|(_, share)| (0.01..=0.999).contains(share))
        .map(|(boundary, share)| {
            let row = at(boundary);
            let saving_percent = (whole.price_per_hour - row.price_per_hour) / whole.price_per_hour * 100.0;
            BoundaryRow { boundary, share, row, saving_percent, on_front: false }
        })
        .collect();
    let points: Vec<(f64, f64)> =
        rows.iter().map(|row| (row.row.price_per_hour, row.worst_p99_ms())).collect();
    for row in &mut rows {
        let (price, p99) = (row.row.price_per_hour, row.worst_p99_ms());
        row.on_front = !points.iter().any(|other| other.0 < price && other.1 < p99);
    }
    (Homogeneous { row: whole }, rows)
}
