//! A policy's pools: what each route sends where, what that takes, and what it would take without the route.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use serde_json::{Value, json};
use wrp_fleet::spec::Spec;
use wrp_fleet::{Load, Place, Plan, plan as size_pools};
use wrp_lang::lower::{self, Options};

use super::blocks;
use super::split::{self, Sample, SplitArgs, Taken};
use super::table::{Table, ms, per_year, percent, yes};
use crate::Console;
use crate::command::{Exit, Format};
use crate::policy::{self, Loaded};

/// A policy with a fleet for it.
pub(crate) struct Sized {
    pub(crate) plan: Plan,
    pub(crate) routes: Vec<Row>,
    /// The share of requests that no pool serves, by why.
    pub(crate) unserved: BTreeMap<String, f64>,
}

/// What one route sends to one pool.
pub(crate) struct Row {
    pub(crate) route: String,
    pub(crate) model: String,
    pub(crate) pool: String,
    pub(crate) share: f64,
    pub(crate) mean_tokens: f64,
    pub(crate) answer_p75: u32,
}

/// What is shown for the default model, which no route names.
const NO_ROUTE: &str = "(no route)";

pub(crate) fn plan(
    path: &Path,
    spec: &Spec,
    arguments: &SplitArgs,
    format: Format,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load_one(path, console)? else { return Ok(Exit::Findings) };
    plan_loaded(&loaded, spec, arguments, format, console)
}

/// The same for a policy that says in its own blocks what comes and where it runs.
pub(crate) fn plan_own(
    path: &Path,
    arguments: &SplitArgs,
    format: Format,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let Some(loaded) = policy::load_one(path, console)? else { return Ok(Exit::Findings) };
    match blocks::of_policy(&loaded.policy)? {
        Some(spec) => plan_loaded(&loaded, &spec, arguments, format, console),
        None => {
            bail!("the policy has no WORKLOAD, or no POOL with a `gpu`: write them, or give `--workload`")
        }
    }
}

fn plan_loaded(
    loaded: &Loaded,
    spec: &Spec,
    arguments: &SplitArgs,
    format: Format,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    for key in split::unknown_signals(&loaded.graph, spec) {
        writeln!(console.err, "the policy does not look at `{key}`, which the workload has in `signals`")?;
    }
    let samples = split::samples(arguments, spec)?;
    let sized = size(&split::decide(&loaded.graph, &samples), spec, &samples)?;
    let without = without_each(loaded, spec, &samples)?;
    let fine = sized.plan.meets && sized.unserved.is_empty();
    let exit = if fine { Exit::Fine } else { Exit::Findings };
    if format == Format::Json {
        let mut value = of_sized(&sized);
        value["version"] = json!(1);
        value["without"] = without
            .iter()
            .map(|(route, other)| {
                json!({
                    "route": route,
                    "price_per_year": other.plan.price_per_year(),
                    "route_saves_per_year": other.plan.price_per_year() - sized.plan.price_per_year(),
                    "power_kw": other.plan.power_w / 1e3,
                    "tokens_per_watt": other.plan.tokens_per_watt,
                    "meets": other.plan.meets,
                    "unserved": other.unserved,
                })
            })
            .collect();
        console.json_pretty(&value)?;
        return Ok(exit);
    }
    draw(&sized, console)?;
    if !without.is_empty() {
        writeln!(console.out, "\nwithout a route:")?;
        let mut table = Table::new(["route", "a year", "the route saves", "tok/W", "meets", "unserved"]);
        for (route, other) in &without {
            table.row([
                route.clone(),
                per_year(other.plan.price_per_hour),
                per_year(other.plan.price_per_hour - sized.plan.price_per_hour),
                format!("{:.2}", other.plan.tokens_per_watt),
                yes(other.plan.meets),
                percent(other.unserved.values().sum()),
            ]);
        }
        table.draw(console)?;
    }
    Ok(exit)
}

/// Sizes every pool for what a policy sends it; `taken` is what the policy does with each sample.
pub(crate) fn size(taken: &[Taken], spec: &Spec, samples: &[Sample]) -> anyhow::Result<Sized> {
    let mut groups: BTreeMap<(&Taken, usize), Vec<&Sample>> = BTreeMap::new();
    let mut unserved: BTreeMap<String, f64> = BTreeMap::new();
    let each = 1.0 / samples.len() as f64;
    for (sample, taken) in samples.iter().zip(taken) {
        let tokens = sample.prompt.saturating_add(sample.answer);
        let Some(model) = &taken.model else {
            // A denial and a ready answer cost no machine.
            if taken.route.is_none() {
                *unserved.entry("no route and no default model".to_owned()).or_default() += each;
            }
            continue;
        };
        match spec.pool_of(model, tokens) {
            Some(pool) => groups.entry((taken, pool)).or_default().push(sample),
            None => {
                let why = match spec.pool_of(model, 0) {
                    Some(_) => format!("too long for every pool of `{model}`"),
                    None => format!("no pool serves `{model}`"),
                };
                *unserved.entry(why).or_default() += each;
            }
        }
    }
    let places: Vec<Place> = spec
        .pools
        .iter()
        .map(|pool| {
            let profile = pool.profile.profile()?;
            Ok(Place { name: pool.name.clone(), profile, context: pool.context })
        })
        .collect::<anyhow::Result<_>>()?;
    let name = |taken: &Taken| taken.route.clone().unwrap_or_else(|| NO_ROUTE.to_owned());
    let loads: Vec<Load> = groups
        .iter()
        .map(|((taken, pool), members)| Load {
            route: name(taken),
            pool: *pool,
            population: split::population(members, samples.len()),
        })
        .collect();
    let bounds = spec.bounds.bounds();
    let plan = size_pools(&places, &loads, spec.workload.rate_per_s, &bounds, spec.bounds.availability);
    let routes = groups.iter().map(|((taken, pool), members)| {
        let tokens: f64 = members.iter().map(|sample| f64::from(sample.prompt + sample.answer)).sum();
        let mut answers: Vec<u32> = members.iter().map(|sample| sample.answer).collect();
        answers.sort_unstable();
        Row {
            route: name(taken),
            model: taken.model.clone().unwrap_or_default(),
            pool: spec.pools[*pool].name.clone(),
            share: members.len() as f64 * each,
            mean_tokens: tokens / members.len() as f64,
            answer_p75: answers[(answers.len() * 3).div_ceil(4).max(1) - 1],
        }
    });
    Ok(Sized { plan, routes: routes.collect(), unserved })
}

