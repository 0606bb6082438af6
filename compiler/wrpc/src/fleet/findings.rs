//! What a policy's own fleet cannot do: findings from its POOL and WORKLOAD blocks.

use wrp_fleet::spec::{Pool, Spec};
use wrp_graph::graph::Graph;
use wrp_lang::diagnostic::Diagnostic;
use wrp_lang::lint::{CHEAPER_BOUNDARY, OVERLOADED_POOL};
use wrp_lang::policy::Policy;

use super::split::{self, Sample, SplitArgs, Taken};
use super::table::percent;
use super::{blocks, routes};

/// Sizes the pools that the policy declares for what its routes send them.
pub(crate) fn findings(policy: &Policy, graph: &Graph) -> anyhow::Result<Vec<Diagnostic>> {
    let Some(spec) = blocks::of_policy(policy)? else { return Ok(Vec::new()) };
    let samples = split::samples(&SplitArgs::default(), &spec)?;
    let taken = split::decide(graph, &samples);
    let sized = routes::size(&taken, &spec, &samples)?;
    let mut found = Vec::new();
    for (plan, place) in sized.plan.pools.iter().zip(&spec.pools) {
        let Some(pool) = policy.pools.iter().find(|pool| pool.name.it == place.name) else { continue };
        let Some(needed) = &plan.sized else { continue };
        let bounds = format!(
            "{} of {:.0} requests a second within {:.0} ms to the first token",
            percent(plan.share),
            spec.workload.rate_per_s,
            spec.bounds.ttft_p99_ms
        );
        let message = match place.most {
            Some(most) if needed.instances > most => {
                format!("pool `{}` has {most} instances and needs {}: {bounds}", place.name, needed.instances)
            }
            _ if !needed.meets => {
                format!("no number of instances lets pool `{}` serve {bounds}", place.name)
            }
            _ => continue,
        };
        let it = Diagnostic::new(&OVERLOADED_POOL, pool.name.span, message);
        let help =
            "add machines, send it less, or promise less; `wrpc fleet plan` shows what each route costs";
        found.push(it.help(help));
    }
    found.extend(cheaper(policy, &taken, &spec, &samples, sized.plan.price_per_year()));
    Ok(found)
}

/// The share of its price that a fleet must lose before another boundary is worth a word.
const WORTH: f64 = 0.05;

/// Where one model has a short and a long pool: whether another boundary between them costs less.
fn cheaper(
    policy: &Policy,
    taken: &[Taken],
    spec: &Spec,
    samples: &[Sample],
    price: f64,
) -> Option<Diagnostic> {
    let mut best: Option<(f64, usize, u32)> = None;
    for (nth, short) in spec.pools.iter().enumerate() {
        let longer = |long: &Pool| long.context > short.context && long.models == short.models;
        if !spec.pools.iter().any(longer) {
            continue;
        }
        for knot in spec.workload.cdf.knots().iter().filter(|knot| knot.tokens != short.context) {
            let mut other = spec.clone();
            other.pools[nth].context = knot.tokens;
            let Ok(sized) = routes::size(taken, &other, samples) else { continue };
            let price = sized.plan.price_per_year();
            if sized.plan.meets && sized.unserved.is_empty() && best.is_none_or(|(least, ..)| price < least) {
                best = Some((price, nth, knot.tokens));
            }
        }
    }
    let (least, nth, tokens) = best.filter(|(least, ..)| *least < price * (1.0 - WORTH))?;
    let short = &spec.pools[nth];
    let pool = policy.pools.iter().find(|pool| pool.name.it == short.name)?;
    let message = format!(
        "with requests up to {tokens} tokens instead of {} in pool `{}`, the fleet costs {} less",
        short.context,
        short.name,
        percent(1.0 - least / price)
    );
    let help = format!("write `max_context: {tokens}`, and check with `wrpc fleet plan`");
    Some(Diagnostic::new(&CHEAPER_BOUNDARY, pool.name.span, message).help(help))
}
