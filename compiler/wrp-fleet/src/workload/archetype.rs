//! Three shapes of workloads, which ask for different fleets.

use super::Cdf;

/// After the vision paper (arXiv 2603.21354); the borders are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archetype {
    /// Nearly all short, and what is longer not by much: a low boundary, and compression of what lies above.
    ConcentratedBelow,
    /// Mostly short with a long tail: two pools, little compression.
    Dispersed,
    /// Mostly long: a higher boundary rather than compression.
    ConcentratedAbove,
}

/// Where short ends, the share that must be short, and how many times the median the tail may reach.
const SHORT: u32 = 4096;
const MOST: f64 = 0.7;
const LONG_TAIL: u32 = 16;

impl Archetype {
    pub fn of(cdf: &Cdf) -> Archetype {
        if cdf.share(SHORT) < MOST {
            return Archetype::ConcentratedAbove;
        }
        let (median, tail) = (cdf.quantile(0.5).max(1), cdf.quantile(0.999));
        if tail / median >= LONG_TAIL { Archetype::Dispersed } else { Archetype::ConcentratedBelow }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Archetype::ConcentratedBelow => "concentrated below",
            Archetype::Dispersed => "dispersed",
            Archetype::ConcentratedAbove => "concentrated above",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        for (points, archetype) in [
            (vec![(512, 0.3), (2048, 0.8), (8192, 1.0)], Archetype::ConcentratedBelow),
            (vec![(256, 0.5), (1024, 0.9), (4096, 0.98), (65_536, 1.0)], Archetype::Dispersed),
            (vec![(2048, 0.2), (16_384, 0.9), (65_536, 1.0)], Archetype::ConcentratedAbove),
        ] {
            assert_eq!(Archetype::of(&Cdf::new(points.clone()).unwrap()), archetype, "{points:?}");
        }
    }
}
