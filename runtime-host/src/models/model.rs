//! One model that is ready to answer.

use std::sync::Arc;

use crate::backend::scripted::Script;
use crate::encoder::Encoder;
use crate::infer::Refused;
use crate::job::{Answer, Job, Kind};
use crate::models::manifest::Labelling;
use crate::task::embed::Embedder;
use crate::task::grams::Grams;
use crate::task::head::Head;
use crate::task::{classify, tag};

#[derive(Debug)]
pub struct Model {
    name: Arc<str>,
    does: Does,
}

#[derive(Debug)]
pub(super) enum Does {
    Embed(Arc<Embedder>),
    Classify(Encoder, Labelling),
    Pair(Encoder, Labelling),
    Tag { encoder: Encoder, labels: Vec<Arc<str>>, temperature: f32 },
    Head(Head),
    Grams(Grams),
    Script(Script),
}

impl Model {
    pub(super) fn new(name: Arc<str>, does: Does) -> Model {
        Model { name, does }
    }

    /// A model that answers by a script, for tests of what lies above.
    pub fn scripted(name: impl Into<Arc<str>>, script: Script) -> Model {
        Model { name: name.into(), does: Does::Script(script) }
    }

    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// One result a job, in their order, whatever else is asked beside it. Computes on the thread that calls, and
    /// may be called from many.
    pub fn run(&self, jobs: &[Job]) -> Vec<Result<Answer, Refused>> {
        jobs.iter().map(|job| self.answer(job)).collect()
    }

    fn answer(&self, job: &Job) -> Result<Answer, Refused> {
        match (&self.does, &job.kind) {
            (Does::Embed(embedder), Kind::Embed { dimensions }) => embedder.answer(&job.text, *dimensions),
            (Does::Classify(encoder, labelling), Kind::Classify) => {
                classify::answer(encoder, labelling, &job.text)
            }
            (Does::Pair(encoder, labelling), Kind::ClassifyPair { second }) => {
                classify::answer_pair(encoder, labelling, &job.text, second)
            }
            (Does::Tag { encoder, labels, temperature }, Kind::Tag) => {
                tag::answer(encoder, labels, *temperature, &job.text)
            }
            (Does::Head(head), Kind::Classify) => head.answer(&job.text),
            (Does::Grams(grams), Kind::Classify) => Ok(grams.answer(&job.text)),
            (Does::Script(script), _) => script.answer(job),
            (does, kind) => Err(Refused::Unsuited(format!(
                "`{}` {}, and is asked to {}",
                self.name,
                does.what(),
                asked(kind)
            ))),
        }
    }

    pub(super) fn embedder(&self) -> Option<&Arc<Embedder>> {
        match &self.does {
            Does::Embed(embedder) => Some(embedder),
            _ => None,
        }
    }
}

impl Does {
    fn what(&self) -> &'static str {
        match self {
            Does::Embed(_) => "embeds",
            Does::Classify(..) | Does::Head(_) | Does::Grams(_) => "classifies a text",
            Does::Pair(..) => "classifies two texts",
            Does::Tag { .. } => "tags tokens",
            Does::Script(_) => "follows a script",
        }
    }
}

fn asked(kind: &Kind) -> &'static str {
    match kind {
        Kind::Embed { .. } => "embed",
        Kind::Classify => "classify a text",
        Kind::ClassifyPair { .. } => "classify two texts",
        Kind::Tag => "tag tokens",
    }
}
