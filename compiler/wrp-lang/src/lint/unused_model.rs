#![doc = include_str!("unused_model.md")]

use std::collections::BTreeSet;

use wrp_graph::schema::{Fields, Value};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::resolve::findings::Findings;

pub static UNUSED_MODEL: Lint = Lint {
    code: "WRP0402",
    name: "unused-model",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unused_model.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    let mut used: BTreeSet<&str> = policy.default_model.iter().map(|name| name.it.as_str()).collect();
    for recipe in &policy.recipes {
        for route in &recipe.routes {
            used.extend(route.models.iter().map(|model| model.name.it.as_str()));
            if let Some(algorithm) = &route.algorithm {
                texts(&algorithm.fields, &mut used);
            }
        }
        for signal in &recipe.signals {
            if let Some(model) = signal.fields.text("model") {
                used.insert(model);
            }
        }
    }
    for model in policy.models.iter().filter(|model| model.declared && !used.contains(model.name.it.as_str()))
    {
        let message = format!("nothing uses model `{}`", model.name.it);
        findings.push(Diagnostic::new(&UNUSED_MODEL, model.name.span, message).help("use it or remove it"));
    }
}

/// Every string in an algorithm's fields: whichever of them names a model uses it.
fn texts<'p>(fields: &'p Fields, used: &mut BTreeSet<&'p str>) {
    fields.entries.iter().for_each(|entry| texts_of(&entry.value.it, used));
}

fn texts_of<'p>(value: &'p Value, used: &mut BTreeSet<&'p str>) {
    match value {
        Value::Text(text) | Value::Word(text) => {
            used.insert(text);
        }
        Value::List(items) => items.iter().for_each(|item| texts_of(&item.it, used)),
        Value::Object(fields) => texts(fields, used),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => {}
    }
}
