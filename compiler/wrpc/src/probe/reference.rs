//! Tables in the reference system's form: decisions, each with the prompts that must reach it.
//!
//! They run against models there. Here, what a row expects of a detector is taken as that detector's answer.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::table::{Answer, Expect, Probe, Table};
use crate::import::FAMILIES;

#[derive(Debug, Deserialize)]
struct Suite {
    decisions: Vec<Decision>,
}

#[derive(Debug, Deserialize)]
struct Decision {
    id: String,
    expected_decision: Option<String>,
    variants: Vec<Variant>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variant {
    id: String,
    query: Option<String>,
    repeat: Option<usize>,
    messages: Option<Vec<Value>>,
    tools: Option<Vec<Value>>,
    model: Option<String>,
    expected_signals: BTreeMap<String, Vec<String>>,
}

pub(super) fn read(text: &str) -> anyhow::Result<Table> {
    let suite: Suite = serde_yaml::from_str(text)?;
    let probes =
        suite.decisions.iter().flat_map(|decision| decision.variants.iter().map(|it| probe(decision, it)));
    Ok(Table { policy: None, probes: probes.collect() })
}

fn probe(decision: &Decision, variant: &Variant) -> Probe {
    let expected = decision.expected_decision.clone().unwrap_or_else(|| decision.id.clone());
    let keys = variant.expected_signals.iter().flat_map(|(list, names)| {
        let family =
            FAMILIES.iter().find(|(plural, _)| plural == list).map_or(list.as_str(), |(_, family)| family);
        names.iter().map(move |name| format!("{family}:{name}"))
    });
    let keys: Vec<String> = keys.collect();
    Probe {
        name: format!("{} {}", decision.id, variant.id),
        // A conversation that ends in a question is written as both.
        prompt: variant.query.clone().filter(|_| variant.messages.is_none()),
        repeat: variant.repeat,
        messages: variant.messages.clone(),
        tools: variant.tools.clone(),
        model: variant.model.clone(),
        answers: keys.iter().map(|key| (key.clone(), Answer::Found(true))).collect(),
        expect: Expect {
            route: Some(Some(expected)),
            signals: (!keys.is_empty()).then_some(keys),
            ..Expect::default()
        },
        ..Probe::default()
    }
}
