//! Turning power down for the grid: fewer sequences at once, and what that does to waiting.

use crate::hardware::Profile;
use crate::sizing::{Bounds, Demand, Population, Sized};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlexPoint {
    /// How far below nominal power instances are held.
    pub percent: f64,
    pub slots: u32,
    pub instance_w: f64,
    pub fleet_kw: f64,
    /// The pool under its cap.
    pub pool: Sized,
}

/// A pool of so many instances, held to each of the percentages; the throttled pool may be as busy as it can bear.
pub fn flex(
    population: &Population,
    rate: f64,
    profile: &Profile,
    context: u32,
    instances: u32,
    ttft_s: f64,
    percents: &[f64],
) -> Vec<FlexPoint> {
    let bounds = Bounds { ttft_s, busiest: 1.0 };
    let full = profile.slots(context);
    percents
        .iter()
        .filter_map(|&percent| {
            let target = profile.power.nominal_w() * (1.0 - percent / 100.0);
            let slots = full.min(profile.power.most_within(target, full));
            let throttled = profile.throttled(slots, context);
            let demand = Demand::new(population, &throttled, context)?;
            let instance_w = profile.power.watts(slots, None);
            Some(FlexPoint {
                percent,
                slots,
                instance_w,
                fleet_kw: f64::from(instances) * instance_w / 1000.0,
                pool: Sized::of(rate * demand.mass, instances, &demand, &throttled, &bounds),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::workload::Cdf;

    #[test]
    fn less_power_is_never_faster() {
        let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
        let population = Population::whole(&cdf, 0.8);
        let points =
            flex(&population, 100.0, &manual::h100(), 8192, 40, 0.5, &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!(points.len(), 6);
        for pair in points.windows(2) {
            assert!(pair[1].slots <= pair[0].slots);
            assert!(pair[1].fleet_kw <= pair[0].fleet_kw);
            assert!(pair[1].pool.ttft_p99_s >= pair[0].pool.ttft_p99_s);
        }
        assert!(points[0].pool.meets && !points[5].pool.meets, "{points:?}");
    }
}
