//! What is asked of a model: one text, and one of a few kinds of answer.

use std::sync::Arc;

/// One piece of work. Equal jobs have equal answers, so a job is the key of the cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// A model's name in the manifest.
    pub model: Arc<str>,
    pub kind: Kind,
    pub text: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A vector of length 1. `Some(n)` cuts it to its first `n` numbers and normalises again (Matryoshka).
    Embed { dimensions: Option<u16> },
    /// A probability a label.
    Classify,
    /// As [`Kind::Classify`], of two texts together: a cross-encoder reads `text` and then this one.
    ClassifyPair { second: Arc<str> },
    /// The spans that a tagger marks.
    Tag,
}

/// What a model says, and how much of the text it saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub output: Output,
    /// The share of the text's tokens that the model saw, in `0..=1`. Below 1 nothing can be said of the rest.
    pub coverage: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Vector(Arc<[f32]>),
    /// Every label of the model with its probability, in the model's order.
    Labels(Vec<(Arc<str>, f32)>),
    /// In the order of the text, not overlapping.
    Spans(Vec<Marked>),
}

/// A part of the text under a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// In bytes of the text that was asked about, on character boundaries.
    pub start: usize,
    pub end: usize,
    pub label: Arc<str>,
    pub score: f32,
}
