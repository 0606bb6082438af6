#![doc = include_str!("unmet_slo.md")]

use wrp_graph::schema::Fields;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::Atlas;
use crate::govern::pool::Pool;
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNMET_SLO: Lint = Lint {
    code: "WRP0272",
    name: "unmet-slo",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("unmet_slo.md"),
};

pub(crate) fn check(policy: &Policy, atlas: &Atlas<'_>, findings: &mut Findings) {
    for route in policy.recipes.iter().flat_map(|recipe| &recipe.routes) {
        let Some(algorithm) = &route.algorithm else { continue };
        let Some(slo) = algorithm.fields.object("slo").filter(|_| !route.models.is_empty()) else { continue };
        for ceiling in CEILINGS {
            let Some(most) = slo.number(ceiling.key).filter(|most| *most > 0.0) else { continue };
            let exceeds = |pool: &&Pool| (ceiling.promised)(pool).is_some_and(|promised| promised > most);
            let hopeless = |model: &str| {
                let pools = atlas.pools(model);
                !pools.is_empty() && pools.iter().all(exceeds)
            };
            if route.models.iter().all(|model| hopeless(&model.name.it)) {
                findings.push(diagnostic(slo, ceiling, &route.name.it));
            }
        }
    }
}

/// What an SLO bounds, and where a pool says it.
struct Ceiling {
    key: &'static str,
    promised: fn(&Pool) -> Option<f64>,
}

static CEILINGS: &[Ceiling] = &[
    Ceiling { key: "max_ttft_ms", promised: |pool| pool.slo.ttft_ms },
    Ceiling { key: "max_tpot_ms", promised: |pool| pool.slo.tpot_ms },
    Ceiling {
        key: "max_cost_per_1m",
        promised: |pool| pool.price.map(|price| price.prompt.min(price.answer)),
    },
];

fn diagnostic(slo: &Fields, ceiling: &Ceiling, route: &str) -> Diagnostic {
    let span = slo.get(ceiling.key).map_or(slo.span, |value| value.span);
    let message = format!("no pool promises `{}` for any model of route `{route}`", ceiling.key);
    Diagnostic::new(&UNMET_SLO, span, message).help("raise the ceiling, or add a model whose pool keeps it")
}
