//! Jobs run where they are asked, one after the other, each once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job};
use crate::models::Shelf;

/// No queue and no batches: what is measured is the models.
#[derive(Debug)]
pub struct Direct {
    shelf: Shelf,
    known: Mutex<HashMap<Job, Result<Answer, Refused>>>,
}

impl Direct {
    pub fn new(shelf: Shelf) -> Direct {
        Direct { shelf, known: Mutex::default() }
    }

    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    fn answer(&self, job: Job) -> Result<Answer, Refused> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&job) {
            return answer.clone();
        }
        let model = self.shelf.model(&job.model)?;
        let answer = model.run(std::slice::from_ref(&job)).pop();
        let answer = answer.unwrap_or_else(|| Err(Refused::Failed("the model gave no answer".to_owned())));
        known().insert(job, answer.clone());
        answer
    }
}

impl Infer for Direct {
    async fn infer(&self, jobs: Vec<Job>, _: Option<Instant>) -> Vec<Result<Answer, Refused>> {
        jobs.into_iter().map(|job| self.answer(job)).collect()
    }

    fn models_for(&self, part: &str) -> Vec<Arc<str>> {
        self.shelf.models_for(part)
    }
}
