//! One population over two pools: a boundary B, and a compression γ of what lies just above it.

use super::{Bounds, Demand, Population, Sized, size, with_spares};
use crate::hardware::Profile;
use crate::workload::Cdf;

/// Requests up to B are short. Of those up to γB, the compressible share is cut to B and served as short; the rest of
/// them and all longer ones are long.
#[derive(Clone, Debug)]
pub struct TwoPool<'p> {
    pub short: &'p Profile,
    pub long: &'p Profile,
    pub long_context: u32,
    pub compressible: f64,
    pub prompt_share: f64,
    pub bounds: Bounds,
    pub availability: f64,
}

/// One (γ, B).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    pub boundary: u32,
    pub gamma: f64,
    /// The share of requests that the short pool serves.
    pub short_share: f64,
    /// Absent where a pool has nobody to serve.
    pub short: Option<Sized>,
    pub long: Option<Sized>,
    pub price_per_hour: f64,
    pub power_w: f64,
    /// Output tokens per joule.
    pub tokens_per_watt: f64,
    pub meets: bool,
}

impl Cell {
    pub fn instances(&self) -> u32 {
        self.short.map_or(0, |pool| pool.instances) + self.long.map_or(0, |pool| pool.instances)
    }

    pub fn worst_p99_s(&self) -> f64 {
        [self.short, self.long].into_iter().flatten().map(|pool| pool.ttft_p99_s).fold(0.0, f64::max)
    }
}

impl TwoPool<'_> {
    pub fn populations(&self, cdf: &Cdf, boundary: u32, gamma: f64) -> (Population, Population) {
        let up_to = ((gamma * f64::from(boundary)) as u32).max(boundary);
        let between = Population::between(cdf, boundary, up_to, self.prompt_share);
        let short = Population::between(cdf, 0, boundary, self.prompt_share)
            .and(between.clone().compressed(self.compressible, boundary));
        let long = Population::between(cdf, up_to, u32::MAX, self.prompt_share)
            .and(between.scaled(1.0 - self.compressible));
        (short, long)
    }

    pub fn cell(&self, cdf: &Cdf, rate: f64, boundary: u32, gamma: f64) -> Cell {
        let (short, long) = self.populations(cdf, boundary, gamma);
        let mut cell = Cell {
            boundary,
            gamma,
            short_share: short.mass(),
            short: None,
            long: None,
            price_per_hour: 0.0,
            power_w: 0.0,
            tokens_per_watt: 0.0,
            meets: true,
        };
        let mut tokens = 0.0;
        let pools = [(&short, self.short, boundary), (&long, self.long, self.long_context)];
        for (nth, (population, profile, context)) in pools.into_iter().enumerate() {
            // What is left by rounding is nobody.
            if population.mass() <= 1e-9 {
                continue;
            }
            let Some(demand) = Demand::new(population, profile, context) else {
                cell.meets = false;
                cell.price_per_hour = f64::INFINITY;
                continue;
            };
            let rate = rate * demand.mass;
            let mut pool = size(rate, &demand, profile, &self.bounds);
            pool.instances = with_spares(pool.instances, self.availability);
            let watts = profile.power.watts((pool.active as u32).max(1), None);
            cell.price_per_hour += f64::from(pool.instances) * profile.price_per_hour;
            cell.power_w += f64::from(pool.instances) * watts;
            cell.meets &= pool.meets;
            tokens += rate * demand.answer_tokens;
            *[&mut cell.short, &mut cell.long][nth] = Some(pool);
        }
        cell.tokens_per_watt = if cell.power_w > 0.0 { tokens / cell.power_w } else { 0.0 };
        cell
    }

    /// Every boundary with every γ, row by row.
    pub fn grid(&self, cdf: &Cdf, rate: f64, boundaries: &[u32], gammas: &[f64]) -> Vec<Cell> {
        let cells =
            boundaries.iter().flat_map(|boundary| gammas.iter().map(move |gamma| (*boundary, *gamma)));
        cells.map(|(boundary, gamma)| self.cell(cdf, rate, boundary, gamma)).collect()
    }

    /// The cheapest that meets the bounds, else the cheapest; of equals the first.
    pub fn best(cells: &[Cell]) -> Option<&Cell> {
        let dearer = |cell: &&Cell, best: &&Cell| {
            (!cell.meets, cell.price_per_hour) < (!best.meets, best.price_per_hour)
        };
        cells.iter().reduce(|best, cell| if dearer(&cell, &best) { cell } else { best })
    }
}

/// Boundaries at γ, and which of them no other beats in both price and P99.
#[derive(Clone, Debug, PartialEq)]
pub struct Front {
    /// All requests in one pool.
    pub whole: Cell,
    pub cells: Vec<(Cell, bool)>,
}

/// Takes every knot of the distribution that splits it as a boundary.
pub fn front(pools: &TwoPool<'_>, cdf: &Cdf, rate: f64, gamma: f64) -> Front {
    let whole = pools.cell(cdf, rate, 0, 1.0);
    let cells: Vec<Cell> = cdf
        .knots()
        .iter()
        .filter(|knot| (0.01..=0.999).contains(&knot.share) && knot.tokens < pools.long_context)
        .map(|knot| pools.cell(cdf, rate, knot.tokens, gamma))
        .collect();
    let beats = |one: &Cell, other: &Cell| {
        let (price, p99) = (one.price_per_hour, one.worst_p99_s());
        price <= other.price_per_hour
            && p99 <= other.worst_p99_s()
            && (price < other.price_per_hour || p99 < other.worst_p99_s())
    };
    let marked = cells.iter().map(|cell| (*cell, !cells.iter().any(|other| beats(other, cell)))).collect();
    Front { whole, cells: marked }
}
