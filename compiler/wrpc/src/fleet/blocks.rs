//! A policy's own POOL and WORKLOAD blocks as the workload and the pools of a plan.

use anyhow::{Context as _, bail};
use serde_json::json;
use wrp_fleet::spec::{Hardware, Limits, Pool, Spec, Workload};
use wrp_fleet::workload::{Cdf, published};
use wrp_lang::govern::path::Atlas;
use wrp_lang::govern::{pool, workload};
use wrp_lang::policy::Policy;

/// The longest request of a pool that says nothing of it, and whose models say nothing either.
const CONTEXT: u32 = 65_536;
/// The lengths at which a sum of prompts and answers is looked at.
const QUANTILES: u32 = 64;

/// What a plan can be made from: `None` where the policy has no WORKLOAD, or no POOL that says on what it runs.
pub(crate) fn of_policy(policy: &Policy) -> anyhow::Result<Option<Spec>> {
    let atlas = Atlas::new(policy);
    let pools: Vec<Pool> = policy
        .pools
        .iter()
        .filter_map(|pool| place(pool, &atlas).transpose())
        .collect::<anyhow::Result<_>>()?;
    if policy.workloads.is_empty() || pools.is_empty() {
        return Ok(None);
    }
    // Each pool may promise another; what all keep is the strictest.
    let strictest = |slo: fn(&pool::Slo) -> Option<f64>| {
        policy.pools.iter().filter_map(|pool| slo(&pool.slo)).reduce(f64::min)
    };
    let limits = Limits::default();
    let bounds = Limits {
        ttft_p99_ms: strictest(|slo| slo.ttft_ms).unwrap_or(limits.ttft_p99_ms),
        tpot_ms: strictest(|slo| slo.tpot_ms).unwrap_or(limits.tpot_ms),
        ..limits
    };
    let spec = Spec { version: 1, workload: together(policy)?, bounds, pools };
    spec.check().context("the policy's blocks describe no fleet")?;
    Ok(Some(spec))
}

/// `None` where a pool does not say on what it runs: somebody else's machines are not ours to size.
fn place(pool: &pool::Pool, atlas: &Atlas<'_>) -> anyhow::Result<Option<Pool>> {
    let Some(gpu) = &pool.gpu else { return Ok(None) };
    let (hardware, gpus_each) = match gpu.split('/').collect::<Vec<_>>().as_slice() {
        [name] => (json!(name), 1),
        [gpu, model, gpus] => {
            let gpus: u32 = gpus.parse().with_context(|| format!("in `gpu` of pool `{}`", pool.name.it))?;
            (json!({ "gpu": gpu, "model": model, "gpus": gpus }), gpus.max(1))
        }
        _ => bail!("`gpu` of pool `{}` is neither a profile nor `gpu/model/count`", pool.name.it),
    };
    let profile: Hardware = serde_json::from_value(hardware)?;
    let windows = pool.models.iter().filter_map(|model| atlas.window(&model.it));
    let context = pool
        .max_context
        .or_else(|| windows.max())
        .map_or(CONTEXT, |context| u32::try_from(context).unwrap_or(u32::MAX));
    Ok(Some(Pool {
        name: pool.name.it.clone(),
        profile,
        context,
        models: pool.models.iter().map(|model| model.it.clone()).collect(),
        most: pool.gpus.map(|gpus| gpus / gpus_each),
    }))
}

/// All WORKLOAD blocks as one: their requests come side by side.
fn together(policy: &Policy) -> anyhow::Result<Workload> {
    let mut parts = Vec::new();
    let (mut rate, mut prompts, mut images, mut tools) = (0.0, 0.0, 0.0, 0.0);
    let mut hours = [0.0; 24];
    for workload in &policy.workloads {
        let (cdf, prompt_share) = lengths(workload)?;
        rate += workload.rate;
        prompts += workload.rate * prompt_share;
        images += workload.rate * workload.images;
        tools += workload.rate * workload.tools;
        for (hour, all) in hours.iter_mut().enumerate() {
            *all += workload.rate * workload.hours.get(hour).copied().unwrap_or(1.0);
        }
        parts.push((workload.rate, cdf));
    }
    if rate <= 0.0 {
        bail!("no WORKLOAD has a positive `rate`");
    }
    let parts: Vec<(f64, &Cdf)> = parts.iter().map(|(rate, cdf)| (*rate, cdf)).collect();
    let shaped = policy.workloads.iter().any(|workload| !workload.hours.is_empty());
    Ok(Workload {
        rate_per_s: rate,
        cdf: Cdf::mixture(&parts).context("the workloads' lengths cannot be added up")?,
        prompt_share: prompts / rate,
        compressible: 0.0,
        signals: [("image_content", images / rate), ("tool_definition", tools / rate)]
            .into_iter()
            .flat_map(|(source, share)| counting(policy, source).map(move |key| (key, share)))
            .collect(),
        hours: shaped.then(|| hours.iter().map(|all| all / rate).collect()),
    })
}

/// Prompt and answer together, and the prompts' part of all tokens.
fn lengths(workload: &workload::Workload) -> anyhow::Result<(Cdf, f64)> {
    const PROMPT_SHARE: f64 = 0.8;
    if workload.prompt_tokens.is_empty() || workload.answer_tokens.is_empty() {
        let name = workload.archetype.as_deref().unwrap_or_default();
        let cdf = published(name).with_context(|| format!("no published trace is called `{name}`"))?;
        return Ok((cdf, PROMPT_SHARE));
    }
    let part = |points: &[workload::Point]| {
        let points =
            points.iter().map(|point| (u32::try_from(point.tokens).unwrap_or(u32::MAX), point.share));
        Cdf::new(points).with_context(|| format!("in WORKLOAD `{}`", workload.name.it))
    };
    let (prompt, answer) = (part(&workload.prompt_tokens)?, part(&workload.answer_tokens)?);
    // The longest prompts are taken to get the longest answers: no sum is longer.
    let shares = (1..=QUANTILES).map(|nth| f64::from(nth) / f64::from(QUANTILES));
    let mut points: Vec<(u32, f64)> = Vec::new();
    for share in shares {
        let tokens = prompt.quantile(share).saturating_add(answer.quantile(share));
        match points.last_mut() {
            Some(last) if last.0 >= tokens => last.1 = share,
            _ => points.push((tokens, share)),
        }
    }
    let cdf = Cdf::new(points).with_context(|| format!("in WORKLOAD `{}`", workload.name.it))?;
    Ok((cdf, prompt.mean() / (prompt.mean() + answer.mean())))
}

/// The keys of signals that fire when a request has any of something.
fn counting<'p>(policy: &'p Policy, source: &'static str) -> impl Iterator<Item = String> + 'p {
    let signals = policy.recipes.first().into_iter().flat_map(|recipe| &recipe.signals);
    let counts = move |signal: &&wrp_lang::policy::Signal| {
        let feature = signal.fields.object("feature").filter(|_| signal.kind.name == "conversation");
        feature.and_then(|feature| feature.object("source")?.text("type")) == Some(source)
    };
    signals.filter(counts).map(|signal| format!("conversation:{}", signal.name.it))
}
