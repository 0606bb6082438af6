//! A case as people write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Given;
use crate::reading::Reading;

/// The signals of one request, by key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Case {
    /// The recipe, by name; without one the default recipe.
    pub recipe: Option<String>,
    pub matched: Vec<String>,
    pub confidence: BTreeMap<String, f64>,
    pub values: BTreeMap<String, f64>,
    /// Keys whose detector failed. `strict` reads them as unknown, even when they have matched too; under
    /// `vsr-2026-08` only a predicate with `on_error` looks here.
    pub unknown: Vec<String>,
}

impl Case {
    /// Every key that the case names, with its reading.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        let mut readings = BTreeMap::<String, Reading>::new();
        for key in &self.matched {
            readings.entry(key.clone()).or_default().matched = true;
        }
        for (key, confidence) in &self.confidence {
            let reading = readings.entry(key.clone()).or_default();
            reading.confidence = Some(*confidence).filter(|it| it.is_finite());
        }
        for (key, value) in &self.values {
            let reading = readings.entry(key.clone()).or_default();
            *reading = reading.with_value(*value);
        }
        for key in &self.unknown {
            readings.entry(key.clone()).or_default().failed = true;
        }
        readings
    }

    /// What the engines take.
    pub fn given(&self) -> Given {
        Given { recipe: self.recipe.clone(), readings: self.readings().into_iter().collect() }
    }
}
