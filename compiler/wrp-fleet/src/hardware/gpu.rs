//! GPUs by their data sheets, with list prices per hour.

/// Rates per second, sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gpu {
    pub name: &'static str,
    pub memory_bandwidth: f64,
    pub memory: f64,
    pub flops_16bit: f64,
    /// 0 where the GPU has no 8-bit units.
    pub flops_8bit: f64,
    pub rated_w: f64,
    pub price_per_hour: f64,
}

const GIB: f64 = 1_073_741_824.0;

pub static GPUS: &[Gpu] = &[
    row("A100-SXM", 2.039, 80.0, 312.0, 0.0, 400.0, 2.21),
    row("H100-SXM", 3.35, 80.0, 989.0, 1978.0, 700.0, 4.02),
    row("H200-SXM", 4.8, 141.0, 989.0, 1978.0, 700.0, 6.0),
    row("B200-SXM", 8.0, 180.0, 2250.0, 4500.0, 1000.0, 8.0),
    row("GB200", 8.0, 200.0, 2500.0, 5000.0, 1200.0, 10.0),
    row("GB300", 8.0, 321_122_547_712.0 / GIB, 2500.0, 5000.0, 1400.0, 12.0),
    row("L40S", 0.864, 48.0, 362.0, 733.0, 350.0, 1.8),
    row("B60", 0.456, 24.0, 98.0, 0.0, 200.0, 1.0),
];

/// Terabytes a second, gibibytes, teraflops, watts, dollars.
const fn row(
    name: &'static str,
    bandwidth: f64,
    memory: f64,
    flops_16bit: f64,
    flops_8bit: f64,
    rated_w: f64,
    price_per_hour: f64,
) -> Gpu {
    Gpu {
        name,
        memory_bandwidth: bandwidth * 1e12,
        memory: memory * GIB,
        flops_16bit: flops_16bit * 1e12,
        flops_8bit: flops_8bit * 1e12,
        rated_w,
        price_per_hour,
    }
}

/// Bytes a second that a kernel gets of the data sheet's bandwidth.
const BANDWIDTH_SHARE: f64 = 0.8;

impl Gpu {
    /// By name, in any case, with or without the form factor: `h100`, `H100-SXM`.
    pub fn named(name: &str) -> Option<Gpu> {
        let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_', ' '], "").replace("sxm", "");
        GPUS.iter().find(|gpu| plain(gpu.name) == plain(name)).copied()
    }

    pub fn usable_bandwidth(&self) -> f64 {
        self.memory_bandwidth * BANDWIDTH_SHARE
    }

    /// Peak arithmetic for weights of so many bytes each.
    pub fn flops(&self, weight_bytes: f64) -> f64 {
        if weight_bytes <= 1.0 && self.flops_8bit > 0.0 { self.flops_8bit } else { self.flops_16bit }
    }

    /// Workspace of the collectives, by GPUs of an instance.
    pub fn collectives_bytes(gpus: u32) -> f64 {
        match gpus {
            1 => 0.0,
            2 => 358_612_992.0,
            _ => 411_041_792.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        for name in ["h100", "H100-SXM", "h100_sxm", "gb200", "L40S"] {
            assert!(Gpu::named(name).is_some(), "{name}");
        }
        assert!(Gpu::named("a10g").is_none());
    }
}
