//! One serving instance: how many sequences it holds, how long its steps take, what it costs and draws.

use super::Power;

/// An instance of one model on one or more GPUs of one type. Everything is per instance unless it says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub name: String,
    /// GPUs that one instance takes.
    pub gpus: u32,
    /// The step that reads the weights and nothing else.
    pub weights_s: f64,
    /// What one more sequence of `calibration_tokens` adds to a step.
    pub sequence_s: f64,
    pub calibration_tokens: u32,
    /// Prompt tokens that one step takes in.
    pub chunk_tokens: u32,
    /// Tokens in one block of the KV cache.
    pub block_tokens: u32,
    pub kv_blocks: u64,
    pub cap: SlotCap,
    pub prefill: Prefill,
    pub price_per_hour: f64,
    pub power: Power,
}

/// A limit on concurrent sequences beside the KV cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotCap {
    Unlimited,
    /// So many sequences of any length.
    Sequences(u32),
    /// So many sequences at the calibration length, fewer of longer ones.
    AtCalibration(u32),
}

/// What it costs to take in a prompt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prefill {
    /// A chunk costs as much as a decoding step; every sequence takes in its own at once.
    AsDecode,
    /// At least what the arithmetic takes, and nobody else is held up.
    Alone(Flops),
    /// At least what the arithmetic takes; one chunk a step, and all sequences of the instance wait for it.
    Shared(Flops),
}

/// Seconds of arithmetic for a chunk of `c` tokens behind `q` others: `linear·c + attention·c·(c/2 + q)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flops {
    pub linear_s_per_token: f64,
    pub attention_s_per_token2: f64,
}

impl Flops {
    pub fn seconds(&self, chunk: f64, behind: f64) -> f64 {
        self.linear_s_per_token * chunk + self.attention_s_per_token2 * chunk * (chunk / 2.0 + behind)
    }
}

impl Profile {
    /// One step of `active` sequences of `tokens` each, in seconds.
    pub fn step_s(&self, active: f64, tokens: f64) -> f64 {
        self.weights_s + self.sequence_s * (tokens / f64::from(self.calibration_tokens)) * active
    }

    /// Sequences of up to `context` tokens that are held at once; 0 where not even one fits.
    pub fn slots(&self, context: u32) -> u32 {
        let held = self.kv_blocks / u64::from(self.blocks(context).max(1));
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        held.min(self.most_sequences(context))
    }

    /// Sequences of up to `context` tokens at once as far as the cache has room.
    pub fn most_sequences(&self, context: u32) -> u32 {
        match self.cap {
            SlotCap::Unlimited => u32::MAX,
            SlotCap::Sequences(most) => most,
            SlotCap::AtCalibration(most) => {
                let scaled = u64::from(most) * u64::from(self.calibration_tokens) / u64::from(context.max(1));
                u32::try_from(scaled).unwrap_or(u32::MAX)
            }
        }
    }

    /// Blocks that hold so many tokens.
    pub fn blocks(&self, tokens: u32) -> u32 {
        tokens.div_ceil(self.block_tokens)
    }

    pub fn chunks(&self, prompt: u32) -> u32 {
        prompt.div_ceil(self.chunk_tokens)
    }

    /// The step that takes in a chunk while `active` sequences of `tokens` decode.
    pub fn prefill_step_s(&self, chunk: f64, behind: f64, active: f64, tokens: f64) -> f64 {
        let step = self.step_s(active, tokens);
        match self.prefill {
            Prefill::AsDecode => step,
            Prefill::Alone(flops) | Prefill::Shared(flops) => step.max(flops.seconds(chunk, behind)),
        }
    }

    /// How much of a slot's time a request takes when all `slots` are always taken, by requests like itself.
    ///
    /// Throughput is `slots` over its mean. Where prefill is shared, that counts the time for which a request's chunks
    /// hold up the others: `answer·d + p + (slots − 1)·(p − chunks·d)`, for a decoding step `d` and a prefill `p`.
    pub fn service_s(&self, prompt: u32, answer: u32, slots: u32) -> f64 {
        let (prompt_tokens, tokens) = (f64::from(prompt), f64::from(prompt) + f64::from(answer));
        let slots = f64::from(slots);
        let step = self.step_s(slots, tokens);
        let (chunks, answer) = (f64::from(self.chunks(prompt)), f64::from(answer));
        match self.prefill {
            Prefill::AsDecode => (chunks + answer) * step,
            Prefill::Alone(flops) => {
                let compute = flops.seconds(f64::from(self.chunk_tokens), prompt_tokens / 2.0);
                chunks * step.max(compute) + answer * step
            }
            Prefill::Shared(flops) => {
                let prefill = flops.seconds(prompt_tokens, 0.0).max(chunks * step);
                let held_up = (slots - 1.0) * (prefill - chunks * step);
                (answer * step + prefill + held_up).max(slots * prefill)
            }
        }
    }

    /// Time to the first token of a request that is admitted and first in line, `active` others of `tokens` decoding.
    pub fn own_prefill_s(&self, prompt: u32, active: u32, tokens: f64) -> f64 {
        let chunks = f64::from(self.chunks(prompt));
        match self.prefill {
            Prefill::AsDecode | Prefill::Alone(_) => chunks * (self.weights_s + self.sequence_s),
            Prefill::Shared(flops) => {
                let steps = chunks * self.step_s(f64::from(active), tokens);
                steps.max(flops.seconds(f64::from(prompt), 0.0))
            }
        }
    }

    /// A year at the price per hour.
    pub fn price_per_year(&self) -> f64 {
        self.price_per_hour * 8760.0
    }

    /// The same instance with at most `slots` sequences of `context` tokens.
    pub fn throttled(&self, slots: u32, context: u32) -> Profile {
        let kv_blocks = u64::from(slots) * u64::from(self.blocks(context));
        let at_calibration = u64::from(slots) * u64::from(context);
        let most = at_calibration.div_ceil(u64::from(self.calibration_tokens));
        let cap = SlotCap::AtCalibration(u32::try_from(most).unwrap_or(u32::MAX));
        Profile { kv_blocks, cap, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use crate::hardware::manual;

    #[test]
    fn slots_halve_as_contexts_double() {
        let h100 = manual::h100();
        for (context, slots) in
            [(2048, 512), (4096, 256), (6144, 170), (8192, 128), (65_536, 16), (262_144, 4)]
        {
            assert_eq!(h100.slots(context), slots, "{context}");
        }
        assert_eq!(manual::a10g().slots(300_000), 1);
    }

    #[test]
    fn steps_and_service_times_are_those_published() {
        let a100 = manual::a100();
        assert!((a100.step_s(8.0, 2048.0) - 0.0093).abs() < 1e-12);
        assert!((a100.service_s(1000, 200, a100.slots(8192)) - 4.077_875).abs() < 1e-9);
        assert!((manual::h100().service_s(30_000, 2000, 16) - 48.72).abs() < 1e-9);
    }
}
