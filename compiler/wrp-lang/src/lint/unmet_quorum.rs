#![doc = include_str!("unmet_quorum.md")]

use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Policy, Route};
use crate::resolve::findings::Findings;

pub static UNMET_QUORUM: Lint = Lint {
    code: "WRP0245",
    name: "unmet-quorum",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unmet_quorum.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    for route in policy.recipes.iter().flat_map(|recipe| &recipe.routes) {
        let Some((quorum, calls)) = quorum(route).zip(smallest_round(route)) else { continue };
        if quorum.it > calls {
            let message = format!(
                "{} calls must succeed, and the smallest round of route `{}` makes {calls}",
                quorum.it, route.name.it
            );
            let found = Diagnostic::new(&UNMET_QUORUM, quorum.span, message);
            findings.push(found.help(format!("ask for at most {calls}, or call more models")));
        }
    }
}

fn quorum(route: &Route) -> Option<Spanned<u64>> {
    let wanted = route.algorithm.as_ref()?.fields.get("min_successful_responses")?;
    Some(Spanned { it: u64::try_from(wanted.it.as_int()?).ok()?, span: wanted.span })
}

/// How many calls are made side by side, in the round that makes the fewest.
fn smallest_round(route: &Route) -> Option<u64> {
    let algorithm = route.algorithm.as_ref()?;
    match algorithm.kind.it.as_str() {
        "remom" => {
            let breadths = algorithm.fields.list("breadth_schedule")?.iter();
            breadths.filter_map(|breadth| u64::try_from(breadth.it.as_int()?).ok()).min()
        }
        "fusion" => {
            let panel = algorithm.fields.texts("analysis_models").len();
            Some(if panel == 0 { route.models.len() } else { panel } as u64).filter(|calls| *calls > 0)
        }
        _ => None,
    }
}
