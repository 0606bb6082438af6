//! One question to the compat mode: its arguments by the reference's names, and what answers it.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use wrp_fleet::compat::{self, Calibration, Disagg, Setting, Share};
use wrp_fleet::hardware::{self, Gpu, Model, Profile, Reading, Serving, SlotCap, manual};
use wrp_fleet::queueing;
use wrp_fleet::random::{Mersenne, Random};
use wrp_fleet::sizing;
use wrp_fleet::workload::Cdf;

use super::input::json_file;
use super::reference::{of_boundary, of_disagg, of_fleet, of_row, of_tokens};

type Answer = anyhow::Result<Value>;

/// Its name, and what answers it.
type Operation = (&'static str, fn(&Question<'_>) -> Answer);

pub(crate) const OPERATIONS: &[Operation] = &[
    ("random", random),
    ("randint", randint),
    ("expovariate", expovariate),
    ("choices", choices),
    ("cdf_eval", |it| Ok(json!(it.cdf(0)?.share(it.count(&["t", "tokens"], 1)?)))),
    ("erlang_c", |it| Ok(json!(queueing::erlang_c(it.count(&["c"], 0)?, it.number(&["a"], 1)?)))),
    ("p99_wait", p99_wait),
    ("n_slots", |it| Ok(json!(it.gpu("gpu", 0)?.slots(it.count(&["ctx", "max_ctx"], 1)?)))),
    ("iter_latency", iter_latency),
    ("prefill_iter_latency", iter_latency),
    ("service_time", service_time),
    ("calibrate", |it| Ok(of_calibration(&it.calibration()?))),
    ("min_gpus", min_gpus),
    ("power", |it| Ok(json!(it.gpu("gpu", 0)?.power.watts(it.count(&["n", "n_active"], 1)?, None)))),
    ("invert_power", invert_power),
    ("node_availability", node_availability),
    ("profile_builder", profile_builder),
    ("models", models),
    ("split_cdf", split_cdf),
    ("cdf_mean_l_out", |it| Ok(json!(compat::mean_answer(&it.cdf(0)?)))),
    ("gamma_sweep", gamma_sweep),
    ("disagg", disagg),
    ("pareto", pareto),
    ("tok_per_watt", tok_per_watt),
];

/// Arguments stand beside `op`, or in `args` by name or in order.
#[derive(Debug)]
pub(crate) struct Question<'v> {
    fields: Option<&'v Map<String, Value>>,
    named: Option<&'v Map<String, Value>>,
    ordered: &'v [Value],
}

impl<'v> Question<'v> {
    pub(crate) fn new(line: &'v Value) -> Question<'v> {
        let arguments = line.get("args");
        Question {
            fields: line.as_object(),
            named: arguments.and_then(Value::as_object),
            ordered: arguments.and_then(Value::as_array).map_or(&[], Vec::as_slice),
        }
    }

    fn find(&self, names: &[&str], nth: usize) -> Option<&'v Value> {
        let by_name = |fields: Option<&'v Map<String, Value>>| {
            names.iter().find_map(|name| fields?.get(*name)).filter(|value| !value.is_null())
        };
        let found = by_name(self.named).or_else(|| by_name(self.fields));
        found.or_else(|| self.ordered.get(nth).filter(|value| !value.is_null()))
    }

    fn number(&self, names: &[&str], nth: usize) -> anyhow::Result<f64> {
        let value = self.find(names, nth).with_context(|| format!("`{}` is missing", names[0]))?;
        value.as_f64().with_context(|| format!("`{}` is no number", names[0]))
    }

    fn number_or(&self, names: &[&str], nth: usize, default: f64) -> anyhow::Result<f64> {
        if self.find(names, nth).is_none() { Ok(default) } else { self.number(names, nth) }
    }

    fn count(&self, names: &[&str], nth: usize) -> anyhow::Result<u32> {
        let number = self.number(names, nth)?;
        if !(0.0..=f64::from(u32::MAX)).contains(&number) {
            bail!("`{}` is out of range", names[0]);
        }
        Ok(number as u32)
    }

    fn count_or(&self, names: &[&str], nth: usize, default: u32) -> anyhow::Result<u32> {
        if self.find(names, nth).is_none() { Ok(default) } else { self.count(names, nth) }
    }

    fn text(&self, name: &str, nth: usize) -> anyhow::Result<&'v str> {
        let value = self.find(&[name], nth).with_context(|| format!("`{name}` is missing"))?;
        value.as_str().with_context(|| format!("`{name}` is no text"))
    }

    fn numbers(&self, name: &str) -> anyhow::Result<Vec<f64>> {
        let value = self.find(&[name], usize::MAX).with_context(|| format!("`{name}` is missing"))?;
        serde_json::from_value(value.clone()).with_context(|| format!("`{name}` is no list of numbers"))
    }

    fn cdf(&self, nth: usize) -> anyhow::Result<Cdf> {
        let value = self.find(&["cdf"], nth).context("`cdf` is missing")?;
        let value = match value.as_str() {
            Some(path) => json_file(Path::new(path))?,
            None => value.clone(),
        };
        let points = value.get("cdf").unwrap_or(&value).clone();
        serde_json::from_value(points).context("`cdf` is no distribution")
    }

    fn gpu(&self, name: &str, nth: usize) -> anyhow::Result<Profile> {
        gpu(self.text(name, nth)?)
    }

    fn gpu_or(&self, names: &[&str], default: &str) -> anyhow::Result<Profile> {
        gpu(self.find(names, usize::MAX).and_then(Value::as_str).unwrap_or(default))
    }

    fn calibration(&self) -> anyhow::Result<Calibration> {
        let context = self.count(&["pool_max", "max_ctx"], 2)?;
        let profile = self.gpu("gpu", 1)?;
        if profile.slots(context) == 0 {
            bail!("no request of {context} tokens fits");
        }
        Ok(compat::calibrate(&self.cdf(0)?, context, &profile, self.count_or(&["lo_clamp"], 3, 1)?))
    }

    fn seeded(&self) -> anyhow::Result<(Mersenne, u32)> {
        const MOST: u32 = 1_000_000;
        let count = self.count_or(&["n", "count"], usize::MAX, 1)?;
        Ok((Mersenne::new(self.count_or(&["seed"], usize::MAX, 42)?), count.min(MOST)))
    }
}

