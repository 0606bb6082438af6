//! Instances that are down: how many more it takes.

/// The share of time that a node is up, by its failures per day and the hours that a repair takes.
pub fn availability(failures_per_day: f64, repair_hours: f64) -> f64 {
    1.0 / (1.0 + failures_per_day * repair_hours / 24.0)
}

/// Instances of which, at this availability, so many are up on average.
pub fn with_spares(instances: u32, availability: f64) -> u32 {
    (f64::from(instances) / availability).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_cost_availability() {
        assert!((availability(0.0065, 4.0) - 0.998_917_839_007_741_7).abs() < 1e-15);
        assert!((availability(0.0065, 48.0) - 0.987_166_831_194_472).abs() < 1e-15);
        assert_eq!(availability(0.0, 48.0), 1.0);
        assert_eq!((with_spares(100, 0.95), with_spares(100, 1.0)), (106, 100));
    }
}
