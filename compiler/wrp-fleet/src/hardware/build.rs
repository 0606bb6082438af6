//! Profiles from first principles: a GPU, a model, and how the one serves the other.
//!
//! Decoding reads the weights once a step and every sequence's cache; prefill is bound by arithmetic as well. Under
//! [`Reading::Compat`] this is the reference simulator's arithmetic. [`Reading::Corrected`] differs: the
//! cache is divided over the instance's GPUs, power and price both count all of them, a step reads the experts that a batch
//! meets rather than a table's latency, arithmetic reaches a share of its peak, and a prefill holds up the whole instance.

use super::{Flops, Gpu, Model, Power, Prefill, Profile, SlotCap};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As the reference simulator computes.
    Compat,
    #[default]
    Corrected,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Serving {
    /// GPUs that share each layer (tensor parallelism).
    pub gpus: u32,
    /// Bytes of a weight and of an element of the cache.
    pub element_bytes: f64,
    pub chunk_tokens: u32,
    pub block_tokens: u32,
    /// The length at which the cost of a sequence is stated.
    pub usual_tokens: u32,
    /// The share of a GPU's memory that weights and cache may take.
    pub memory_share: f64,
    /// The share of peak arithmetic that prefill reaches; only `Corrected` reads it.
    pub compute_share: f64,
    /// The batch whose experts a step reads; only `Corrected` reads it.
    pub usual_batch: f64,
}

impl Default for Serving {
    fn default() -> Serving {
        Serving {
            gpus: 1,
            element_bytes: 2.0,
            chunk_tokens: 512,
            block_tokens: 16,
            usual_tokens: 2048,
            memory_share: 0.9,
            compute_share: 0.6,
            usual_batch: 32.0,
        }
    }
}

/// Synchronisation of one layer.
const LAYER_S: f64 = 3e-6;

/// Latency of one layer of experts at eight tokens on an H100, in milliseconds at 16, 8 and 4 bits a weight, from
/// AIConfigurator (arXiv 2601.06288), and the bandwidth and exponent by which it is carried to other GPUs.
const EXPERT_LAYERS: &[(&str, [f64; 3])] = &[
    ("deepseek-v3", [1.340, 0.700, 0.480]),
    ("qwen3-235b-a22b", [0.480, 0.280, 0.234]),
    ("qwen3-30b-a3b", [0.240, 0.140, 0.117]),
];
const EXPERT_BANDWIDTH: f64 = 3.35e12;
const EXPERT_EXPONENT: f64 = 0.7;

pub fn build(gpu: &Gpu, model: &Model, serving: &Serving, reading: Reading) -> Profile {
    let gpus = f64::from(serving.gpus);
    let bandwidth = gpu.usable_bandwidth();
    let shards = match reading {
        Reading::Compat => 1.0,
        Reading::Corrected => model.cache_shards(serving.gpus),
    };
    let cache_bytes = model.cache_bytes(serving.element_bytes);
    // The reference divides the reading of the cache but not the cache.
    let read_shards = if reading == Reading::Compat { gpus } else { shards };
    let token_s = cache_bytes / bandwidth / read_shards;
    let weights_s = weights_s(gpu, model, serving, reading);
    let weight_bytes = model.weights() * serving.element_bytes / gpus;
    let free =
        (gpu.memory * serving.memory_share).floor() - weight_bytes - Gpu::collectives_bytes(serving.gpus);
    let blocks = (free.max(0.0) / (cache_bytes / shards * f64::from(serving.block_tokens))).floor();
    let counted = if reading == Reading::Compat { 1 } else { serving.gpus };
    Profile {
        name: format!("{}/{}/{}×{}bit", gpu.name, model.name, serving.gpus, serving.element_bytes * 8.0),
        gpus: serving.gpus,
        weights_s,
        sequence_s: f64::from(serving.usual_tokens) * token_s,
        calibration_tokens: serving.usual_tokens,
        chunk_tokens: serving.chunk_tokens,
        block_tokens: serving.block_tokens,
        kv_blocks: blocks as u64,
        cap: SlotCap::Unlimited,
        prefill: match reading {
            Reading::Compat => Prefill::Alone(flops(gpu, model, serving, reading)),
            Reading::Corrected => Prefill::Shared(flops(gpu, model, serving, reading)),
        },
        price_per_hour: gpu.price_per_hour * gpus,
        power: Power::Activity {
            rated_w: gpu.rated_w,
            weights_s,
            token_s,
            compute_s: 2.0 * model.active_weights() / gpus / gpu.flops_16bit,
            usual_tokens: f64::from(serving.usual_tokens),
            gpus: counted,
        },
    }
}