fn gpu(name: &str) -> anyhow::Result<Profile> {
    manual::named(name).with_context(|| format!("no profile is called `{name}`"))
}

fn random(it: &Question<'_>) -> Answer {
    let (mut random, count) = it.seeded()?;
    Ok(json!((0..count).map(|_| random.unit()).collect::<Vec<_>>()))
}

fn randint(it: &Question<'_>) -> Answer {
    let (mut random, count) = it.seeded()?;
    let (low, high) = (it.count(&["low", "a"], 0)?, it.count(&["high", "b"], 1)?);
    Ok(json!((0..count).map(|_| random.between(low, high)).collect::<Vec<_>>()))
}

fn expovariate(it: &Question<'_>) -> Answer {
    let (mut random, count) = it.seeded()?;
    let rate = it.number(&["rate", "lambd", "lam"], 0)?;
    Ok(json!((0..count).map(|_| random.exponential(rate)).collect::<Vec<_>>()))
}

/// Indices, or the names of `population` where there is one.
fn choices(it: &Question<'_>) -> Answer {
    let (mut random, count) = it.seeded()?;
    let weights = it.numbers("weights")?;
    let names = it.find(&["population"], usize::MAX).and_then(Value::as_array);
    let named = |index: usize| names.and_then(|names| names.get(index)).cloned().unwrap_or(json!(index));
    Ok((0..count).map(|_| named(random.choice(&weights))).collect())
}

fn p99_wait(it: &Question<'_>) -> Answer {
    let (slots, rate) = (it.count(&["c"], 0)?, it.number(&["lam"], 1)?);
    let wait = queueing::p99_wait_s(slots, rate, it.number(&["mu"], 2)?, it.number_or(&["cv2"], 3, 1.0)?);
    // JSON has no infinity.
    Ok(if wait.is_finite() { json!(wait) } else { json!("inf") })
}

fn iter_latency(it: &Question<'_>) -> Answer {
    let profile = it.gpu("gpu", 0)?;
    let tokens = it.number_or(&["mean_seq_len"], 2, f64::from(profile.calibration_tokens))?;
    Ok(json!(profile.step_s(it.number(&["n", "n_active"], 1)?, tokens)))
}

fn service_time(it: &Question<'_>) -> Answer {
    let profile = it.gpu("gpu", 0)?;
    let slots = profile.slots(it.count(&["ctx", "max_ctx"], 3)?);
    Ok(json!(profile.service_s(it.count(&["l_in"], 1)?, it.count(&["l_out"], 2)?, slots)))
}

fn of_calibration(pool: &Calibration) -> Value {
    json!({"mu_gpu": pool.rate, "cv2": pool.scv, "n_slots": pool.slots, "mean_prefill_s": pool.prefill_s})
}

