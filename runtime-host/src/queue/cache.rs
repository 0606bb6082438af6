//! Answers that are kept: equal jobs have equal answers.

use quick_cache::Weighter;

use crate::job::{Answer, Job, Kind, Output};

/// What an entry takes beside its text and its numbers, about.
const ENTRY: u64 = 192;

/// Bounded by bytes; what was not asked for longest goes first.
#[derive(Debug)]
pub(super) struct Cache(quick_cache::sync::Cache<Job, Answer, Bytes>);

impl Cache {
    pub(super) fn new(bytes: u64) -> Cache {
        let entries = usize::try_from(bytes / 1024).unwrap_or(usize::MAX);
        Cache(quick_cache::sync::Cache::with_weighter(entries, bytes, Bytes))
    }

    pub(super) fn get(&self, job: &Job) -> Option<Answer> {
        self.0.get(job)
    }

    pub(super) fn put(&self, job: Job, answer: Answer) {
        self.0.insert(job, answer);
    }

    pub(super) fn clear(&self) {
        self.0.clear();
    }

    pub(super) fn entries(&self) -> usize {
        self.0.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.weight()
    }
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<Job, Answer> for Bytes {
    fn weight(&self, job: &Job, answer: &Answer) -> u64 {
        let second = if let Kind::ClassifyPair { second } = &job.kind { second.len() } else { 0 };
        let output = match &answer.output {
            Output::Vector(numbers) => size_of_val(&**numbers),
            Output::Labels(labels) => size_of_val(labels.as_slice()),
            Output::Spans(spans) => size_of_val(spans.as_slice()),
        };
        ENTRY + (job.text.len() + second + output) as u64
    }
}
