//! Electrical power of an instance by how many sequences it decodes.

/// Watts of one GPU, times the GPUs that are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    /// `idle + (nominal − idle)/(1 + e^(−k(log₂ n − x0)))`, fitted to measurements.
    Logistic { idle_w: f64, nominal_w: f64, k: f64, x0: f64, gpus: u32 },
    /// From the rated power and how busy memory and arithmetic are: `rated·(0.43 + 0.43·activity)`.
    Activity {
        rated_w: f64,
        weights_s: f64,
        /// What one sequence of one token adds to a step.
        token_s: f64,
        /// Arithmetic of one token at the peak rate.
        compute_s: f64,
        /// Where no length is given.
        usual_tokens: f64,
        gpus: u32,
    },
}

/// The share of its rated power that a GPU draws idle, and adds under full load.
const IDLE_SHARE: f64 = 0.43;

impl Power {
    /// `active` sequences of `tokens` each; without a length, the usual one.
    pub fn watts(&self, active: u32, tokens: Option<f64>) -> f64 {
        match *self {
            Power::Logistic { idle_w, gpus, .. } if active == 0 => idle_w * f64::from(gpus),
            Power::Logistic { idle_w, nominal_w, k, x0, gpus } => {
                let x = f64::from(active).log2();
                (idle_w + (nominal_w - idle_w) / (1.0 + (-k * (x - x0)).exp())) * f64::from(gpus)
            }
            Power::Activity { rated_w, weights_s, token_s, compute_s, usual_tokens, gpus } => {
                let active = f64::from(active);
                let reading_s = token_s * tokens.unwrap_or(usual_tokens) * active;
                let step_s = weights_s + reading_s;
                let activity = ((reading_s + compute_s * active) / step_s).min(1.0);
                rated_w * (IDLE_SHARE + IDLE_SHARE * activity) * f64::from(gpus)
            }
        }
    }

    pub fn idle_w(&self) -> f64 {
        match *self {
            Power::Logistic { idle_w, gpus, .. } => idle_w * f64::from(gpus),
            Power::Activity { rated_w, gpus, .. } => rated_w * IDLE_SHARE * f64::from(gpus),
        }
    }

    pub fn nominal_w(&self) -> f64 {
        match *self {
            Power::Logistic { nominal_w, gpus, .. } => nominal_w * f64::from(gpus),
            Power::Activity { rated_w, gpus, .. } => rated_w * 2.0 * IDLE_SHARE * f64::from(gpus),
        }
    }

    /// The most sequences, up to `most`, that keep within `watts`; at least one.
    pub fn most_within(&self, watts: f64, most: u32) -> u32 {
        let (mut low, mut high) = (1, most.max(1));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.watts(middle, None) <= watts { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// As [`Power::most_within`] in the reference simulator: its halving rounds down and stops after twenty rounds, so that
    /// at the nominal power it answers one less than it could.
    pub fn most_within_compat(&self, watts: f64, most: u32) -> u32 {
        let watts = watts.clamp(self.idle_w(), self.nominal_w());
        let (mut low, mut high) = (1, most);
        for _ in 0..20 {
            let middle = u32::midpoint(low, high);
            if self.watts(middle, None) <= watts {
                low = middle
            } else {
                high = middle - 1
            }
            if low >= high {
                break;
            }
        }
        low.max(1)
    }
}

#[cfg(test)]
mod tests {
    use crate::hardware::manual;

    #[test]
    fn power_rises_with_load_and_is_inverted() {
        let power = manual::h100().power;
        let mut before = power.watts(0, None);
        for active in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
            let now = power.watts(active, None);
            assert!(now > before, "{active}");
            assert_eq!(power.most_within(now + 1e-9, 256), active);
            before = now;
        }
        assert_eq!(power.most_within(power.nominal_w(), 256), 256);
        assert_eq!(power.most_within_compat(power.nominal_w(), 256), 255);
        assert!((power.watts(128, None) - 582.802_747_230_339_4).abs() < 1e-9);
    }
}