/// Of a distribution, or of a pool's own numbers.
fn min_gpus(it: &Question<'_>) -> Answer {
    let pool = match it.find(&["mu", "mu_gpu"], usize::MAX) {
        None => it.calibration()?,
        Some(_) => Calibration {
            rate: it.number(&["mu", "mu_gpu"], usize::MAX)?,
            scv: it.number_or(&["cv2"], usize::MAX, 1.0)?,
            slots: it.count_or(&["n_slots"], usize::MAX, 1)?,
            prefill_s: 0.0,
        },
    };
    Ok(json!(compat::min_instances(it.number(&["lam"], 4)?, it.number(&["t_slo"], 5)?, &pool)))
}

fn invert_power(it: &Question<'_>) -> Answer {
    let profile = it.gpu("gpu", 0)?;
    let SlotCap::AtCalibration(most) = profile.cap else { bail!("the profile has no cap") };
    Ok(json!(profile.power.most_within_compat(it.number(&["target_w", "watts"], 1)?, most)))
}

fn node_availability(it: &Question<'_>) -> Answer {
    let failures = it.number(&["r_f", "r_f_per_node_day"], 0)?;
    Ok(json!(sizing::availability(failures, it.number(&["mttr", "mttr_hours"], 1)?)))
}

fn profile_builder(it: &Question<'_>) -> Answer {
    let (hw, model) = (it.text("hw", 0)?, it.text("model", 1)?);
    let gpu = Gpu::named(hw).with_context(|| format!("no GPU is called `{hw}`"))?;
    let model =
        Model::named(model, Reading::Compat).with_context(|| format!("no model is called `{model}`"))?;
    let gpus = it.count_or(&["tp"], 2, 1)?.max(1);
    let element_bytes = it.number_or(&["dtype_bytes"], 3, 2.0)?;
    let serving = Serving { gpus, element_bytes, ..Serving::default() };
    let profile = hardware::build(&gpu, &model, &serving, Reading::Compat);
    let point = profile.decoding(&model, &gpu, element_bytes, 8192);
    Ok(json!({
        "hw": gpu.name,
        "model": model.name,
        "tp": gpus,
        "dtype_bytes": element_bytes,
        "W": profile.weights_s,
        "H": profile.sequence_s,
        "kv_blks": profile.kv_blocks,
        "n_slots_8192": profile.slots(8192),
        "cost": profile.price_per_hour,
        "iter_16_8192": profile.step_s(16.0, 8192.0),
        "power_16_4096": profile.power.watts(16, Some(4096.0)),
        "decode_efficiency_8192": {
            "n_active": 8192,
            "iter_latency_s": point.step_s,
            "tokens_per_s": point.tokens_per_s,
            "mem_bytes_per_iter": point.bytes,
            "kv_frac": point.cache_share,
            "flops_per_iter": point.flops,
            "arithmetic_intensity": point.flops / point.bytes,
            "roofline_bound": point.bound.as_str(),
            "power_w": point.power_w,
            "tokens_per_watt": point.tokens_per_s / point.power_w,
        },
        "prefill_iter_512x2048": profile.prefill_step_s(512.0, 2048.0, 8.0, 8192.0),
    }))
}

fn models(it: &Question<'_>) -> Answer {
    let of = |model: &Model| {
        json!({
            "n_layers": model.layers,
            "n_heads": model.heads,
            "n_kv_heads": model.key_heads(),
            "head_dim": model.head_size,
            "is_moe": model.experts.is_some(),
            "param_count": model.weights(),
            "active_param_count": model.active_weights(),
            "kv_bytes_per_token": model.cache_bytes(2.0),
        })
    };
    if it.find(&["name", "model"], 0).is_none() {
        let all = hardware::models(Reading::Compat);
        return Ok(all.iter().map(|model| (model.name.to_owned(), of(model))).collect::<Map<_, _>>().into());
    }
    let name = it.find(&["name", "model"], 0).and_then(Value::as_str).unwrap_or_default();
    let model =
        Model::named(name, Reading::Compat).with_context(|| format!("no model is called `{name}`"))?;
    Ok(of(&model))
}

fn split_cdf(it: &Question<'_>) -> Answer {
    let (short, long, share) = compat::split(&it.cdf(0)?, it.count(&["b_short"], 1)?);
    Ok(json!({"short": short, "long": long, "alpha": share}))
}

fn gamma_sweep(it: &Question<'_>) -> Answer {
    let (short, long) = (it.gpu_or(&["gpu_short", "gpu"], "a100")?, it.gpu_or(&["gpu_long", "gpu"], "a100")?);
    let setting = setting(it, &short, &long)?;
    let gammas = match it.find(&["gammas"], usize::MAX) {
        Some(_) => it.numbers("gammas")?,
        None => compat::gammas(),
    };
    let rows = compat::sweep(&it.cdf(0)?, it.number(&["lam"], 1)?, &setting, &gammas);
    Ok(rows.iter().map(of_row).collect())
}

