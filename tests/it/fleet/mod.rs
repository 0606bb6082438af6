//! `wrp-fleet` against what was recorded from the reference simulator, and against its own tables.

mod blocks;
mod cli;
mod compat_numbers;
mod compat_runs;
mod corrected;

use std::path::{Path, PathBuf};

use serde_json::Value;
use wrp_fleet::hardware::{Profile, manual};
use wrp_fleet::workload::Cdf;

/// The recordings, where they are present.
fn recordings() -> Option<PathBuf> {
    let folder = wrp_tests::reference_data()?.join("fleet");
    folder.is_dir().then_some(folder)
}

fn json(path: &Path) -> Value {
    // Python writes infinities as a word that JSON does not have.
    let text =
        std::fs::read_to_string(path).unwrap().replace("Infinity", "1e999").replace("1e999", "\"inf\"");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cdf(folder: &Path, name: &str) -> Cdf {
    let value = json(&folder.join(format!("{name}_cdf.json")));
    let points = value.get("cdf").unwrap_or(&value).clone();
    serde_json::from_value(points).unwrap()
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) if text == "inf" => f64::INFINITY,
        _ => value.as_f64().unwrap_or_else(|| panic!("{value} is no number")),
    }
}

fn whole(value: &Value) -> u32 {
    value
        .as_u64()
        .and_then(|value| u32::try_from(value).ok())
        .unwrap_or_else(|| panic!("{value} is no count"))
}

#[track_caller]
fn close(is: f64, recorded: &Value, what: &dyn std::fmt::Display) {
    let recorded = number(recorded);
    let same = is == recorded || (is - recorded).abs() <= 1e-9 * recorded.abs().max(1e-300);
    assert!(same, "{what}: {is}, recorded {recorded}");
}

/// As the recordings were rounded for printing.
#[track_caller]
fn rounded(is: f64, recorded: &Value, digits: i32, what: &dyn std::fmt::Display) {
    let unit = 10_f64.powi(-digits);
    assert!((is - number(recorded)).abs() <= unit * 0.500_001, "{what}: {is}, recorded {recorded}");
}

fn gpu(name: &str) -> Profile {
    manual::named(name).unwrap_or_else(|| panic!("no profile `{name}`"))
}

fn rows<'v>(oracle: &'v Value, key: &str) -> &'v Vec<Value> {
    oracle[key].as_array().unwrap_or_else(|| panic!("no rows `{key}`"))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().expect("an object").iter()
}
