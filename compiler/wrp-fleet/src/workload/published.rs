//! Lengths of published traces, for workloads that name one.

use super::Cdf;

/// Total tokens with the share of requests that have no more, at 18 points each, as vllm-project/semantic-router derives
/// them (commit 3d48f8c, Apache-2.0).
type Points = [(u32, f64); 18];

/// The distribution of a published trace: `azure`, `lmsys` or `agent_heavy`.
pub fn published(name: &str) -> Option<Cdf> {
    let points = match name {
        "azure" => AZURE,
        "lmsys" => LMSYS,
        "agent_heavy" => AGENT_HEAVY,
        _ => return None,
    };
    Cdf::new(points).ok()
}

/// The Azure LLM inference trace of 2023 (Azure/AzurePublicDataset).
const AZURE: Points = [
    (64, 0.00837324818165691),
    (128, 0.02817101295015079),
    (256, 0.06758914316125599),
    (512, 0.2886287032109278),
    (768, 0.36427177576725206),
    (1024, 0.40447046301224054),
    (1536, 0.6568742238779492),
    (2048, 0.779847436579741),
    (3072, 0.8686535391165514),
    (4096, 0.8982082668085861),
    (6144, 0.9758027319496186),
    (8192, 0.9999645201348235),
    (12288, 0.9999645201348235),
    (16384, 1.0),
    (24576, 1.0),
    (32768, 1.0),
    (49152, 1.0),
    (65536, 1.0),
];

/// LMSYS-Chat-1M (Zheng et al., 2023).
const LMSYS: Points = [
    (64, 0.13143902904110133),
    (128, 0.2359468756113688),
    (256, 0.3824772725584252),
    (512, 0.6383272206772047),
    (768, 0.7579833930565839),
    (1024, 0.8306616774845409),
    (1536, 0.9088599256575542),
    (2048, 0.9482847003642829),
    (3072, 0.9728657502222596),
    (4096, 0.9837422332946185),
    (6144, 0.9928852149665558),
    (8192, 0.996530520768585),
    (12288, 0.998633010324239),
    (16384, 0.9992645001201069),
    (24576, 0.9996557761504877),
    (32768, 0.9997944562625215),
    (49152, 0.999839032012818),
    (65536, 1.0),
];

/// Made up from statistics of RAG (35 %), SWE-bench (40 %) and BFCL (25 %) requests.
const AGENT_HEAVY: Points = [
    (64, 0.0),
    (128, 0.0),
    (256, 7e-05),
    (512, 0.00407),
    (768, 0.02237),
    (1024, 0.05757),
    (1536, 0.15871),
    (2048, 0.26459),
    (3072, 0.43163),
    (4096, 0.53802),
    (6144, 0.65987),
    (8192, 0.74042),
    (12288, 0.85213),
    (16384, 0.91717),
    (24576, 0.97282),
    (32768, 0.99046),
    (49152, 0.99849),
    (65536, 1.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trace_is_a_distribution() {
        for (name, median) in [("azure", 1218), ("lmsys", 374), ("agent_heavy", 3731)] {
            let cdf = published(name).unwrap();
            assert_eq!(cdf.share(65_536), 1.0, "{name}");
            assert_eq!(cdf.quantile(0.5), median, "{name}");
        }
        assert_eq!(published("monday"), None);
    }
}