/// The same policy once more without each of its routes, compiled anew.
fn without_each(loaded: &Loaded, spec: &Spec, samples: &[Sample]) -> anyhow::Result<Vec<(String, Sized)>> {
    let Some(recipe) = loaded.policy.recipes.first() else { return Ok(Vec::new()) };
    let mut plans = Vec::new();
    for route in &recipe.routes {
        let mut policy = loaded.policy.clone();
        policy.recipes[0].routes.retain(|it| it.name.it != route.name.it);
        let graph = lower::lower(&policy, Options::default())?;
        plans.push((route.name.it.clone(), size(&split::decide(&graph, samples), spec, samples)?));
    }
    Ok(plans)
}

pub(crate) fn draw(sized: &Sized, console: &mut Console<'_>) -> anyhow::Result<()> {
    let mut table = Table::new(["route", "model", "pool", "requests", "mean tokens", "answer P75"]);
    for row in &sized.routes {
        table.row([
            row.route.clone(),
            row.model.clone(),
            row.pool.clone(),
            percent(row.share),
            format!("{:.0}", row.mean_tokens),
            row.answer_p75.to_string(),
        ]);
    }
    table.draw(console)?;
    writeln!(console.out)?;
    let mut table = Table::new([
        "pool",
        "requests",
        "instances",
        "busy",
        "P99",
        "a token",
        "a year",
        "power",
        "tok/W",
        "J/token",
        "meets",
    ]);
    for pool in &sized.plan.pools {
        let of =
            |cell: fn(&wrp_fleet::sizing::Sized) -> String| pool.sized.as_ref().map_or("—".to_owned(), cell);
        table.row([
            pool.name.clone(),
            percent(pool.share),
            of(|it| it.instances.to_string()),
            of(|it| percent(it.utilisation)),
            of(|it| ms(it.ttft_p99_s)),
            of(|it| ms(it.tpot_s)),
            per_year(pool.price_per_hour),
            format!("{:.1} kW", pool.power_w / 1e3),
            format!("{:.2}", pool.tokens_per_watt),
            format!("{:.3}", pool.joules_per_token),
            of(|it| yes(it.meets)),
        ]);
    }
    table.draw(console)?;
    let plan = &sized.plan;
    writeln!(
        console.out,
        "\n{} instances, {} a year, {:.1} kW, {:.2} tok/W",
        plan.instances(),
        per_year(plan.price_per_hour),
        plan.power_w / 1e3,
        plan.tokens_per_watt
    )?;
    for (why, share) in &sized.unserved {
        writeln!(console.out, "{} of the requests are not served: {why}", percent(*share))?;
    }
    Ok(())
}

pub(crate) fn of_sized(sized: &Sized) -> Value {
    let plan = &sized.plan;
    json!({
        "routes": sized.routes.iter().map(|row| json!({
            "route": row.route, "model": row.model, "pool": row.pool, "share": row.share,
            "mean_tokens": row.mean_tokens, "answer_p75": row.answer_p75,
        })).collect::<Vec<_>>(),
        "pools": plan.pools.iter().map(|pool| json!({
            "pool": pool.name,
            "share": pool.share,
            "instances": pool.sized.map_or(0, |it| it.instances),
            "utilisation": pool.sized.map(|it| it.utilisation),
            "ttft_p99_ms": pool.sized.map(|it| it.ttft_p99_s * 1e3).filter(|it| it.is_finite()),
            "tpot_ms": pool.sized.map(|it| it.tpot_s * 1e3),
            "meets": pool.sized.map(|it| it.meets),
            "price_per_hour": pool.price_per_hour,
            "power_kw": pool.power_w / 1e3,
            "tokens_per_watt": pool.tokens_per_watt,
            "joules_per_token": pool.joules_per_token,
        })).collect::<Vec<_>>(),
        "instances": plan.instances(),
        "price_per_year": plan.price_per_year(),
        "power_kw": plan.power_w / 1e3,
        "tokens_per_watt": plan.tokens_per_watt,
        "meets": plan.meets,
        "unserved": sized.unserved,
    })
}