fn weights_s(gpu: &Gpu, model: &Model, serving: &Serving, reading: Reading) -> f64 {
    let gpus = f64::from(serving.gpus);
    let read = |weights: f64| weights * serving.element_bytes / gpus / gpu.usable_bandwidth();
    let layers_s = LAYER_S * model.layers;
    let Some(experts) = &model.experts else { return read(model.weights()) + layers_s };
    if reading == Reading::Corrected {
        // Of E experts, a batch of n tokens that meet k each meets this many.
        let missed = (1.0 - experts.active / experts.count).powf(serving.usual_batch);
        return read(model.weights_with(|experts| experts.count * (1.0 - missed))) + layers_s;
    }
    let layer_s = match EXPERT_LAYERS.iter().find(|(name, _)| *name == model.name) {
        Some((_, latencies)) => {
            let precision = [2.0, 1.0, 0.5]
                .iter()
                .map(|bytes: &f64| (bytes - serving.element_bytes).abs())
                .enumerate()
                .min_by(|(_, one), (_, other)| one.total_cmp(other))
                .map_or(0, |(nth, _)| nth);
            latencies[precision] / 1000.0 * (EXPERT_BANDWIDTH / gpu.memory_bandwidth).powf(EXPERT_EXPONENT)
        }
        None => {
            let met = experts.active * 2.0 * experts.width * model.hidden;
            met * serving.element_bytes / gpu.usable_bandwidth()
        }
    };
    let attention =
        (model.heads + 2.0 * model.key_heads()) * model.head_size * model.hidden + model.hidden.powi(2);
    layer_s * model.layers + read(attention * model.layers) + layers_s
}

fn flops(gpu: &Gpu, model: &Model, serving: &Serving, reading: Reading) -> Flops {
    let gpus = f64::from(serving.gpus);
    let share = if reading == Reading::Compat { 1.0 } else { serving.compute_share };
    let peak = gpu.flops(serving.element_bytes) * share * gpus;
    let projections = match reading {
        Reading::Corrected => 2.0 * model.attention_weights(),
        Reading::Compat => {
            2.0 * model.hidden * (2.0 * model.heads + 2.0 * model.key_heads()) * model.head_size
        }
    };
    let feed_forward = 6.0 * model.active_width() * model.hidden;
    Flops {
        linear_s_per_token: (projections + feed_forward) * model.layers / peak,
        attention_s_per_token2: 4.0 * model.heads * model.head_size * model.layers / peak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(model: &str, gpus: u32, reading: Reading) -> Profile {
        let gpu = Gpu::named("h100").unwrap();
        let serving = Serving { gpus, ..Serving::default() };
        build(&gpu, &Model::named(model, reading).unwrap(), &serving, reading)
    }

    #[test]
    fn a_corrected_instance_holds_eight_times_the_cache_and_draws_eight_times_the_power() {
        let compat = instance("llama-3.1-70b", 8, Reading::Compat);
        let corrected = instance("llama-3.1-70b", 8, Reading::Corrected);
        assert_eq!((compat.slots(8192), compat.kv_blocks), (22, 11_353));
        assert_eq!(corrected.slots(8192), 176);
        let ratio = corrected.power.idle_w() / compat.power.idle_w();
        assert!((ratio - 8.0).abs() < 1e-12);
        assert_eq!(corrected.price_per_hour, compat.price_per_hour);
    }

    /// A 70B model on one A100 takes in at most 312 TFLOP/s ÷ 2 × 70·10⁹ ≈ 2,200 tokens a second.
    #[test]
    fn prefill_is_bound_by_arithmetic() {
        let gpu = Gpu::named("a100").unwrap();
        let model = Model::named("llama-3.1-70b", Reading::Corrected).unwrap();
        let serving = Serving { gpus: 8, compute_share: 1.0, ..Serving::default() };
        let profile = build(&gpu, &model, &serving, Reading::Corrected);
        let per_gpu = 1024.0 / profile.own_prefill_s(1024, 1, 1024.0) / 8.0;
        assert!((1800.0..2300.0).contains(&per_gpu), "{per_gpu}");
    }

    #[test]
    fn half_the_bytes_halve_the_step() {
        let gpu = Gpu::named("h100").unwrap();
        for reading in [Reading::Compat, Reading::Corrected] {
            let model = Model::named("llama-3.1-70b", reading).unwrap();
            let with = |element_bytes| {
                let serving = Serving { gpus: 8, element_bytes, ..Serving::default() };
                build(&gpu, &model, &serving, reading)
            };
            let ratio = with(1.0).weights_s / with(2.0).weights_s;
            assert!((ratio - 0.5).abs() < 0.05, "{ratio}");
        }
    }

    #[test]
    fn a_sparse_step_lies_between_its_active_and_its_whole_weights() {
        let profile = instance("qwen3-235b-a22b", 8, Reading::Corrected);
        let model = Model::named("qwen3-235b-a22b", Reading::Corrected).unwrap();
        let bandwidth = Gpu::named("h100").unwrap().usable_bandwidth() * 8.0;
        let read = |weights: f64| weights * 2.0 / bandwidth + LAYER_S * model.layers;
        assert!(read(model.active_weights()) < profile.weights_s);
        assert!(profile.weights_s < read(model.weights()));
    }
}
