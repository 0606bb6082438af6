//! What a full batch moves and computes in one step, and which of the two bounds it.

use super::{Gpu, Model, Profile};

/// One decoding step, per GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoding {
    pub step_s: f64,
    pub tokens_per_s: f64,
    /// Weights and caches that are read.
    pub bytes: f64,
    pub cache_share: f64,
    pub flops: f64,
    pub bound: Bound,
    pub power_w: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Memory,
    Compute,
}

impl Bound {
    pub fn as_str(self) -> &'static str {
        match self {
            Bound::Memory => "memory",
            Bound::Compute => "compute",
        }
    }
}

impl Profile {
    /// `active` sequences of the calibration length, of the model and on the GPU that this profile was built from.
    pub fn decoding(&self, model: &Model, gpu: &Gpu, element_bytes: f64, active: u32) -> Decoding {
        let (gpus, tokens) = (f64::from(self.gpus), f64::from(self.calibration_tokens));
        let sequences = f64::from(active);
        let step_s = self.step_s(sequences, tokens);
        let weights = model.weights() * element_bytes / gpus;
        let cache = sequences * tokens * model.cache_bytes(element_bytes) / gpus;
        let attention = 4.0 * model.key_heads() * model.head_size * tokens * model.layers / gpus;
        let flops = sequences * (2.0 * model.active_weights() / gpus + attention);
        let bytes = weights + cache;
        let ridge = gpu.flops_16bit / gpu.memory_bandwidth;
        Decoding {
            step_s,
            tokens_per_s: sequences / step_s,
            bytes,
            cache_share: cache / bytes,
            flops,
            bound: if flops / bytes > ridge { Bound::Compute } else { Bound::Memory },
            power_w: self.power.watts(active, Some(tokens)),
        }
    }
}
