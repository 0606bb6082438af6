//! Workloads, distributions and traces from files, and the arguments that name them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use wrp_fleet::hardware::Profile;
use wrp_fleet::simulate::Pool;
use wrp_fleet::sizing::TwoPool;
use wrp_fleet::spec::{Hardware, Limits, Spec, Workload};
use wrp_fleet::workload::{Cdf, Columns, Layout, Trace, Window, read};

/// A workload by its parts.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WorkloadArgs {
    /// Workload, bounds and pools as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) workload: Option<PathBuf>,
    /// A distribution of lengths as JSON: `[[tokens, share], …]`
    #[arg(long, value_name = "FILE.json", conflicts_with = "workload")]
    pub(crate) cdf: Option<PathBuf>,
    /// A trace to take rate and lengths from: CSV or JSON lines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["workload", "cdf"])]
    pub(crate) trace: Option<PathBuf>,
    /// Requests a second, instead of what the file says
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// P99 of the time to the first token, instead of what the file says
    #[arg(long, value_name = "MS")]
    pub(crate) ttft_ms: Option<f64>,
    /// Time per output token, instead of what the file says
    #[arg(long, value_name = "MS")]
    pub(crate) tpot_ms: Option<f64>,
}

/// Two pools of one kind or two.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PoolArgs {
    /// Profile of both pools: a10g, a100, h100, or `gpu/model/count` as in h100/llama-3.1-70b/8
    #[arg(long, default_value = "a100")]
    pub(crate) gpu: String,
    /// Profile of the short pool, where it is another
    #[arg(long, value_name = "GPU")]
    pub(crate) gpu_short: Option<String>,
    /// Profile of the long pool, where it is another
    #[arg(long, value_name = "GPU")]
    pub(crate) gpu_long: Option<String>,
    /// The longest request that the long pool takes
    #[arg(long, default_value_t = 65_536)]
    pub(crate) context: u32,
}

impl WorkloadArgs {
    /// Whether none was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.workload.is_none() && self.cdf.is_none() && self.trace.is_none()
    }

    /// The workload with all its parts, checked.
    pub(crate) fn read(&self) -> anyhow::Result<Spec> {
        let mut spec = match (&self.workload, &self.cdf, &self.trace) {
            (Some(path), _, _) => of_json(json_file(path)?)?,
            (_, Some(path), _) => {
                let value = json_file(path)?;
                let cdf = value.get("cdf").unwrap_or(&value);
                let rate = self.rate.unwrap_or(100.0);
                of_json(json!({"version": 1, "workload": {"rate_per_s": rate, "cdf": cdf}}))?
            }
            (_, _, Some(path)) => of_trace(&trace_file(path)?)?,
            _ => bail!("give a workload: `--workload`, `--cdf` or `--trace`"),
        };
        if let Some(rate) = self.rate {
            spec.workload.rate_per_s = rate;
        }
        if let Some(bound) = self.ttft_ms {
            spec.bounds.ttft_p99_ms = bound;
        }
        if let Some(bound) = self.tpot_ms {
            spec.bounds.tpot_ms = bound;
        }
        spec.check().context("the workload cannot be")?;
        Ok(spec)
    }
}

impl PoolArgs {
    pub(crate) fn short(&self) -> anyhow::Result<Profile> {
        profile(self.gpu_short.as_deref().unwrap_or(&self.gpu))
    }

    pub(crate) fn long(&self) -> anyhow::Result<Profile> {
        profile(self.gpu_long.as_deref().unwrap_or(&self.gpu))
    }
}

fn of_json(value: Value) -> anyhow::Result<Spec> {
    serde_json::from_value(value).context("the workload cannot be read")
}

/// `h100`, or `h100/llama-3.1-70b/8` with `/1` behind for a byte a weight.
pub(crate) fn profile(name: &str) -> anyhow::Result<Profile> {
    let mut parts = name.split('/');
    let hardware = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(gpu), Some(model), gpus, bytes) => json!({
            "gpu": gpu,
            "model": model,
            "gpus": gpus.unwrap_or("1").parse::<u32>().with_context(|| format!("in `{name}`"))?,
            "element_bytes": bytes.unwrap_or("2").parse::<f64>().with_context(|| format!("in `{name}`"))?,
        }),
        _ => json!(name),
    };
    let hardware: Hardware = serde_json::from_value(hardware)?;
    let profile = hardware.profile()?;
    if profile.kv_blocks == 0 {
        bail!("`{name}` has no room for a cache: take more GPUs an instance");
    }
    Ok(profile)
}

pub(crate) fn two_pool<'p>(
    spec: &Spec,
    short: &'p Profile,
    long: &'p Profile,
    long_context: u32,
) -> TwoPool<'p> {
    TwoPool {
        short,
        long,
        long_context,
        compressible: spec.workload.compressible,
        prompt_share: spec.workload.prompt_share,
        bounds: spec.bounds.bounds(),
        availability: spec.bounds.availability,
    }
}

pub(crate) fn json_file(path: &Path) -> anyhow::Result<Value> {
    let text = text_file(path)?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not JSON", path.display()))
}

pub(crate) fn text_file(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

pub(crate) fn trace_file(path: &Path) -> anyhow::Result<Trace> {
    let trace = read(&text_file(path)?, Layout::Guess, &Columns::default());
    if trace.arrivals.is_empty() {
        bail!("`{}` has no requests: a line needs `prompt_tokens`", path.display());
    }
    Ok(trace)
}

/// Rate, lengths and the prompts' share of a trace.
pub(crate) fn of_trace(trace: &Trace) -> anyhow::Result<Spec> {
    let mut window = Window::new(f64::INFINITY);
    trace.arrivals.iter().for_each(|arrival| window.push(arrival.at_s, arrival.tokens()));
    let prompts: f64 = trace.arrivals.iter().map(|arrival| f64::from(arrival.prompt)).sum();
    let tokens: f64 = trace.arrivals.iter().map(|arrival| f64::from(arrival.tokens())).sum();
    let workload = Workload {
        rate_per_s: window.rate().max(1e-6),
        cdf: window.cdf().context("the trace has no requests")?,
        prompt_share: prompts / tokens,
        compressible: 0.75,
        signals: BTreeMap::new(),
        hours: None,
    };
    Ok(Spec { version: 1, workload, bounds: Limits::default(), pools: Vec::new() })
}

/// The boundary's pools as the simulator takes them.
pub(crate) fn simulated_pool(name: &str, profile: &Profile, context: u32, instances: u32) -> Pool {
    Pool { name: name.to_owned(), profile: profile.clone(), context, instances }
}

/// Knots that could be boundaries below the long pool's context.
pub(crate) fn boundaries(cdf: &Cdf, context: u32) -> Vec<u32> {
    let splits = cdf.knots().iter().filter(|knot| knot.share > 0.0 && knot.tokens < context);
    splits.map(|knot| knot.tokens).collect()
}
