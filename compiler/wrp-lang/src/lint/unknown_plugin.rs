#![doc = include_str!("unknown_plugin.md")]

use wrp_graph::plugin::KINDS;
use wrp_graph::schema::{Spanned, near};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Fix, Level};
use crate::syntax::ast::Name;
use crate::syntax::escape::written;

pub static UNKNOWN_PLUGIN: Lint = Lint {
    code: "WRP0212",
    name: "unknown-plugin",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unknown_plugin.md"),
};

pub(crate) fn of_template(kind: &Spanned<String>) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_PLUGIN, kind.span, format!("there is no plugin type `{}`", kind.it));
    match near(&kind.it, KINDS.iter().map(|kind| kind.name)) {
        Some(near) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(kind.span, near, near.word))
        }
        None => found.help("use one of the types that `wrpc explain` lists"),
    }
}

pub(crate) fn of_route<'t>(name: &Name, templates: impl Iterator<Item = &'t str>) -> Diagnostic {
    let message = format!("`{}` is neither a plugin template of this scope nor a plugin type", name.text);
    let found = Diagnostic::new(&UNKNOWN_PLUGIN, name.span, message);
    match near(&name.text, templates.chain(KINDS.iter().map(|kind| kind.name))) {
        Some(near) => {
            found.help(format!("write `{}`", near.word)).fix(Fix::spell(name.span, near, written(near.word)))
        }
        None => found.help(format!("declare a template: `PLUGIN {} type {{ … }}`", name.text)),
    }
}
