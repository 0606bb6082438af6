#![doc = include_str!("unknown_recipe.md")]

use wrp_graph::schema::{Span, nearest};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Recipe;

pub static UNKNOWN_RECIPE: Lint = Lint {
    code: "WRP0219",
    name: "unknown-recipe",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_recipe.md"),
};

pub(crate) fn diagnostic(name: &str, span: Span, recipes: &[Recipe]) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_RECIPE, span, format!("there is no recipe `{name}`"));
    match nearest(name, recipes.iter().map(|recipe| recipe.name.as_str())) {
        Some(near) => found.help(format!("write `\"{near}\"`")),
        None => found.help("name a RECIPE, or `default` for the top level"),
    }
}
