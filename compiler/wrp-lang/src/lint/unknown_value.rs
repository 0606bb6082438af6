#![doc = include_str!("unknown_value.md")]

use wrp_graph::plugin;
use wrp_graph::schema::{Span, nearest};

use super::{Lint, Verdict};
use crate::algorithm;
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::attribute::{Attribute, Kind, Scalar};
use crate::govern::path::Atlas;
use crate::policy::{Policy, Recipe};
use crate::resolve::findings::Findings;

pub static UNKNOWN_VALUE: Lint = Lint {
    code: "WRP0261",
    name: "unknown-value",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_value.md"),
};

/// Names of pools, models, routes, plugins and algorithms that assertions compare with.
pub(crate) fn check(policy: &Policy, atlas: &Atlas<'_>, findings: &mut Findings) {
    for recipe in &policy.recipes {
        for comparison in recipe.assertions.iter().flat_map(|assertion| assertion.require.comparisons()) {
            let attribute = &comparison.attribute;
            if !matches!(attribute.kind, Kind::Name | Kind::Names) {
                continue;
            }
            let known = names(&attribute.name, policy, recipe, atlas);
            for value in &comparison.values {
                let Scalar::Text(name) = &value.it else { continue };
                if !known.contains(&name.as_str()) {
                    let known = known.iter().copied();
                    findings.push(diagnostic(attribute, name, value.span, known));
                }
            }
        }
    }
}

fn names<'p>(attribute: &str, policy: &'p Policy, recipe: &'p Recipe, atlas: &Atlas<'p>) -> Vec<&'p str> {
    match attribute {
        "pool.name" => policy.pools.iter().map(|pool| pool.name.it.as_str()).collect(),
        "model.name" => atlas.model_names().collect(),
        "route.name" => recipe.routes.iter().map(|route| route.name.it.as_str()).collect(),
        "route.plugins" => plugin::KINDS.iter().map(|kind| kind.name).collect(),
        _ => algorithm::KINDS.iter().map(|kind| kind.name).collect(),
    }
}

pub(crate) fn diagnostic<'w>(
    attribute: &Attribute,
    value: &str,
    span: Span,
    known: impl Iterator<Item = &'w str> + Clone,
) -> Diagnostic {
    let message = format!("`{}` is never `{value}`", attribute.name);
    let found = Diagnostic::new(&UNKNOWN_VALUE, span, message);
    // A page full of names helps nobody.
    const SHOWN: usize = 8;
    match nearest(value, known.clone()) {
        Some(near) => found.help(format!("write `\"{near}\"`")),
        None if known.clone().count() > SHOWN => found.help("correct the name"),
        None if known.clone().next().is_none() => {
            found.help("declare what it names, or remove the comparison")
        }
        None => {
            let known: Vec<String> = known.map(|word| format!("`\"{word}\"`")).collect();
            found.help(format!("use one of {}", known.join(", ")))
        }
    }
}
