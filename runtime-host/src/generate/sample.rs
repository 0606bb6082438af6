//! Which token comes next, and how likely it was.

/// Chooses tokens by temperature and nucleus (Holtzman et al. 2020). Equal seeds choose alike.
#[derive(Clone, Debug)]
pub struct Sampler {
    temperature: f64,
    top_p: f64,
    state: u64,
}

/// A token that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub token: u32,
    /// Of the network as it is, whatever the temperature.
    pub logprob: f32,
    /// The likeliest tokens, as many as were asked for.
    pub top: Vec<(u32, f32)>,
}

impl Sampler {
    pub fn new(temperature: f64, top_p: f64, seed: u64) -> Sampler {
        Sampler { temperature, top_p, state: seed }
    }

    /// Chooses among logits, and says the `top` likeliest beside. `None` where there is nothing to choose from.
    pub fn choose(&mut self, logits: &[f32], top: usize) -> Option<Choice> {
        let highest = logits.iter().copied().filter(|logit| logit.is_finite()).reduce(f32::max)?;
        let sum: f64 =
            logits.iter().map(|logit| f64::from(logit - highest).exp()).filter(|part| part.is_finite()).sum();
        let logprob = |logit: f32| (f64::from(logit - highest) - sum.ln()) as f32;
        let mut order: Vec<u32> = (0..logits.len() as u32).collect();
        let by_logit = |one: &u32, other: &u32| logits[*other as usize].total_cmp(&logits[*one as usize]);
        // Only the head of the order is ever read.
        let head = if self.temperature > 0.0 { logits.len() } else { (top + 1).min(logits.len()) };
        if head < order.len() {
            order.select_nth_unstable_by(head - 1, by_logit);
            order.truncate(head);
        }
        order.sort_unstable_by(|one, other| by_logit(one, other).then(one.cmp(other)));
        let token = match self.temperature > 0.0 {
            true => self.draw(&order, logits, highest)?,
            false => *order.first()?,
        };
        let top = order.iter().take(top).map(|&token| (token, logprob(logits[token as usize]))).collect();
        Some(Choice { token, logprob: logprob(logits[token as usize]), top })
    }

    /// From the likeliest tokens that make up `top_p` together, by their share.
    fn draw(&mut self, order: &[u32], logits: &[f32], highest: f32) -> Option<u32> {
        let temperature = self.temperature;
        let weight = |token: u32| (f64::from(logits[token as usize] - highest) / temperature).exp();
        let all: f64 = order.iter().map(|&token| weight(token)).sum();
        let mut nucleus = 0.0;
        let mut kept = 0;
        for &token in order {
            nucleus += weight(token);
            kept += 1;
            if nucleus >= self.top_p * all {
                break;
            }
        }
        let mut left = (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * nucleus;
        for &token in &order[..kept] {
            left -= weight(token);
            if left < 0.0 {
                return Some(token);
            }
        }
        order.get(kept.checked_sub(1)?).copied()
    }

    /// splitmix64 (Steele, Lea and Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_temperature_the_likeliest_is_taken() {
        let choice = Sampler::new(0.0, 1.0, 1).choose(&[0.0, 2.0, 1.0], 2).unwrap();
        assert_eq!(choice.token, 1);
        let sum = (1.0 + 1_f64.exp() + 2_f64.exp()).ln();
        assert!((f64::from(choice.logprob) - (2.0 - sum)).abs() < 1e-6, "{choice:?}");
        assert_eq!(choice.top.iter().map(|(token, _)| *token).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(Sampler::new(0.0, 1.0, 1).choose(&[], 0), None);
        assert_eq!(Sampler::new(0.0, 1.0, 1).choose(&[f32::NAN], 0), None);
    }

    #[test]
    fn with_temperature_tokens_come_as_often_as_they_are_likely() {
        let logits = [0.0, 3_f32.ln(), f32::NEG_INFINITY];
        let mut sampler = Sampler::new(1.0, 1.0, 7);
        let drawn: Vec<u32> = (0..4000).map(|_| sampler.choose(&logits, 0).unwrap().token).collect();
        let often = drawn.iter().filter(|token| **token == 1).count();
        // Four deviations of a binomial around 3 in 4.
        assert!((2890..=3110).contains(&often) && !drawn.contains(&2), "{often} of 4000");
        let mut again = Sampler::new(1.0, 1.0, 7);
        assert!(drawn.iter().all(|token| again.choose(&logits, 0).unwrap().token == *token));
    }

    #[test]
    fn a_nucleus_leaves_the_tail_out() {
        let mut sampler = Sampler::new(1.0, 0.7, 3);
        assert!((0..500).all(|_| sampler.choose(&[0.0, 3_f32.ln()], 0).unwrap().token == 1));
    }
}
