//! Every family over scripted answers, with numbers that a reader can check by hand.

mod choices;
mod detectors;
mod nearness;
mod rounds;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;

use super::{Answerer, Families, Readings, Settings};
use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job, Kind, Marked, Output};

/// What models say of texts, by table. A text without a vector is like no other.
#[derive(Debug, Default)]
struct Script {
    parts: Vec<(&'static str, &'static str)>,
    vectors: Vec<(&'static str, [f32; 3])>,
    /// By model and text.
    labels: Vec<(&'static str, &'static str, Shares)>,
    /// By a word: wherever it stands it is marked.
    marks: Vec<(&'static str, &'static str, f32)>,
    coverage: Option<f32>,
    refuses: Option<(&'static str, Refused)>,
    asked: Mutex<Vec<Vec<Job>>>,
}

type Shares = Vec<(&'static str, f32)>;

const ELSEWHERE: [f32; 3] = [0.0, 0.0, 1.0];

impl Script {
    /// One embedder, and these vectors.
    fn near(vectors: &[(&'static str, [f32; 3])]) -> Script {
        Script { parts: vec![("embed", "mini")], vectors: vectors.to_vec(), ..Script::default() }
    }

    fn say(&self, job: &Job) -> Result<Answer, Refused> {
        if let Some((model, refused)) = &self.refuses
            && **model == *job.model
        {
            return Err(refused.clone());
        }
        let output = match &job.kind {
            Kind::Embed { .. } => {
                let known = self.vectors.iter().find(|(text, _)| **text == *job.text);
                Output::Vector(Arc::from(known.map_or(ELSEWHERE, |(_, vector)| *vector)))
            }
            Kind::Tag => {
                let find = |(word, label, score): &(&'static str, &'static str, f32)| {
                    let (label, score) = (Arc::from(*label), *score);
                    let places = job.text.match_indices(word);
                    let mark = move |(start, word): (usize, &str)| {
                        let label = Arc::clone(&label);
                        Marked { start, end: start + word.len(), label, score }
                    };
                    places.map(mark).collect::<Vec<_>>()
                };
                Output::Spans(self.marks.iter().flat_map(find).collect())
            }
            _ => {
                let known =
                    self.labels.iter().find(|(model, text, _)| **model == *job.model && **text == *job.text);
                let labels = known.map(|(_, _, labels)| labels.clone()).unwrap_or_default();
                Output::Labels(labels.into_iter().map(|(label, share)| (Arc::from(label), share)).collect())
            }
        };
        Ok(Answer { output, coverage: self.coverage.unwrap_or(1.0) })
    }
}

impl Infer for Script {
    async fn infer(&self, jobs: Vec<Job>, _: Option<Instant>) -> Vec<Result<Answer, Refused>> {
        let answers = jobs.iter().map(|job| self.say(job)).collect();
        self.asked.lock().expect("not poisoned").push(jobs);
        answers
    }

    fn models_for(&self, part: &str) -> Vec<Arc<str>> {
        self.parts.iter().filter(|(name, _)| *name == part).map(|(_, model)| Arc::from(*model)).collect()
    }
}

fn query(family: &str, spec: &str) -> Query {
    Query { family: family.to_owned(), name: "it".to_owned(), spec: spec.to_owned(), keys: Vec::new() }
}

/// A conversation of the user's turns, with an assistant between them.
fn talk<'t>(turns: &[&'t str]) -> Facts<'t> {
    Facts {
        text: turns.last().copied().unwrap_or_default().into(),
        user_turns: turns.iter().map(|turn| (*turn).into()).collect(),
        assistant_replied: turns.len() > 1,
        ..Facts::default()
    }
}

fn all<I: Infer>(
    families: &Families<I>,
    facts: &Facts<'_>,
    queries: &[&Query],
) -> Vec<Result<Readings, Refused>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(families.answer(facts, queries, None))
}

fn ask(script: Script, settings: Settings, facts: &Facts<'_>, query: &Query) -> Result<Readings, Refused> {
    all(&Families::new(script, settings), facts, &[query]).remove(0)
}

/// What the signal `it` says, where it sets at most one reading.
fn one(script: Script, family: &str, spec: &str, facts: &Facts<'_>) -> Result<Reading, Refused> {
    let readings = ask(script, Settings::default(), facts, &query(family, spec))?;
    assert!(readings.len() <= 1, "{readings:?}");
    let Some((key, reading)) = readings.into_iter().next() else { return Ok(Reading::MISSED) };
    assert_eq!(key, format!("{family}:it"));
    Ok(reading)
}

/// `None` is a miss, a number the confidence of a hit. Sums of rounded numbers are compared as such.
fn check(said: Result<Reading, Refused>, expected: Option<f64>, what: &str) {
    let said = said.unwrap_or_else(|refused| panic!("{what}: {refused}"));
    assert_eq!(said.matched, expected.is_some(), "{what}: {said:?}");
    assert!(!said.failed, "{what}: {said:?}");
    if let (Some(confidence), Some(expected)) = (said.confidence, expected) {
        assert!((confidence - expected).abs() < 1e-6, "{what}: {confidence} is not {expected}");
    }
}
