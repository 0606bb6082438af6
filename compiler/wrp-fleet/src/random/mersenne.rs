//! MT19937 as Python's `random.Random` uses it, so that figures sampled there can be sampled here.
//!
//! The generator is Matsumoto and Nishimura's, seeded by `init_by_array`; whole numbers are drawn by rejection on as
//! many bits as the range needs, and doubles from 53 bits.

use super::Random;

const SIZE: usize = 624;
const SHIFT: usize = 397;

#[derive(Clone)]
pub struct Mersenne {
    state: [u32; SIZE],
    next: usize,
}

impl Mersenne {
    /// As `random.Random(seed)` for a seed below 2³².
    pub fn new(seed: u32) -> Mersenne {
        let mut state = [0_u32; SIZE];
        state[0] = 19_650_218;
        for i in 1..SIZE {
            let previous = state[i - 1];
            state[i] = 1_812_433_253_u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(i as u32);
        }
        // `init_by_array` with the one-word key `[seed]`: the key's index is always zero.
        let mut i = 1;
        for _ in 0..SIZE {
            let previous = state[i - 1];
            let mixed = (previous ^ (previous >> 30)).wrapping_mul(1_664_525);
            state[i] = (state[i] ^ mixed).wrapping_add(seed);
            i = step(&mut state, i);
        }
        for _ in 0..SIZE - 1 {
            let previous = state[i - 1];
            let mixed = (previous ^ (previous >> 30)).wrapping_mul(1_566_083_941);
            state[i] = (state[i] ^ mixed).wrapping_sub(i as u32);
            i = step(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Mersenne { state, next: SIZE }
    }

    fn word(&mut self) -> u32 {
        if self.next == SIZE {
            self.refill();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn refill(&mut self) {
        for i in 0..SIZE {
            let bits = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
            let twist = if bits & 1 == 0 { 0 } else { 0x9908_b0df };
            self.state[i] = self.state[(i + SHIFT) % SIZE] ^ (bits >> 1) ^ twist;
        }
        self.next = 0;
    }
}

/// The next place to mix; the last word is carried round to the front.
fn step(state: &mut [u32; SIZE], i: usize) -> usize {
    if i + 1 < SIZE {
        return i + 1;
    }
    state[0] = state[SIZE - 1];
    1
}

impl Random for Mersenne {
    fn unit(&mut self) -> f64 {
        let high = f64::from(self.word() >> 5);
        let low = f64::from(self.word() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        let Some(span) = high.checked_sub(low) else { return low };
        let count = u64::from(span) + 1;
        let bits = 64 - count.leading_zeros();
        loop {
            let drawn = u64::from(self.word() >> (32 - bits.min(32)));
            if drawn < count {
                return low + drawn as u32;
            }
        }
    }
}

impl std::fmt::Debug for Mersenne {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Mersenne").field("next", &self.next).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python prints for `random.Random(42)`.
    #[test]
    fn the_numbers_are_pythons() {
        let mut doubles = Mersenne::new(42);
        assert_eq!(doubles.unit(), 0.639_426_798_457_883_7);
        assert_eq!(doubles.unit(), 0.025_010_755_222_666_936);
        let mut whole = Mersenne::new(42);
        let drawn: Vec<u32> = (0..8).map(|_| whole.between(1, 100)).collect();
        assert_eq!(drawn, [82, 15, 4, 95, 36, 32, 29, 18]);
        let mut times = Mersenne::new(42);
        assert!((times.exponential(200.0) - 0.005_100_301_436_374_005).abs() < 1e-17);
        let mut letters = Mersenne::new(42);
        let drawn: Vec<usize> = (0..8).map(|_| letters.choice(&[0.5, 0.3, 0.2])).collect();
        assert_eq!(drawn, [1, 0, 0, 0, 1, 1, 2, 0]);
    }
}
