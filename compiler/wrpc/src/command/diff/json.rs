//! A comparison for programs: one object, version 1.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wrp_lang::diff::{By, RecipeDiff, Served, Verdict};
use wrp_lang::oracle::Readings;

use super::Comparison;
use crate::Console;

pub(super) fn draw(result: &Comparison, console: &mut Console<'_>) -> anyhow::Result<()> {
    let settings = result.diff.settings.iter().map(|setting| {
        json!({
            "what": setting.what, "old": setting.old, "new": setting.new, "change": setting.is_change,
        })
    });
    let traffic = result.traffic.as_ref().map(|traffic| {
        let only = result.only_recorded().into_iter().map(|((old, new), touched)| {
            let (requests, id) = (touched.requests, &touched.id);
            json!({"old": served(old), "new": served(new), "requests": requests, "first": id})
        });
        json!({
            "requests": traffic.requests,
            "changed": traffic.changed(),
            "share": traffic.share(traffic.changed()),
            "only_recorded": only.collect::<Vec<_>>(),
        })
    });
    console.json_pretty(&json!({
        "version": 1,
        "equal": result.diff.is_equal(),
        "old": result.paths[0],
        "new": result.paths[1],
        "settings": settings.collect::<Vec<_>>(),
        "recipes": result.diff.recipes.iter().map(|it| recipe(result, it)).collect::<Vec<_>>(),
        "traffic": traffic,
    }))
}

fn recipe(result: &Comparison, recipe: &RecipeDiff) -> Value {
    let (verdict, played) = match recipe.verdict {
        Verdict::Equal => ("equal", None),
        Verdict::Different => ("different", None),
        Verdict::Unproved { played } => ("unproved", Some(played)),
    };
    let changes = recipe.changes.iter().map(|change| {
        let requests = result.touched(change);
        let share = requests.and_then(|requests| Some(result.traffic.as_ref()?.share(requests)));
        json!({
            "old": served(&change.old),
            "new": served(&change.new),
            "differs": change.old.differs_in(&change.new),
            "witness": change.witness.words,
            "signals": {"old": case(&change.witness.raw[0]), "new": case(&change.witness.raw[1])},
            "requests": requests,
            "share": share,
        })
    });
    let open = recipe.open.iter().map(|(old, new)| json!({"old": served(old), "new": served(new)}));
    json!({
        "old": recipe.name[0],
        "new": recipe.name[1],
        "verdict": verdict,
        "played": played,
        "renamed": recipe.renamed.iter().map(|(old, new)| json!({"old": old, "new": new})).collect::<Vec<_>>(),
        "redefined": recipe.redefined,
        "changes": changes.collect::<Vec<_>>(),
        "open": open.collect::<Vec<_>>(),
    })
}

fn served(served: &Served) -> Value {
    let outcome = match &served.by {
        By::Route(_) => "route",
        By::Deny(_) => "deny",
        By::Default => "default",
    };
    json!({"outcome": outcome, "route": served.route_name(), "models": served.models})
}

/// What signals say, in the form of a case of `wrpc eval`.
fn case(readings: &Readings) -> Value {
    let keys = |wanted: fn(&wrp_graph::reading::Reading) -> bool| {
        let keys = readings.iter().filter(|(_, reading)| wanted(reading)).map(|(key, _)| key);
        keys.collect::<Vec<_>>()
    };
    let numbers = |number: fn(&wrp_graph::reading::Reading) -> Option<f64>| {
        let numbers = readings.iter().filter_map(|(key, reading)| Some((key, number(reading)?)));
        numbers.collect::<BTreeMap<_, _>>()
    };
    json!({
        "matched": keys(|reading| reading.matched),
        "confidence": numbers(|reading| reading.confidence),
        "values": numbers(|reading| reading.value),
        "unknown": keys(|reading| reading.failed),
    })
}
