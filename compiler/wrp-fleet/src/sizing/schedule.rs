//! Hours of the day: what a fleet needs when its regions are not awake together, and ask for different things.

use super::{Bounds, Demand, Population, size};
use crate::hardware::Profile;

/// Requests of one region.
#[derive(Clone, Debug)]
pub struct Region {
    pub population: Population,
    /// Requests a second, for each hour (UTC).
    pub rates: Vec<f64>,
}

/// Instances hour by hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// For each hour, instances of every region if each keeps its own.
    pub apart: Vec<Vec<u32>>,
    /// For each hour, instances if all regions share one fleet.
    pub shared: Vec<u32>,
    /// Instances that must be owned: each region's busiest hour, summed.
    pub sum_of_peaks: u32,
    /// The busiest hour of all together.
    pub peak_of_sum: u32,
    /// Instances that a region gains from one hour to the next, over the day, when they follow the sun.
    pub moves: u32,
}

/// Sizes every hour of regions whose requests are all served by one kind of instance.
pub fn schedule(regions: &[Region], profile: &Profile, context: u32, bounds: &Bounds) -> Schedule {
    let need = |population: &Population, rate: f64| {
        let demand = Demand::new(population, profile, context).filter(|_| rate > 0.0);
        demand.map_or(0, |demand| size(rate, &demand, profile, bounds).instances)
    };
    let together = |hour: usize| {
        let rate: f64 = regions.iter().map(|region| region.rates[hour]).sum();
        let mixed = regions.iter().fold(Population::default(), |mixed, region| {
            let share = region.rates[hour] / rate.max(f64::MIN_POSITIVE) / region.population.mass();
            mixed.and(region.population.clone().scaled(share))
        });
        need(&mixed, rate)
    };
    let hours = regions.iter().map(|region| region.rates.len()).min().unwrap_or(0);
    let apart: Vec<Vec<u32>> = (0..hours)
        .map(|hour| regions.iter().map(|region| need(&region.population, region.rates[hour])).collect())
        .collect();
    let shared: Vec<u32> = (0..hours).map(together).collect();
    let peak = |region: usize| apart.iter().map(|hour| hour[region]).max().unwrap_or(0);
    let moves = (0..hours)
        .map(|hour| {
            let next = &apart[(hour + 1) % hours];
            let gained = apart[hour].iter().zip(next).map(|(now, next)| next.saturating_sub(*now));
            gained.sum::<u32>()
        })
        .sum();
    Schedule {
        sum_of_peaks: (0..regions.len()).map(peak).sum(),
        peak_of_sum: shared.iter().copied().max().unwrap_or(0),
        moves,
        apart,
        shared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::workload::Cdf;

    fn region(offset: usize, points: &[(u32, f64)]) -> Region {
        let rates = (0..24).map(|hour| if (hour + offset) % 24 < 8 { 100.0 } else { 10.0 }).collect();
        let cdf = Cdf::new(points.iter().copied()).unwrap();
        Region { population: Population::whole(&cdf, 0.8), rates }
    }

    fn plan(regions: &[Region]) -> Schedule {
        schedule(regions, &manual::a100(), 8192, &Bounds::default())
    }

    const CHAT: &[(u32, f64)] = &[(512, 0.3), (2048, 0.8), (8192, 1.0)];
    const AGENTS: &[(u32, f64)] = &[(2048, 0.2), (8192, 1.0)];

    #[test]
    fn days_that_do_not_overlap_share_instances() {
        let around = plan(&[region(0, CHAT), region(8, CHAT), region(16, CHAT)]);
        assert!(f64::from(around.peak_of_sum) < 0.6 * f64::from(around.sum_of_peaks), "{around:?}");
        assert!(around.moves > 0);
        let together = plan(&[region(0, CHAT), region(0, CHAT), region(0, CHAT)]);
        assert!(f64::from(together.peak_of_sum) > 0.85 * f64::from(together.sum_of_peaks), "{together:?}");
    }

    #[test]
    fn a_mixture_needs_what_its_parts_need() {
        let mixed = plan(&[region(0, CHAT), region(12, AGENTS)]);
        for (hour, apart) in mixed.apart.iter().enumerate() {
            let sum: u32 = apart.iter().sum();
            assert!(mixed.shared[hour] <= sum && mixed.shared[hour] + 3 >= sum, "{hour}: {mixed:?}");
        }
    }
}
