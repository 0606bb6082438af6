#![doc = include_str!("equivalent_signals.md")]

use std::collections::BTreeMap;

use wrp_graph::scan::Builder;
use wrp_graph::schema::{Fields, json};
use wrp_graph::signal::{Compiled, Declaration};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Signal};
use crate::resolve::findings::Findings;
use crate::text::Relations;

pub static EQUIVALENT_SIGNALS: Lint = Lint {
    code: "WRP0144",
    name: "equivalent-signals",
    level: Level::Warning,
    verdict: Verdict::MayMiss,
    page: include_str!("equivalent_signals.md"),
};

/// `relations` are those of the recipe's signals.
pub(crate) fn check(recipe: &Recipe, relations: &Relations, findings: &mut Findings) {
    let mut defined: BTreeMap<String, usize> = BTreeMap::new();
    for (number, signal) in recipe.signals.iter().enumerate() {
        let by_definition = definition(recipe, signal).map(|it| *defined.entry(it).or_insert(number));
        let both_ways = |first: &usize| {
            let implied = |a: usize, b: usize| relations.implies.binary_search(&(a, b)).is_ok();
            implied(*first, number) && implied(number, *first)
        };
        let first = by_definition.filter(|first| *first != number).or_else(|| (0..number).find(both_ways));
        let Some(first) = first.and_then(|first| recipe.signals.get(first)) else { continue };
        // Two of one name are another lint's.
        if (first.kind.name, &first.name.it) != (signal.kind.name, &signal.name.it) {
            findings.push(equivalent(first, signal));
        }
    }
}

/// What decides when a signal fires, if nothing but that decides: equal ones fire together. What signals over the text
/// mean is in the relations; families of which one wins are left out.
fn definition(recipe: &Recipe, signal: &Signal) -> Option<String> {
    match signal.kind.name {
        "authz" | "context" | "conversation" | "metadata" => {
            let declaration = Declaration { name: &signal.name, fields: &signal.fields };
            match (signal.kind.compile)(&declaration, &mut Builder::default())? {
                Compiled::Inline { signal, .. } => Some(format!("{signal:?}")),
                Compiled::Ask(_) => None,
            }
        }
        "embedding" if recipe.embedding_top_k != 0 => None,
        "classifier" | "complexity" | "embedding" | "jailbreak" | "pii" => {
            let member = |it: &wrp_graph::schema::Spanned<String>| it.it == signal.name.it;
            if recipe.partitions.iter().any(|partition| partition.members.iter().any(member)) {
                return None;
            }
            let entries = signal.fields.entries.iter().filter(|entry| entry.key.it != "description");
            let fields = Fields { entries: entries.cloned().collect(), span: signal.fields.span };
            Some(format!("{} {}", signal.kind.name, json(&fields, signal.kind.fields)))
        }
        _ => None,
    }
}

fn equivalent(first: &Signal, signal: &Signal) -> Diagnostic {
    let (one, two) = (&first.name.it, &signal.name.it);
    let message = format!(
        "{} signal `{two}` fires exactly when {} signal `{one}` does",
        signal.kind.name, first.kind.name
    );
    Diagnostic::new(&EQUIVALENT_SIGNALS, signal.name.span, message)
        .help("keep one of them, and test it under one name")
        .related(first.name.span, format!("`{one}` is declared here"))
}
