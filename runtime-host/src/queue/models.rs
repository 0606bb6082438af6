//! The models of a shelf, as what runs batches.

use std::sync::Arc;

use super::Runner;
use crate::infer::Refused;
use crate::job::{Answer, Job};
use crate::models::Shelf;

impl Runner for Shelf {
    fn run(&self, jobs: &[Job]) -> Vec<Result<Answer, Refused>> {
        let Some(first) = jobs.first() else { return Vec::new() };
        match self.model(&first.model) {
            Ok(model) => model.run(jobs),
            Err(refused) => jobs.iter().map(|_| Err(refused.clone())).collect(),
        }
    }

    fn models_for(&self, part: &str) -> Vec<Arc<str>> {
        Shelf::models_for(self, part)
    }
}
