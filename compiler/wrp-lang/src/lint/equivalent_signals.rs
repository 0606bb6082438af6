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
    let proven = proven(relations);
    for (number, signal) in recipe.signals.iter().enumerate() {
        let by_definition = definition(recipe, signal).map(|it| *defined.entry(it).or_insert(number));
        let first = by_definition.filter(|first| *first != number).or_else(|| proven.get(&number).copied());
        let Some(first) = first.and_then(|first| recipe.signals.get(first)) else { continue };
        // Two of one name are another lint's.
        if (first.kind.name, &first.name.it) != (signal.kind.name, &signal.name.it) {
            findings.push(equivalent(first, signal));
        }
    }
}

/// Each signal that fires exactly when an earlier one does, with the first such.
fn proven(relations: &Relations) -> BTreeMap<usize, usize> {
    let mut first = BTreeMap::new();
    for (a, b) in relations.implies.iter().filter(|(a, b)| a < b) {
        if relations.implies.binary_search(&(*b, *a)).is_ok() {
            first.entry(*b).or_insert(*a);
        }
    }
    first
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

#[cfg(test)]
mod tests {
    use crate::source::Source;

    /// Whether the second of two signals is reported.
    fn check(one: &str, other: &str, expected: bool) {
        let text = format!("SIGNAL {one}\nSIGNAL {other}");
        let compiled = crate::compile(&[Source::new("test.wrp", text.as_str())]);
        let found: Vec<u32> = compiled
            .diagnostics
            .iter()
            .filter(|(_, it)| it.lint.name == "equivalent-signals")
            .map(|(_, it)| it.span.start)
            .collect();
        assert_eq!(found.len(), usize::from(expected), "{text}");
        assert!(found.iter().all(|start| *start as usize > one.len()), "{text}");
    }

    #[test]
    fn signals_that_fire_together_are_found_and_no_others() {
        let table = [
            (
                "context a { max_tokens: \"8K\" }",
                "context b { max_tokens: \"8000\" description: \"x\" }",
                true,
            ),
            ("context a { max_tokens: \"8K\" }", "context b { max_tokens: \"9K\" }", false),
            ("keyword a { operator: \"OR\" keywords: [\"x\"] }", "event b { action_codes: [\"X\"] }", true),
            (
                "keyword a { operator: \"OR\" keywords: [\"x\"] }",
                "keyword a { operator: \"OR\" keywords: [\"x\"] }",
                false,
            ),
            (
                "keyword a { operator: \"OR\" keywords: [] }",
                "keyword b { operator: \"OR\" keywords: [] }",
                false,
            ),
            (
                "metadata a { key: \"k\" predicate: { exists: true } }",
                "metadata b { key: \"k\" predicate: { exists: true } }",
                true,
            ),
            (
                "metadata a { key: \"k\" predicate: { exists: true } }",
                "metadata b { key: \"k\" predicate: { exists: false } }",
                false,
            ),
            ("pii a { threshold: 0.5 description: \"x\" }", "pii b { threshold: 0.5 }", true),
            ("pii a { threshold: 0.5 }", "pii b { threshold: 0.6 }", false),
            // Only the best embedding stays matched, and a preference is one of several.
            (
                "embedding a { threshold: 0.5 candidates: [\"x\"] }",
                "embedding b { threshold: 0.5 candidates: [\"x\"] }",
                false,
            ),
            ("preference a { examples: [\"x\"] }", "preference b { examples: [\"x\"] }", false),
        ];
        for (one, other, expected) in table {
            check(one, other, expected);
        }
        check(
            "embedding a { threshold: 0.5 candidates: [\"x\"] }\nROUTING { embedding_top_k: 0 }",
            "embedding b { threshold: 0.5 candidates: [\"x\"] }",
            true,
        );
    }
}
