//! Answers by a script: for tests of queues, caches and signals, without a model.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::infer::Refused;
use crate::job::{Answer, Job, Kind, Output};

/// What is answered to which job. A job that nothing was written for has an answer made from its text, always alike.
#[derive(Debug, Default)]
pub struct Script {
    written: HashMap<(Kind, Arc<str>), Result<Answer, Refused>>,
    delay: Duration,
    /// Every so many-th job fails; 0 is none.
    failing: u64,
    labels: Vec<Arc<str>>,
    asked: AtomicU64,
}

impl Script {
    pub fn new() -> Script {
        Script { labels: vec!["yes".into(), "no".into()], ..Script::default() }
    }

    /// What one job is answered.
    pub fn with(mut self, kind: Kind, text: &str, answer: Result<Answer, Refused>) -> Script {
        self.written.insert((kind, text.into()), answer);
        self
    }

    /// The labels of answers that nobody has written.
    pub fn with_labels<'a>(mut self, labels: impl IntoIterator<Item = &'a str>) -> Script {
        self.labels = labels.into_iter().map(Arc::from).collect();
        self
    }

    /// How long each job takes.
    pub fn taking(mut self, delay: Duration) -> Script {
        self.delay = delay;
        self
    }

    /// Every `each`-th job fails.
    pub fn failing_each(mut self, each: u64) -> Script {
        self.failing = each;
        self
    }

    /// How many jobs were asked so far.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn answer(&self, job: &Job) -> Result<Answer, Refused> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.delay.is_zero() {
            std::thread::sleep(self.delay);
        }
        if self.failing > 0 && number.is_multiple_of(self.failing) {
            return Err(Refused::Failed("the script says so".into()));
        }
        let written = self.written.get(&(job.kind.clone(), job.text.clone())).cloned();
        written.unwrap_or_else(|| Ok(Answer { output: self.made_up(job), coverage: 1.0 }))
    }

    fn made_up(&self, job: &Job) -> Output {
        match &job.kind {
            Kind::Embed { dimensions } => {
                let mut vector = vec![0.0_f32; dimensions.map_or(8, usize::from)];
                for (at, byte) in job.text.bytes().enumerate() {
                    let at = at % vector.len().max(1);
                    if let Some(number) = vector.get_mut(at) {
                        *number += f32::from(byte);
                    }
                }
                crate::task::embed::normalise(&mut vector);
                Output::Vector(vector.into())
            }
            Kind::Classify | Kind::ClassifyPair { .. } => {
                let even = 1.0 / self.labels.len().max(1) as f32;
                Output::Labels(self.labels.iter().map(|label| (label.clone(), even)).collect())
            }
            Kind::Tag => Output::Spans(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Model, Shelf};

    #[test]
    fn a_script_is_followed() {
        let sure = Answer { output: Output::Labels(vec![("yes".into(), 0.9)]), coverage: 0.5 };
        let script = Script::new()
            .with_labels(["a", "b"])
            .with(Kind::Classify, "known", Ok(sure.clone()))
            .with(Kind::Tag, "bad", Err(Refused::Overloaded))
            .failing_each(4);
        let shelf = Shelf::scripted([(Model::scripted("m", script), vec!["injection".to_owned()])]);
        assert_eq!(shelf.models_for("injection"), [Arc::from("m")]);
        assert_eq!(shelf.absent(), []);
        let job = |kind: Kind, text: &str| Job { model: "m".into(), kind, text: text.into() };
        let answers = shelf.model("m").unwrap().run(&[
            job(Kind::Classify, "known"),
            job(Kind::Classify, "unknown"),
            job(Kind::Tag, "bad"),
            job(Kind::Classify, "known"),
            job(Kind::Embed { dimensions: Some(2) }, "x"),
        ]);
        let even = Output::Labels(vec![("a".into(), 0.5), ("b".into(), 0.5)]);
        assert_eq!(answers[0], Ok(sure));
        assert_eq!(answers[1], Ok(Answer { output: even, coverage: 1.0 }));
        assert_eq!(answers[2], Err(Refused::Overloaded));
        assert_eq!(answers[3], Err(Refused::Failed("the script says so".into())));
        let Ok(Answer { output: Output::Vector(vector), .. }) = &answers[4] else {
            panic!("{:?}", answers[4])
        };
        assert_eq!(&**vector, [1.0, 0.0]);
    }

    #[test]
    fn a_script_may_take_its_time() {
        let script = Script::new().taking(Duration::from_millis(5));
        let start = std::time::Instant::now();
        let job = Job { model: "m".into(), kind: Kind::Tag, text: "x".into() };
        assert!(script.answer(&job).is_ok());
        assert!(start.elapsed() >= Duration::from_millis(5));
        assert_eq!(script.asked(), 1);
    }
}
