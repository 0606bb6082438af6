//! Pools and a workload as data: what a policy's own blocks, or a JSON file, say about the third dimension.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hardware::{self, Gpu, Model, Profile, Reading, Serving, manual};
use crate::sizing::Bounds;
use crate::workload::Cdf;

/// Version 1 of the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub version: u32,
    pub workload: Workload,
    #[serde(default)]
    pub bounds: Limits,
    #[serde(default)]
    pub pools: Vec<Pool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    pub rate_per_s: f64,
    /// Total tokens with the share of requests that have no more.
    pub cdf: Cdf,
    /// The prompt's part of all tokens.
    #[serde(default = "four_fifths")]
    pub prompt_share: f64,
    /// The share of requests whose prompts may be compressed.
    #[serde(default = "three_quarters")]
    pub compressible: f64,
    /// How often signals match that lengths do not decide, by key: `{"domain:math": 0.2}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub signals: BTreeMap<String, f64>,
    /// For each hour (UTC), the rate over the mean rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<f64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub ttft_p99_ms: f64,
    pub tpot_ms: f64,
    /// The share of its capacity that a pool may be asked for.
    pub busiest: f64,
    /// The share of instances that are up.
    pub availability: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    pub name: String,
    pub profile: Hardware,
    /// The longest request, prompt and answer, that it takes.
    pub context: u32,
    /// The logical models that it serves; without any, the one of its own name.
    #[serde(default)]
    pub models: Vec<String>,
    /// Instances that there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// A given profile by name, or a GPU and a model to derive one from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Hardware {
    Named(String),
    Derived(Derived),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    pub gpu: String,
    pub model: String,
    #[serde(default = "one")]
    pub gpus: u32,
    #[serde(default = "two_bytes")]
    pub element_bytes: f64,
}

fn four_fifths() -> f64 {
    0.8
}

fn three_quarters() -> f64 {
    0.75
}

fn one() -> u32 {
    1
}

fn two_bytes() -> f64 {
    2.0
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ttft_p99_ms: 500.0, tpot_ms: 100.0, busiest: 0.85, availability: 1.0 }
    }
}

impl Limits {
    pub fn bounds(&self) -> Bounds {
        Bounds { ttft_s: self.ttft_p99_ms / 1000.0, busiest: self.busiest }
    }
}

/// What a specification says that cannot be.
#[derive(Clone, Debug, PartialEq)]
pub enum SpecError {
    Version(u32),
    /// This field must lie in that range.
    Range(&'static str, &'static str),
    UnknownProfile(String),
    UnknownGpu(String),
    UnknownModel(String),
    TwoPools(String),
}

impl std::fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SpecError::Version(version) => write!(formatter, "version {version} is not 1"),
            SpecError::Range(field, range) => write!(formatter, "`{field}` must be {range}"),
            SpecError::UnknownProfile(name) => {
                write!(formatter, "no profile is called `{name}`: a10g, a100 and h100 are given")
            }
            SpecError::UnknownGpu(name) => write!(formatter, "no GPU is called `{name}`"),
            SpecError::UnknownModel(name) => write!(formatter, "no model is called `{name}`"),
            SpecError::TwoPools(name) => write!(formatter, "two pools are called `{name}`"),
        }
    }
}

impl std::error::Error for SpecError {}

impl Hardware {
    pub fn profile(&self) -> Result<Profile, SpecError> {
        match self {
            Hardware::Named(name) => {
                manual::named(name).ok_or_else(|| SpecError::UnknownProfile(name.clone()))
            }
            Hardware::Derived(derived) => {
                let gpu =
                    Gpu::named(&derived.gpu).ok_or_else(|| SpecError::UnknownGpu(derived.gpu.clone()))?;
                let model = Model::named(&derived.model, Reading::Corrected)
                    .ok_or_else(|| SpecError::UnknownModel(derived.model.clone()))?;
                let serving = Serving {
                    gpus: derived.gpus.max(1),
                    element_bytes: derived.element_bytes,
                    ..Serving::default()
                };
                Ok(hardware::build(&gpu, &model, &serving, Reading::Corrected))
            }
        }
    }
}

