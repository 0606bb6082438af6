//! The closed loop: when a better boundary is worth the change.

use crate::sizing::{Cell, TwoPool};
use crate::workload::Cdf;

/// Proposes a new (B, γ) only when it has been cheaper by enough, often enough in a row: a fleet that follows every
/// gust of its workload is never settled.
#[derive(Clone, Debug)]
pub struct Controller {
    pub boundary: u32,
    pub gamma: f64,
    /// The share of the cost that a change must save.
    pub gain: f64,
    /// Looks in a row at which it must.
    pub patience: u32,
    streak: u32,
}

/// What the controller saw at one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The fleet as it is set now, under the workload as it is now.
    pub now: Cell,
    pub best: Cell,
    /// The share of the cost that the best would save; 1 where the present setting cannot keep the bounds.
    pub saving: f64,
    /// Whether the best is proposed, and taken on.
    pub proposed: bool,
}

impl Controller {
    pub fn new(boundary: u32, gamma: f64, gain: f64, patience: u32) -> Controller {
        Controller { boundary, gamma, gain, patience: patience.max(1), streak: 0 }
    }

    /// Looks at a workload. `None` where there is no boundary to choose.
    pub fn look(
        &mut self,
        pools: &TwoPool<'_>,
        cdf: &Cdf,
        rate: f64,
        boundaries: &[u32],
        gammas: &[f64],
    ) -> Option<Look> {
        let now = pools.cell(cdf, rate, self.boundary, self.gamma);
        let cells = pools.grid(cdf, rate, boundaries, gammas);
        let best = *TwoPool::best(&cells)?;
        let saving = match (now.meets, best.meets) {
            (false, true) => 1.0,
            (true, false) => 0.0,
            _ => 1.0 - best.price_per_hour / now.price_per_hour,
        };
        self.streak = if saving > self.gain { self.streak + 1 } else { 0 };
        let proposed = self.streak >= self.patience;
        if proposed {
            (self.boundary, self.gamma, self.streak) = (best.boundary, best.gamma, 0);
        }
        Some(Look { now, best, saving, proposed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::sizing::Bounds;

    #[test]
    fn a_gust_changes_nothing_and_a_new_climate_does_once() {
        let a100 = manual::a100();
        let pools = TwoPool {
            short: &a100,
            long: &a100,
            long_context: 65_536,
            compressible: 0.75,
            prompt_share: 0.8,
            bounds: Bounds { ttft_s: 2.0, busiest: 0.85 },
            availability: 1.0,
        };
        let short = Cdf::new([(512, 0.7), (2048, 0.999), (65_536, 1.0)]).unwrap();
        let long = Cdf::new([(1024, 0.05), (8192, 0.5), (16_384, 0.95), (65_536, 1.0)]).unwrap();
        let boundaries = [1024, 2048, 4096, 8192, 16_384];
        let gammas = [1.0, 1.1];
        let settled = *TwoPool::best(&pools.grid(&short, 300.0, &boundaries, &gammas)).unwrap();
        let mut controller = Controller::new(settled.boundary, settled.gamma, 0.05, 3);
        let mut look = |cdf: &Cdf| controller.look(&pools, cdf, 300.0, &boundaries, &gammas).unwrap();
        let mut proposals = Vec::new();
        for nth in 0..20 {
            let gust = nth == 4 || nth >= 10;
            let seen = look(if gust { &long } else { &short });
            if seen.proposed {
                proposals.push(nth);
            }
        }
        assert_eq!(proposals, [12]);
    }
}