fn setting<'p>(it: &Question<'_>, short: &'p Profile, long: &'p Profile) -> anyhow::Result<Setting<'p>> {
    Ok(Setting {
        short,
        long,
        boundary: it.count_or(&["b_short", "B_short"], 2, 4096)?.max(1),
        bound_ms: it.number_or(&["t_slo_ms", "slo", "slo_ms"], 3, 500.0)?,
        long_context: it.count_or(&["long_max_ctx"], 4, 65_536)?.max(1),
        compressible: it.number_or(&["p_c"], usize::MAX, 0.75)?,
        availability: it.number_or(&["node_avail"], usize::MAX, 1.0)?,
    })
}

fn pareto(it: &Question<'_>) -> Answer {
    let (short, long) = (it.gpu_or(&["gpu_short", "gpu"], "a100")?, it.gpu_or(&["gpu_long", "gpu"], "a100")?);
    let (_, rows) = compat::pareto(&it.cdf(0)?, it.number(&["lam"], 1)?, &setting(it, &short, &long)?);
    Ok(rows.iter().map(of_boundary).collect())
}

/// With `lam` the front and the cheapest that carries it, without the best rate per GPU.
fn disagg(it: &Question<'_>) -> Answer {
    let (prefill, decode) = (it.gpu_or(&["gpu_prefill"], "h100")?, it.gpu_or(&["gpu_decode"], "a100")?);
    let lengths = match it.find(&["cdf"], usize::MAX) {
        Some(_) => compat::means(&it.cdf(usize::MAX)?),
        None => (1024, 256),
    };
    let disagg = Disagg {
        prefill: &prefill,
        decode: &decode,
        prompt: it.count_or(&["mean_isl", "isl"], usize::MAX, lengths.0)?,
        answer: it.count_or(&["mean_osl", "osl"], usize::MAX, lengths.1)?,
        ttft_bound_ms: it.number_or(&["slo_ttft", "slo_ttft_ms"], usize::MAX, 2000.0)?,
        tpot_bound_ms: it.number_or(&["slo_tpot", "slo_tpot_ms"], usize::MAX, 50.0)?,
        context: it.count_or(&["max_ctx"], usize::MAX, 4096)?.max(1),
    };
    if it.find(&["lam"], usize::MAX).is_none() {
        let (prefills, decodes) = (
            it.count_or(&["max_prefill"], usize::MAX, 32)?.min(256),
            it.count_or(&["max_decode"], usize::MAX, 64)?.min(256),
        );
        return Ok(json!(disagg.best_per_gpu(prefills, decodes).as_ref().map(of_disagg)));
    }
    let (prefills, decodes) = (
        it.count_or(&["max_prefill"], usize::MAX, 16)?.min(256),
        it.count_or(&["max_decode"], usize::MAX, 32)?.min(256),
    );
    let (front, best) = disagg.front(it.number(&["lam"], usize::MAX)?, prefills, decodes);
    Ok(json!({
        "best": best.as_ref().map(of_disagg),
        "pareto": front.iter().map(of_disagg).collect::<Vec<_>>(),
    }))
}

/// Of one pool, or with `b_short` of two.
fn tok_per_watt(it: &Question<'_>) -> Answer {
    let (cdf, rate) = (it.cdf(0)?, it.number(&["lam"], 1)?);
    let bound_ms = it.number_or(&["t_slo_ms", "slo", "slo_ms"], 3, 500.0)?;
    let context = it.count_or(&["max_ctx"], 4, 8192)?.max(1);
    if it.find(&["b_short"], usize::MAX).is_none() {
        let profile = it.gpu("gpu", 2)?;
        let utilisation = match it.find(&["rho", "rho_override"], usize::MAX) {
            Some(_) => Some(it.number(&["rho", "rho_override"], usize::MAX)?),
            None => None,
        };
        let share = Share { cdf, rate, profile: &profile, context };
        return Ok(of_tokens(&compat::tokens_per_watt(&share, bound_ms, utilisation), &profile));
    }
    let (short, long) = (it.gpu_or(&["gpu_short", "gpu"], "a100")?, it.gpu_or(&["gpu_long", "gpu"], "a100")?);
    let (below, above, share) = compat::split(&cdf, it.count(&["b_short"], usize::MAX)?);
    let whole = [Share { cdf, rate, profile: &long, context }];
    let routed = [
        Share { cdf: below, rate: share * rate, profile: &short, context },
        Share { cdf: above, rate: (1.0 - share) * rate, profile: &long, context },
    ];
    Ok(json!({
        "homo": of_fleet(&compat::fleet_tokens(&whole, bound_ms)),
        "routed": of_fleet(&compat::fleet_tokens(&routed, bound_ms)),
    }))
}
