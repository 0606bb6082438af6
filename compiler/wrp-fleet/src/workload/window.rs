//! A distribution of lengths estimated as requests come, over the last of them.

use std::collections::VecDeque;

use super::Cdf;

/// Where estimates have their knots: dense enough for boundaries, few enough to be cheap.
pub const KNOTS: &[u32] = &[
    64, 128, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 24_576, 32_768, 49_152,
    65_536, 98_304, 131_072, 262_144, 524_288, 1_048_576,
];

/// The requests of the last `seconds`. Constant time a request, one number a knot and one entry a request of memory.
#[derive(Clone, Debug)]
pub struct Window {
    seconds: f64,
    entries: VecDeque<(f64, u8)>,
    counts: Vec<u32>,
}

impl Window {
    pub fn new(seconds: f64) -> Window {
        Window { seconds, entries: VecDeque::new(), counts: vec![0; KNOTS.len()] }
    }

    /// Takes a request; times must not fall. Longer ones than the last knot count as that long.
    pub fn push(&mut self, at_s: f64, tokens: u32) {
        let knot = KNOTS.partition_point(|knot| *knot < tokens).min(KNOTS.len() - 1);
        self.counts[knot] += 1;
        self.entries.push_back((at_s, knot as u8));
        while let Some((oldest, knot)) = self.entries.front().copied() {
            if at_s - oldest <= self.seconds {
                break;
            }
            self.counts[usize::from(knot)] -= 1;
            self.entries.pop_front();
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Requests a second over what the window covers so far.
    pub fn rate(&self) -> f64 {
        match (self.entries.front(), self.entries.back()) {
            (Some((first, _)), Some((last, _))) if last > first => (self.len() - 1) as f64 / (last - first),
            _ => 0.0,
        }
    }

    /// Up to the longest request seen; `None` of no requests.
    pub fn cdf(&self) -> Option<Cdf> {
        let total = f64::from(self.counts.iter().sum::<u32>());
        let last = self.counts.iter().rposition(|count| *count > 0)?;
        let mut sum = 0;
        let knots = KNOTS.iter().zip(&self.counts).take(last + 1).map(|(tokens, count)| {
            sum += count;
            (*tokens, f64::from(sum) / total)
        });
        Cdf::new(knots.collect::<Vec<_>>()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_requests_count() {
        let mut window = Window::new(10.0);
        assert!(window.cdf().is_none());
        for second in 0..100 {
            window.push(f64::from(second), if second < 50 { 100 } else { 5000 });
        }
        assert_eq!(window.len(), 11);
        assert!((window.rate() - 1.0).abs() < 1e-12);
        let cdf = window.cdf().unwrap();
        assert_eq!((cdf.share(4096), cdf.max_tokens()), (0.0, 6144));
    }

    #[test]
    fn an_estimate_comes_near_what_was_drawn() {
        use crate::random::{Random, Xoshiro};
        let mut window = Window::new(f64::INFINITY);
        let mut random = Xoshiro::new(9);
        for nth in 0..20_000 {
            window.push(f64::from(nth), random.between(1, 8192));
        }
        let cdf = window.cdf().unwrap();
        for tokens in [512, 1024, 4096, 8192] {
            assert!((cdf.share(tokens) - f64::from(tokens) / 8192.0).abs() < 0.01, "{tokens}");
        }
    }
}
