//! A host that reads a table instead of running models: for tests, demonstrations and measurements.
//!
//! A row applies where its `text` stands in what the user says; the keys of its readings say which queries it answers.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::Deserialize;
use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;

use crate::family::{Answerer, Readings};
use crate::infer::{Infer, Refused};
use crate::job::{Answer, Job, Kind, Output};
use crate::queue::Runner;

/// The table, as it stands in a file of JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub rows: Vec<Row>,
    /// What the script's model takes, where it shall take something.
    #[serde(default)]
    pub cost: Option<Cost>,
}

/// What is said of texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Row {
    /// A part of the text; nothing stands in every text.
    pub text: String,
    /// By key: `true`, a confidence, or all of a reading.
    pub readings: BTreeMap<String, Said>,
    /// Queries (`family:name`, or `*`) that get no answer.
    pub unavailable: Vec<String>,
    pub delay_ms: u64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Said {
    Found(bool),
    Confidence(f64),
    Reading {
        #[serde(default)]
        matched: bool,
        confidence: Option<f64>,
        value: Option<f64>,
        #[serde(default)]
        failed: bool,
    },
}

/// How long a batch keeps a worker busy.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    pub per_batch_us: u64,
    pub per_job_us: u64,
}

impl Said {
    fn reading(self) -> Reading {
        match self {
            Said::Found(found) => Reading::flag(found),
            Said::Confidence(confidence) => Reading::confident(true, confidence),
            Said::Reading { matched, confidence, value, failed } => {
                let reading = Reading { failed, ..Reading::flag(matched) };
                let reading = match confidence {
                    Some(confidence) => Reading { failed, ..Reading::confident(matched, confidence) },
                    None => reading,
                };
                value.map_or(reading, |value| reading.with_value(value))
            }
        }
    }
}

impl Row {
    fn applies(&self, facts: &Facts<'_>) -> bool {
        facts.text.contains(&self.text) || facts.user_turns.iter().any(|turn| turn.contains(&self.text))
    }

    fn keeps_from(&self, query: &Query) -> bool {
        let name = format!("{}:{}", query.family, query.name);
        self.unavailable.iter().any(|kept| kept == "*" || *kept == name)
    }
}

/// Answers from the table. Each query is a job of one text for whoever is behind, as it would be for a model.
#[derive(Debug)]
pub struct Script<I> {
    table: RwLock<Arc<Table>>,
    infer: I,
}

/// The only model of a script.
const MODEL: &str = "script";

impl<I: Infer> Script<I> {
    pub fn new(table: Table, infer: I) -> Script<I> {
        Script { table: RwLock::new(Arc::new(table)), infer }
    }

    /// Another table from now on.
    pub fn replace(&self, table: Table) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
    }
}

impl<I: Infer> Answerer for Script<I> {
    async fn answer(
        &self,
        facts: &Facts<'_>,
        queries: &[&Query],
        deadline: Option<Instant>,
    ) -> Vec<Result<Readings, Refused>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner).clone();
        let rows: Vec<&Row> = table.rows.iter().filter(|row| row.applies(facts)).collect();
        let delay_ms = rows.iter().map(|row| row.delay_ms).max().unwrap_or(0);
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        let model: Arc<str> = MODEL.into();
        let job = |query: &&Query| Job {
            model: model.clone(),
            kind: Kind::Classify,
            text: format!("{}:{} {}", query.family, query.name, facts.text).into(),
        };
        let ran = self.infer.infer(queries.iter().map(job).collect(), deadline).await;
        let answer = |(query, ran): (&&Query, Result<Answer, Refused>)| {
            ran?;
            if rows.iter().any(|row| row.keeps_from(query)) {
                return Err(Refused::Failed("the script says so".to_owned()));
            }
            let said = rows.iter().flat_map(|row| &row.readings);
            let said = said.filter(|(key, _)| query.keys.contains(key));
            Ok(said.map(|(key, said)| (key.clone(), said.reading())).collect())
        };
        queries.iter().zip(ran).map(answer).collect()
    }
}

impl Runner for Cost {
    fn run(&self, jobs: &[Job]) -> Vec<Result<Answer, Refused>> {
        let took = self.per_batch_us + self.per_job_us * jobs.len() as u64;
        if took > 0 {
            std::thread::sleep(Duration::from_micros(took));
        }
        jobs.iter().map(|_| Ok(Answer { output: Output::Labels(Vec::new()), coverage: 1.0 })).collect()
    }

    fn models_for(&self, _: &str) -> Vec<Arc<str>> {
        vec![MODEL.into()]
    }
}
