//! The 1/W law (arXiv 2603.17280): tokens per watt halve, nearly, with each doubling of the context that is provided for.

use crate::hardware::Profile;

/// A full instance whose sequences are half as long as they may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LawRow {
    pub context: u32,
    pub slots: u32,
    pub step_s: f64,
    pub power_w: f64,
    pub tokens_per_watt: f64,
}

/// One row for each context that fits.
pub fn law(profile: &Profile, contexts: &[u32]) -> Vec<LawRow> {
    let row = |&context: &u32| {
        let slots = profile.slots(context);
        let tokens = f64::from(context) / 2.0;
        let step_s = profile.step_s(f64::from(slots), tokens);
        let power_w = profile.power.watts(slots, Some(tokens));
        let tokens_per_watt = f64::from(slots) / step_s / power_w;
        LawRow { context, slots, step_s, power_w, tokens_per_watt }
    };
    contexts.iter().filter(|context| profile.slots(**context) > 0).map(row).collect()
}

/// What one more output token costs where `active` sequences of `tokens` are served: the number to route by when energy is
/// the objective.
pub fn joules_per_token(profile: &Profile, active: u32, tokens: f64) -> f64 {
    let active = active.max(1);
    profile.power.watts(active, Some(tokens)) * profile.step_s(f64::from(active), tokens) / f64::from(active)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;

    #[test]
    fn the_law_is_the_published_table() {
        let rows = law(&manual::h100(), &[2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072]);
        let published = [35.00, 17.62, 8.97, 4.69, 2.58, 1.50, 0.885];
        for (row, published) in rows.iter().zip(published) {
            assert!((row.tokens_per_watt / published - 1.0).abs() < 0.004, "{row:?}");
            assert!((row.step_s - 0.02448).abs() < 1e-12);
        }
    }

    #[test]
    fn fuller_batches_make_cheaper_tokens() {
        let h100 = manual::h100();
        let mut before = f64::INFINITY;
        for active in [1, 4, 16, 64, 256] {
            let now = joules_per_token(&h100, active, 2000.0);
            assert!(now < before, "{active}");
            before = now;
        }
    }
}
