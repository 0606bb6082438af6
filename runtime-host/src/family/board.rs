//! The answers of one call: what is known, and what is still wanted.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job, Kind, Output};

use super::prototype::{Prototypes, Scoring};

/// Why a family cannot say anything yet, or at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pause {
    /// What it wants has been noted.
    Waiting,
    Refused(Refused),
}

pub(super) type Said<T> = Result<T, Pause>;

impl Pause {
    pub(super) fn unsuited(why: impl Into<String>) -> Pause {
        Pause::Refused(Refused::Unsuited(why.into()))
    }
}

pub(super) type Vector = Arc<[f32]>;

/// Exemplars that a declaration may bring along. Every one of them is a text to embed.
pub(super) const MOST_EXEMPLARS: usize = 512;
const LONGEST_EXEMPLAR: usize = 8 * 1024;

/// The models of a host, as far as families look at them.
pub(super) trait Models: Send + Sync {
    fn serving(&self, part: &str) -> Vec<Arc<str>>;
}

impl<I: Infer> Models for I {
    fn serving(&self, part: &str) -> Vec<Arc<str>> {
        self.models_for(part)
    }
}

pub(super) struct Board<'c> {
    models: &'c dyn Models,
    memo: &'c Memo,
    known: HashMap<Job, Result<Answer, Refused>>,
    wanted: Vec<Job>,
    noted: HashSet<Job>,
}

impl<'c> Board<'c> {
    pub(super) fn new(models: &'c dyn Models, memo: &'c Memo) -> Board<'c> {
        Board { models, memo, known: HashMap::new(), wanted: Vec::new(), noted: HashSet::new() }
    }

    /// The jobs to ask now, no two of them equal, in the order in which they were wanted.
    pub(super) fn take_wanted(&mut self) -> Vec<Job> {
        self.noted.clear();
        std::mem::take(&mut self.wanted)
    }

    /// A job that came back without an answer counts as refused, so that nothing is asked twice.
    pub(super) fn learn(&mut self, jobs: Vec<Job>, answers: Vec<Result<Answer, Refused>>) {
        let missing = || Err(Refused::Failed("the model gave no answer".to_owned()));
        let answers = answers.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        self.known.extend(jobs.into_iter().zip(answers.map(|answer| answer.unwrap_or_else(missing))));
    }

    /// The models that serve a part, the preferred first.
    pub(super) fn serving(&self, part: &str) -> Vec<Arc<str>> {
        self.models.serving(part)
    }

    pub(super) fn answer(&mut self, job: Job) -> Said<Answer> {
        match self.known.get(&job) {
            Some(Ok(answer)) => Ok(answer.clone()),
            Some(Err(refused)) => Err(Pause::Refused(refused.clone())),
            None => {
                if self.noted.insert(job.clone()) {
                    self.wanted.push(job);
                }
                Err(Pause::Waiting)
            }
        }
    }

    fn answers(&mut self, jobs: impl IntoIterator<Item = Job>) -> Said<Vec<Answer>> {
        all(jobs.into_iter().map(|job| self.answer(job)).collect())
    }

    /// The probabilities of a text's labels.
    pub(super) fn labels(&mut self, model: &Arc<str>, text: &str) -> Said<Labels> {
        let job = Job { model: model.clone(), kind: Kind::Classify, text: text.into() };
        let answer = self.answer(job)?;
        match answer.output {
            Output::Labels(labels) => Ok(Labels { labels, coverage: f64::from(answer.coverage) }),
            _ => Err(Pause::unsuited(format!("`{model}` does not classify"))),
        }
    }

    /// The vectors of exemplars.
    fn vectors<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Said<Vec<Vector>> {
        let model = self.embedder()?;
        let answers = self.answers(texts.into_iter().map(|text| embed(&model, text)))?;
        answers.into_iter().map(|answer| vector(&model, answer).map(|seen| seen.vector)).collect()
    }

    /// A text as one vector.
    pub(super) fn vector(&mut self, text: &str) -> Said<Seen> {
        let model = self.embedder()?;
        let answer = self.answer(embed(&model, text))?;
        vector(&model, answer)
    }

    /// Exemplars, clustered; of a set that was clustered before only the first is asked again, to see that the
    /// model is still the one that it was.
    pub(super) fn prototypes(&mut self, exemplars: &[String], scoring: Scoring) -> Said<Arc<Prototypes>> {
        if exemplars.len() > MOST_EXEMPLARS {
            let message = format!("{} exemplars are more than {MOST_EXEMPLARS}", exemplars.len());
            return Err(Pause::unsuited(message));
        }
        if exemplars.iter().any(|exemplar| exemplar.len() > LONGEST_EXEMPLAR) {
            let message = format!("an exemplar is longer than {LONGEST_EXEMPLAR} bytes");
            return Err(Pause::unsuited(message));
        }
        let Some(first) = exemplars.first() else { return Ok(Arc::default()) };
        let model = self.embedder()?;
        let key = format!("{model}\0{scoring:?}\0{}", exemplars.join("\0"));
        if let Some((witness, prototypes)) = self.memo.get(&key) {
            let now = self.vectors([first.as_str()])?;
            if now.first() == Some(&witness) {
                return Ok(prototypes);
            }
        }
        let vectors = self.vectors(exemplars.iter().map(String::as_str))?;
        let prototypes = Arc::new(Prototypes::of(&vectors, scoring));
        if let Some(witness) = vectors.into_iter().next() {
            self.memo.put(key, (witness, prototypes.clone()));
        }
        Ok(prototypes)
    }

    fn embedder(&self) -> Said<Arc<str>> {
        self.serving("embed").into_iter().next().ok_or_else(|| Pause::unsuited("no model here embeds"))
    }
}

/// All of them; a refusal weighs more than what is still to come.
pub(super) fn all<T>(said: Vec<Said<T>>) -> Said<Vec<T>> {
    let refused = said.iter().find_map(|one| match one {
        Err(Pause::Refused(refused)) => Some(refused.clone()),
        _ => None,
    });
    match refused {
        Some(refused) => Err(Pause::Refused(refused)),
        None => said.into_iter().collect(),
    }
}

fn embed(model: &Arc<str>, text: &str) -> Job {
    Job { model: model.clone(), kind: Kind::Embed { dimensions: None }, text: text.into() }
}

fn vector(model: &str, answer: Answer) -> Said<Seen> {
    match answer.output {
        Output::Vector(vector) => Ok(Seen { vector, coverage: f64::from(answer.coverage) }),
        _ => Err(Pause::unsuited(format!("`{model}` does not embed"))),
    }
}

/// What a classifier says of a text.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    pub(super) labels: Vec<(Arc<str>, f32)>,
    pub(super) coverage: f64,
}

/// A text as a vector, and how much of it that stands for.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) vector: Vector,
    pub(super) coverage: f64,
}

/// Clustered exemplars across calls, each with the vector of its first text.
#[derive(Debug, Default)]
pub(super) struct Memo(Mutex<HashMap<String, (Vector, Arc<Prototypes>)>>);

/// Sets of exemplars that are remembered. A host serves few policies; when there are more, it starts anew.
const MOST_SETS: usize = 4096;

impl Memo {
    fn get(&self, key: &str) -> Option<(Vector, Arc<Prototypes>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: String, set: (Vector, Arc<Prototypes>)) {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= MOST_SETS {
            sets.clear();
        }
        sets.insert(key, set);
    }
}
