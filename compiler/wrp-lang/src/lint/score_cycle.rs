#![doc = include_str!("score_cycle.md")]

use std::collections::BTreeMap;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Term};
use crate::resolve::findings::Findings;

pub static SCORE_CYCLE: Lint = Lint {
    code: "WRP0231",
    name: "score-cycle",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("score_cycle.md"),
};

/// Reports each circle once, at the score of it that stands first.
pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    let uses = dependencies(recipe);
    let mut told = vec![false; uses.len()];
    for start in 0..uses.len() {
        if told[start] {
            continue;
        }
        if let Some(circle) = circle_through(start, &uses) {
            circle.iter().for_each(|at| told[*at] = true);
            let names: Vec<&str> = circle.iter().map(|at| recipe.scores[*at].name.it.as_str()).collect();
            let name = &recipe.scores[start].name;
            let message = match names.as_slice() {
                [_] => format!("score `{}` depends on itself", name.it),
                _ => format!("score `{}` depends on itself, through `{}`", name.it, names[1..].join("`, `")),
            };
            let found = Diagnostic::new(&SCORE_CYCLE, name.span, message);
            findings.push(found.help("remove one of the inputs that close the circle"));
        }
    }
}

/// For each score the scores it is computed from.
fn dependencies(recipe: &Recipe) -> Vec<Vec<usize>> {
    let scores: BTreeMap<&str, usize> =
        recipe.scores.iter().enumerate().map(|(at, score)| (score.name.it.as_str(), at)).collect();
    let bands: BTreeMap<&str, &str> = recipe
        .mappings
        .iter()
        .flat_map(|mapping| {
            mapping.outputs.iter().map(|band| (band.name.it.as_str(), mapping.source.it.as_str()))
        })
        .collect();
    let of = |term: &Term| match term {
        Term::Score { name } => scores.get(name.as_str()).copied(),
        Term::Output { name } => bands.get(name.as_str()).and_then(|source| scores.get(source)).copied(),
        _ => None,
    };
    recipe
        .scores
        .iter()
        .map(|score| score.inputs.iter().filter_map(|input| of(&input.term)).collect())
        .collect()
}

/// The shortest way from a score back to itself.
fn circle_through(start: usize, uses: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut from: Vec<Option<usize>> = vec![None; uses.len()];
    let mut front = vec![start];
    while !front.is_empty() {
        let mut next = Vec::new();
        for at in front {
            for &used in &uses[at] {
                if used == start {
                    let mut circle = vec![at];
                    while let Some(before) = circle.last().filter(|at| **at != start).and_then(|at| from[*at])
                    {
                        circle.push(before);
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if from[used].is_none() {
                    from[used] = Some(at);
                    next.push(used);
                }
            }
        }
        front = next;
    }
    None
}
