#![doc = include_str!("overlapping_labels.md")]

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::measure::group;
use crate::policy::Recipe;
use crate::resolve::findings::Findings;

pub static OVERLAPPING_LABELS: Lint = Lint {
    code: "WRP0147",
    name: "overlapping-labels",
    level: Level::Note,
    verdict: Verdict::MayCryWolf,
    page: include_str!("overlapping_labels.md"),
};

/// One finding for each label that another one's route can claim too.
pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for (name, asked) in group::asked(recipe) {
        let local = recipe.signals.iter().any(|signal| {
            signal.kind.name == "classifier"
                && signal.name.it == name
                && signal.fields.text("type") == Some("local")
        });
        for (at, later) in asked.iter().enumerate().filter(|_| local) {
            let apart = |it: &&group::Asked| it.label != later.label && it.route != later.route;
            let together = asked[..at].iter().filter(apart).find_map(|it| Some((it, it.together(later)?)));
            let Some((earlier, [one, other])) = together else { continue };
            let message = format!(
                "`{}` and `{}` can both hold: at {} and {}, for example",
                earlier.label,
                later.label,
                rounded(one),
                rounded(other)
            );
            let found = Diagnostic::new(&OVERLAPPING_LABELS, later.span, message)
                .related(earlier.span, "is asked of the same classifier")
                .help("let the two bounds sum to more than 1, or keep the routes apart with a `NOT`");
            findings.push(found);
        }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
