#![doc = include_str!("undeclared_lora.md")]

use std::collections::BTreeMap;

use wrp_graph::schema::{Fields, nearest};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{ModelRef, Policy};
use crate::resolve::findings::Findings;

pub static UNDECLARED_LORA: Lint = Lint {
    code: "WRP0215",
    name: "undeclared-lora",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("undeclared_lora.md"),
};

pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    let declared: BTreeMap<&str, &Fields> = policy
        .models
        .iter()
        .filter(|model| model.declared)
        .map(|model| (model.name.it.as_str(), &model.fields))
        .collect();
    for reference in policy.recipes.iter().flat_map(|it| &it.routes).flat_map(|route| &route.models) {
        let model = declared.get(reference.name.it.as_str());
        if let (Some(lora), Some(model)) = (&reference.lora, model) {
            let known = adapters(model);
            if !known.contains(&lora.as_str()) {
                findings.push_ignored(undeclared(reference, lora, &known));
            }
        }
    }
}

fn adapters(model: &Fields) -> Vec<&str> {
    let loras = model.list("loras").unwrap_or_default();
    loras.iter().filter_map(|lora| lora.it.as_object()?.text("name")).collect()
}

fn undeclared(reference: &ModelRef, lora: &str, known: &[&str]) -> Diagnostic {
    let model = &reference.name;
    let message = format!("`{}` is not declared to have an adapter `{lora}`", model.it);
    let found = Diagnostic::new(&UNDECLARED_LORA, model.span, message);
    match nearest(lora, known.iter().copied()) {
        Some(near) => found.help(format!("write `\"{near}\"`")),
        None => found.help(format!("add `{{ name: \"{lora}\" }}` to the model's `loras`")),
    }
}
