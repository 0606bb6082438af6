#![doc = include_str!("measured_conflict.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::measure::{self, Judged, Measured, Pair};
use crate::policy::Recipe;

pub static MEASURED_CONFLICT: Lint = Lint {
    code: "WRP0148",
    name: "measured-conflict",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("measured_conflict.md"),
};

/// Signals, and routes whose order rank does not settle.
pub(crate) fn check(recipe: &Recipe, measured: &Measured) -> Vec<Diagnostic> {
    let beyond = |pair: &&Pair| pair.judged == Judged::Beyond && !pair.settled;
    let signals = measured.pairs.iter().filter(beyond).filter_map(|pair| {
        let [one, other] = [&pair.one, &pair.other].map(|key| measure::declaration(recipe, key));
        Some((pair, one?.name.span, other?.name.span))
    });
    let routes = measured.routes.iter().filter(beyond).filter_map(|pair| {
        let named = |name: &String| recipe.routes.iter().find(|route| route.name.it == *name);
        Some((pair, named(&pair.one)?.name.span, named(&pair.other)?.name.span))
    });
    let found = signals.chain(routes).filter_map(|(pair, one, other)| {
        let (witness, rate) = pair.met()?;
        let message = format!(
            "`{}` and `{}` fire together on {} of {} prompts, which is beyond the budget",
            pair.one, pair.other, rate.hits, rate.prompts
        );
        let help = match pair.raises.first() {
            Some(raise) => format!(
                "raise the threshold of `{}` to {}: on {} prompts it then no longer fires",
                raise.signal, raise.to, raise.lost
            ),
            None => "put them into a partition, or keep their routes apart with a `NOT`".to_owned(),
        };
        let mut found =
            Diagnostic::new(&MEASURED_CONFLICT, other, message).related(one, "fires too").help(help);
        found.witness = Some(witness);
        Some(found)
    });
    found.collect()
}
