//! One model that is ready to answer.

use std::sync::Arc;

use crate::backend::Tensor;
use crate::backend::scripted::Script;
use crate::encoder::{Encoder, Windowed};
use crate::infer::Refused;
use crate::job::{Answer, Job, Kind, Output};
use crate::models::manifest::Labelling;
use crate::task::embed::{Embedder, Vectors};
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
        match &self.does {
            Does::Embed(embedder) => self.on_vectors(embedder, jobs, |job, vectors| match job.kind {
                Kind::Embed { dimensions } => Ok(vectors.answer(embedder.check(dimensions)?)),
                _ => Err(self.unsuited(&job.kind)),
            }),
            Does::Head(head) => self.on_vectors(head.base(), jobs, |job, vectors| match job.kind {
                Kind::Classify => head.answer(&job.text, vectors),
                _ => Err(self.unsuited(&job.kind)),
            }),
            Does::Classify(encoder, labelling) => {
                let window = |job: &Job| (job.kind == Kind::Classify).then(|| encoder.windows(&job.text));
                self.on_windows(encoder, jobs, window, |text, tensors| {
                    classify::read(labelling, text, tensors)
                })
            }
            Does::Pair(encoder, labelling) => {
                let window = |job: &Job| match &job.kind {
                    Kind::ClassifyPair { second } => Some(encoder.pair_windows(&job.text, second)),
                    _ => None,
                };
                self.on_windows(encoder, jobs, window, |text, tensors| {
                    classify::read(labelling, text, tensors)
                })
            }
            Does::Tag { encoder, labels, temperature } => {
                let window = |job: &Job| (job.kind == Kind::Tag).then(|| encoder.windows(&job.text));
                let lead = encoder.lead();
                self.on_windows(encoder, jobs, window, |text, tensors| {
                    tag::read(labels, *temperature, lead, text, tensors)
                })
            }
            Does::Grams(grams) => {
                let answer = |job: &Job| match job.kind {
                    Kind::Classify => Ok(grams.answer(&job.text)),
                    _ => Err(self.unsuited(&job.kind)),
                };
                jobs.iter().map(answer).collect()
            }
            Does::Script(script) => jobs.iter().map(|job| script.answer(job)).collect(),
        }
    }

    /// Answers out of the texts' vectors.
    fn on_vectors(
        &self,
        embedder: &Embedder,
        jobs: &[Job],
        answer: impl Fn(&Job, &Vectors) -> Result<Answer, Refused>,
    ) -> Vec<Result<Answer, Refused>> {
        let texts: Vec<&str> = jobs.iter().map(|job| &*job.text).collect();
        let vectors = embedder.vectors(&texts).into_iter();
        vectors.zip(jobs).map(|(vectors, job)| answer(job, &vectors?)).collect()
    }

    /// Answers out of the tensors of the texts' windows; a job without windows is none for this model.
    fn on_windows(
        &self,
        encoder: &Encoder,
        jobs: &[Job],
        window: impl Fn(&Job) -> Option<Windowed>,
        read: impl Fn(&Windowed, &[Tensor]) -> Result<Output, String>,
    ) -> Vec<Result<Answer, Refused>> {
        let asked: Vec<Option<Windowed>> = jobs.iter().map(window).collect();
        let is_asked: Vec<bool> = asked.iter().map(Option::is_some).collect();
        let texts: Vec<Windowed> = asked.into_iter().flatten().collect();
        let mut answers = encoder.answer(&texts, read).into_iter();
        let mut answer = |(job, is_asked): (&Job, bool)| match is_asked {
            true => {
                answers.next().unwrap_or_else(|| Err(Refused::Failed("the model answered nothing".into())))
            }
            false => Err(self.unsuited(&job.kind)),
        };
        jobs.iter().zip(is_asked).map(&mut answer).collect()
    }

    fn unsuited(&self, kind: &Kind) -> Refused {
        Refused::Unsuited(format!("`{}` {}, and is asked to {}", self.name, self.does.what(), asked(kind)))
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::backend::Backend;
    use crate::encoder::Reading;
    use crate::models::manifest::{Activation, Pooling, Windows};
    use crate::tokens::{Row, Tokeniser};

    /// Says how many ids a row has, fails on a row with an unknown word, and remembers how many came at once.
    #[derive(Debug, Default)]
    struct Counting {
        calls: Arc<Mutex<Vec<usize>>>,
        by_tokens: bool,
    }

    impl Backend for Counting {
        fn run(&self, rows: &[Row]) -> Vec<Result<Tensor, String>> {
            self.calls.lock().unwrap().push(rows.len());
            let run = |row: &Row| match (row.ids.contains(&2), self.by_tokens) {
                (true, _) => Err("an unknown word".to_owned()),
                (false, true) => {
                    let tokens = row.ids.len();
                    Ok(Tensor { shape: vec![tokens, 1], values: vec![tokens as f32; tokens] })
                }
                (false, false) => Ok(Tensor { shape: vec![1], values: vec![row.ids.len() as f32] }),
            };
            rows.iter().map(run).collect()
        }

        fn gains_by_batches(&self) -> bool {
            true
        }
    }

    fn encoder(by_tokens: bool) -> (Encoder, Arc<Mutex<Vec<usize>>>) {
        let tokeniser = Tokeniser::read(include_bytes!("../../tests/models/tokenizer.json")).unwrap();
        let backend = Counting { by_tokens, ..Counting::default() };
        let calls = backend.calls.clone();
        let reading = Reading { max_tokens: 8, max_windows: 4, compress: false };
        (Encoder::new(tokeniser, Box::new(backend), reading), calls)
    }

    fn jobs(kind: &Kind, texts: &[&str]) -> Vec<Job> {
        let job = |text: &&str| Job { model: "m".into(), kind: kind.clone(), text: Arc::from(*text) };
        texts.iter().map(job).collect()
    }

    #[test]
    fn the_windows_of_all_texts_go_in_one_call_and_fail_alone() {
        let (encoder, calls) = encoder(false);
        let labelling = Labelling {
            labels: vec!["x".into()],
            activation: Activation::Sigmoid,
            temperature: 1.0,
            benign: None,
            windows: Windows::Max,
        };
        let model = Model::new("m".into(), Does::Classify(encoder, labelling));
        let mut asked = jobs(&Kind::Classify, &["a", "a b c a b c a", "zebra", "b"]);
        asked[3].kind = Kind::Tag;
        let answers = model.run(&asked);
        assert_eq!(*calls.lock().unwrap(), [4], "one, two and one window");
        assert!(answers[0].is_ok() && answers[1].is_ok());
        assert_eq!(answers[2], Err(Refused::Failed("an unknown word".into())));
        assert!(matches!(answers[3], Err(Refused::Unsuited(_))));
    }

    #[test]
    fn a_window_is_embedded_once_however_often_it_is_asked_for() {
        let (encoder, calls) = encoder(true);
        let embedder = Arc::new(Embedder::new(encoder, Pooling::Mean, 1));
        let model = Model::new("m".into(), Does::Embed(embedder));
        let embed = Kind::Embed { dimensions: None };
        let answers = model.run(&jobs(&embed, &["a", "b", "a", "zebra"]));
        assert_eq!(*calls.lock().unwrap(), [3]);
        assert_eq!(answers[0], answers[2]);
        assert_eq!(answers[3], Err(Refused::Failed("an unknown word".into())));
        model.run(&jobs(&embed, &["b", "a"]));
        model.run(&jobs(&embed, &["b", "c"]));
        assert_eq!(calls.lock().unwrap().iter().sum::<usize>(), 4, "only `c` was new");
    }
}
