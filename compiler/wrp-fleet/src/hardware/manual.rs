//! Three profiles taken as given, as the inference-fleet-sim paper (arXiv 2603.16054) publishes them.
//!
//! The A100 and H100 constants describe a 70B model, the A10G's a 7B model. Their "GPU" has the KV cache of an eight-GPU
//! instance at one GPU's price and power: ratios between fleets hold, absolute cost and tokens a watt do not. For
//! absolute figures derive a profile with [`super::build()`] under [`super::Reading::Corrected`].

use super::{Power, Prefill, Profile, SlotCap};

pub fn a10g() -> Profile {
    let power = Power::Logistic { idle_w: 75.0, nominal_w: 120.0, k: 0.7, x0: 3.0, gpus: 1 };
    given("A10G", 0.012, 0.0009, 256, 32_768, 64, 1.01, power)
}

pub fn a100() -> Profile {
    let power = Power::Logistic { idle_w: 175.0, nominal_w: 385.0, k: 1.0, x0: 2.5, gpus: 1 };
    given("A100-80GB", 0.008, 0.00065, 512, 65_536, 128, 2.21, power)
}

pub fn h100() -> Profile {
    let power = Power::Logistic { idle_w: 300.0, nominal_w: 600.0, k: 1.0, x0: 4.2, gpus: 1 };
    given("H100-80GB", 0.004, 0.00032, 1024, 65_536, 256, 4.02, power)
}

/// By the short names `a10g`, `a100`, `h100`.
pub fn named(name: &str) -> Option<Profile> {
    match name.to_ascii_lowercase().as_str() {
        "a10g" => Some(a10g()),
        "a100" | "a100-80gb" => Some(a100()),
        "h100" | "h100-80gb" => Some(h100()),
        _ => None,
    }
}

/// The H100's constants carried over to a B200 by the ratio of memory bandwidths, as the 1/W-law paper (arXiv
/// 2603.17280) projects them. `weights_s` and `kv_ratio` come from derived profiles of both.
pub fn b200_projected(weights_s: f64, kv_ratio: f64) -> Profile {
    let h100 = h100();
    let sequence_s = h100.sequence_s * 3.35 / 8.0;
    let x0 = (weights_s / sequence_s).log2();
    let power = Power::Logistic { idle_w: 430.0, nominal_w: 860.0, k: 1.0, x0, gpus: 1 };
    let grown = |count: f64| (count * kv_ratio) as u32;
    Profile {
        name: "B200".to_owned(),
        weights_s,
        sequence_s,
        chunk_tokens: 2048,
        kv_blocks: u64::from(grown(65_536.0)),
        cap: SlotCap::AtCalibration(grown(256.0)),
        price_per_hour: 8.0,
        power,
        ..h100
    }
}

#[expect(clippy::too_many_arguments, reason = "the rows of a table")]
fn given(
    name: &str,
    weights_s: f64,
    sequence_s: f64,
    chunk_tokens: u32,
    kv_blocks: u64,
    slots: u32,
    price_per_hour: f64,
    power: Power,
) -> Profile {
    Profile {
        name: name.to_owned(),
        gpus: 1,
        weights_s,
        sequence_s,
        calibration_tokens: 8192,
        chunk_tokens,
        block_tokens: 16,
        kv_blocks,
        cap: SlotCap::AtCalibration(slots),
        prefill: Prefill::AsDecode,
        price_per_hour,
        power,
    }
}
