//! Hours of the day: what a fleet needs when its regions are not awake together.

use super::{Bounds, Demand, size};
use crate::hardware::Profile;

/// Instances hour by hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// For each hour (UTC), instances of every region if each keeps its own.
    pub apart: Vec<Vec<u32>>,
    /// For each hour, instances if all regions share one fleet.
    pub shared: Vec<u32>,
    /// Instances that must be owned: each region's busiest hour, summed.
    pub sum_of_peaks: u32,
    /// The busiest hour of all together.
    pub peak_of_sum: u32,
    /// Instances that change pool from one hour to the next, over the day, when the shared fleet follows the sun.
    pub moves: u32,
}

/// `rates[region][hour]` in requests a second.
pub fn schedule(rates: &[Vec<f64>], demand: &Demand, profile: &Profile, bounds: &Bounds) -> Schedule {
    let need = |rate: f64| if rate > 0.0 { size(rate, demand, profile, bounds).instances } else { 0 };
    let hours = rates.iter().map(Vec::len).min().unwrap_or(0);
    let apart: Vec<Vec<u32>> =
        (0..hours).map(|hour| rates.iter().map(|region| need(region[hour])).collect()).collect();
    let shared: Vec<u32> =
        (0..hours).map(|hour| need(rates.iter().map(|region| region[hour]).sum())).collect();
    let peak = |region: usize| apart.iter().map(|hour: &Vec<u32>| hour[region]).max().unwrap_or(0);
    let moves = (0..hours)
        .map(|hour| {
            let next = &apart[(hour + 1) % hours];
            let gained = apart[hour].iter().zip(next).map(|(now, next)| next.saturating_sub(*now));
            gained.sum::<u32>()
        })
        .sum();
    Schedule {
        sum_of_peaks: (0..rates.len()).map(peak).sum(),
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
    use crate::sizing::Population;
    use crate::workload::Cdf;

    fn day(offset: usize) -> Vec<f64> {
        (0..24).map(|hour| if (hour + offset) % 24 < 8 { 100.0 } else { 10.0 }).collect()
    }

    fn plan(rates: &[Vec<f64>]) -> Schedule {
        let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
        let demand = Demand::new(&Population::whole(&cdf, 0.8), &manual::a100(), 8192).unwrap();
        schedule(rates, &demand, &manual::a100(), &Bounds::default())
    }

    #[test]
    fn days_that_do_not_overlap_share_instances() {
        let around = plan(&[day(0), day(8), day(16)]);
        assert!(f64::from(around.peak_of_sum) < 0.6 * f64::from(around.sum_of_peaks), "{around:?}");
        assert!(around.moves > 0);
        let together = plan(&[day(0), day(0), day(0)]);
        assert!(f64::from(together.peak_of_sum) > 0.85 * f64::from(together.sum_of_peaks), "{together:?}");
    }
}
