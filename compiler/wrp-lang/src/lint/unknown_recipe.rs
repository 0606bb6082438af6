#![doc = include_str!("unknown_recipe.md")]

use wrp_graph::schema::{Span, near};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::policy::Recipe;
use crate::syntax::escape::encode;

pub static UNKNOWN_RECIPE: Lint = Lint {
    code: "WRP0219",
    name: "unknown-recipe",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unknown_recipe.md"),
};

pub(crate) fn diagnostic(name: &str, span: Span, recipes: &[Recipe]) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_RECIPE, span, format!("there is no recipe `{name}`"));
    match near(name, recipes.iter().map(|recipe| recipe.name.as_str())) {
        Some(near) => {
            let fix = Fix::spell(span, near, encode(near.word));
            found.help(fix.title.clone()).fix(fix)
        }
        None => found.help("name a RECIPE, or `default` for the top level"),
    }
}