impl Spec {
    /// Whether everything in it can be.
    pub fn check(&self) -> Result<(), SpecError> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let workload = &self.workload;
        let ranges = [
            (positive(workload.rate_per_s), "rate_per_s", "positive"),
            (share(workload.prompt_share), "prompt_share", "in 0..=1"),
            (share(workload.compressible), "compressible", "in 0..=1"),
            (workload.signals.values().all(|value| share(*value)), "signals", "in 0..=1"),
            (workload.hours.as_ref().is_none_or(|hours| hours.len() == 24), "hours", "24 numbers"),
            (positive(self.bounds.ttft_p99_ms), "ttft_p99_ms", "positive"),
            (positive(self.bounds.tpot_ms), "tpot_ms", "positive"),
            (self.bounds.busiest > 0.0 && share(self.bounds.busiest), "busiest", "above 0, at most 1"),
            (
                self.bounds.availability > 0.0 && share(self.bounds.availability),
                "availability",
                "above 0, at most 1",
            ),
            (self.pools.iter().all(|pool| pool.context > 0), "context", "positive"),
        ];
        if self.version != 1 {
            return Err(SpecError::Version(self.version));
        }
        if let Some((_, field, range)) = ranges.into_iter().find(|(holds, _, _)| !holds) {
            return Err(SpecError::Range(field, range));
        }
        for (nth, pool) in self.pools.iter().enumerate() {
            pool.profile.profile()?;
            if self.pools[..nth].iter().any(|other| other.name == pool.name) {
                return Err(SpecError::TwoPools(pool.name.clone()));
            }
        }
        Ok(())
    }

    /// The pool that serves a model, of those whose context takes the request the one with the shortest.
    pub fn pool_of(&self, model: &str, tokens: u32) -> Option<usize> {
        let serves = |pool: &Pool| {
            pool.models.iter().any(|it| it == model) || (pool.models.is_empty() && pool.name == model)
        };
        let able = self.pools.iter().enumerate().filter(|(_, pool)| serves(pool) && tokens <= pool.context);
        able.min_by_key(|(_, pool)| pool.context).map(|(nth, _)| nth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"version":1,"workload":{"rate_per_s":10,"cdf":[[512,0.5],[8192,1.0]]},
        "pools":[{"name":"short","profile":"a100","context":2048,"models":["m"]},
                 {"name":"long","profile":{"gpu":"h100","model":"llama-3.1-70b","gpus":8},"context":8192,"models":["m"]}]}"#;

    #[test]
    fn a_specification_is_read_and_written_back() {
        let spec: Spec = serde_json::from_str(SPEC).unwrap();
        assert_eq!(spec.check(), Ok(()));
        let again: Spec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        assert_eq!(again, spec);
        assert_eq!((spec.pool_of("m", 100), spec.pool_of("m", 4000)), (Some(0), Some(1)));
        assert_eq!((spec.pool_of("m", 9000), spec.pool_of("n", 100)), (None, None));
    }

    #[test]
    fn what_cannot_be_is_said() {
        let spec: Spec = serde_json::from_str(SPEC).unwrap();
        let with = |change: fn(&mut Spec)| {
            let mut spec = spec.clone();
            change(&mut spec);
            spec.check()
        };
        assert_eq!(with(|it| it.version = 2), Err(SpecError::Version(2)));
        assert_eq!(with(|it| it.workload.rate_per_s = 0.0), Err(SpecError::Range("rate_per_s", "positive")));
        assert_eq!(
            with(|it| it.pools[0].profile = Hardware::Named("tpu".to_owned())),
            Err(SpecError::UnknownProfile("tpu".to_owned()))
        );
        assert_eq!(
            with(|it| it.pools[1].name = "short".to_owned()),
            Err(SpecError::TwoPools("short".to_owned()))
        );
    }
}
