//! Holding a row against the policy.

use std::path::Path;

use serde_json::Value;
use wrp_graph::graph::Graph;

use super::table::Probe;
use crate::trace::{self, Answers, Trace};

/// One thing that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    pub what: String,
    pub expected: String,
    pub found: String,
}

/// Everything that did not come as expected; nothing is a pass. Without a host the row itself says what one answers.
pub fn check(
    graph: &Graph,
    probe: &Probe,
    folder: &Path,
    host: Option<Answers<'_>>,
) -> anyhow::Result<(Trace, Vec<Failure>)> {
    let request = probe.request(folder)?;
    let written = trace::each(|query| probe.answer(query));
    let trace = trace::trace(graph, probe.recipe.as_deref(), &request, host.unwrap_or(&written));
    let mut failures = Vec::new();
    compare(probe, &trace, &mut failures);
    Ok((trace, failures))
}

fn compare(probe: &Probe, trace: &Trace, failures: &mut Vec<Failure>) {
    let expect = &probe.expect;
    let mut must = |what: &str, expected: String, found: String| {
        if expected != found {
            failures.push(Failure { what: what.to_owned(), expected, found });
        }
    };
    let nobody = || "none".to_owned();
    let denied = trace.status == 403;
    if let Some(route) = &expect.route {
        let taken = trace.route.clone().filter(|_| !denied);
        must("route", route.clone().unwrap_or_else(nobody), taken.unwrap_or_else(nobody));
    }
    if let Some(route) = &expect.denied {
        let by = trace.route.clone().filter(|_| denied);
        must("denied", route.clone(), by.unwrap_or_else(nobody));
    }
    if let Some(model) = &expect.model {
        must("model", model.clone(), trace.model.clone().unwrap_or_else(nobody));
    }
    if let Some(recipe) = &expect.recipe {
        must("recipe", recipe.clone(), trace.recipe.clone().unwrap_or_else(nobody));
    }
    if let Some(status) = expect.status {
        must("status", status.to_string(), trace.status.to_string());
    }
    if let Some(reply) = &expect.reply {
        let found = trace.reply.as_deref().unwrap_or_default();
        if !found.contains(reply.as_str()) {
            must("reply", reply.clone(), found.to_owned());
        }
    }
    if let Some(signals) = &expect.signals {
        let fired: Vec<&str> = trace
            .readings
            .iter()
            .filter(|(_, reading)| reading.matched)
            .map(|(key, _)| key.as_str())
            .collect();
        if signals.is_empty() {
            must("signals", nobody(), if fired.is_empty() { nobody() } else { fired.join(", ") });
        }
        for key in signals {
            let (key, wanted) = key.strip_prefix('!').map_or((key.as_str(), true), |key| (key, false));
            let word = |fires: bool| if fires { "fires" } else { "does not fire" }.to_owned();
            must(&format!("signal {key}"), word(wanted), word(fired.contains(&key)));
        }
    }
    if let Some(asked) = &expect.asked {
        let listed = |mut keys: Vec<String>| {
            keys.sort();
            if keys.is_empty() { nobody() } else { keys.join(", ") }
        };
        let found = trace.asked.iter().map(|asked| asked.query.clone()).collect();
        must("asked", listed(asked.clone()), listed(found));
    }
    let body: Value = match expect.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&trace.body).unwrap_or_default(),
    };
    for (pointer, expected) in &expect.body {
        let found = body.pointer(pointer).unwrap_or(&Value::Null);
        must(&format!("body {pointer}"), expected.to_string(), found.to_string());
    }
    for (name, expected) in &expect.headers {
        let found = trace.headers.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let found = found.map_or_else(|| "absent".to_owned(), |(_, value)| value.clone());
        must(&format!("header {name}"), expected.clone().unwrap_or_else(|| "absent".to_owned()), found);
    }
}
