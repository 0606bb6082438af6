//! A linear model over words, pairs of words and pieces of words, as SecureVector Guardian ships it.
//!
//! The features are scikit-learn's `TfidfVectorizer` (words of two letters and more; pieces within word boundaries),
//! each block of length 1. A long text is also read in windows, and a window that is surely bad speaks for the text.

mod block;
mod windows;

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use block::Block;
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::job::{Answer, Output};
use crate::task::classify::{named, softmax};

#[derive(Debug)]
pub(crate) struct Grams {
    labels: Vec<Arc<str>>,
    /// Where in `labels` the harmless one is.
    benign: usize,
    /// From which probability of harm on a window outweighs the whole.
    window_bar: f32,
    words: Block,
    pieces: Block,
    /// One weight a label for each feature: words, then pieces.
    weights: Vec<Vec<f32>>,
    biases: Vec<f64>,
}

/// In bytes: what lies beyond is not read. What is read takes 12 ms at most.
const READ: usize = 128 * 1024;

impl Grams {
    /// Reads the packed JSON that the model is shipped as.
    pub(crate) fn read(bytes: &[u8]) -> Result<Grams, String> {
        let mut json = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut json).map_err(|error| error.to_string())?;
        let shipped: Shipped = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        shipped.checked()
    }

    pub(crate) fn answer(&self, text: &str) -> Answer {
        let end = (0..=READ.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let read = &text[..end];
        let mut probabilities = self.probabilities(read);
        let mut reached = read.len();
        if windows::is_long(read) {
            let (windows, seen) = windows::of(read);
            reached = seen;
            for window in windows {
                let found = self.probabilities(window);
                let harm = |probabilities: &[f32]| 1.0 - probabilities[self.benign];
                if harm(&found) >= self.window_bar && harm(&found) > harm(&probabilities) {
                    probabilities = found;
                }
            }
        }
        let coverage = if text.is_empty() { 1.0 } else { reached as f32 / text.len() as f32 };
        Answer { output: Output::Labels(named(&self.labels, probabilities)), coverage }
    }

    fn probabilities(&self, text: &str) -> Vec<f32> {
        let text = text.to_lowercase();
        let mut scores = self.biases.clone();
        self.words.add(block::words(&text, &self.words), &self.weights, &mut scores);
        self.pieces.add(block::pieces(&text, &self.pieces), &self.weights, &mut scores);
        softmax(scores, 1.0)
    }
}

#[derive(Deserialize)]
struct Shipped {
    classes: Vec<Arc<str>>,
    benign: Arc<str>,
    threshold: f32,
    window_min_score: f32,
    word: ShippedBlock,
    char: ShippedBlock,
    coef: Vec<Vec<f32>>,
    intercept: Vec<f64>,
}

#[derive(Deserialize)]
struct ShippedBlock {
    vocab: HashMap<Box<str>, u32>,
    idf: Vec<f32>,
    ngram_range: (usize, usize),
    sublinear_tf: bool,
}

impl Shipped {
    fn checked(self) -> Result<Grams, String> {
        let benign = self.classes.iter().position(|class| *class == self.benign);
        let benign = benign.ok_or("its harmless class is none of its classes")?;
        let features = self.word.idf.len() + self.char.idf.len();
        let fits = self.coef.len() == self.classes.len()
            && self.intercept.len() == self.classes.len()
            && self.coef.iter().all(|row| row.len() == features);
        if !fits {
            return Err("its weights do not fit its classes and features".into());
        }
        let first = self.word.idf.len();
        Ok(Grams {
            benign,
            window_bar: self.threshold.max(self.window_min_score),
            weights: (0..features).map(|at| self.coef.iter().map(|row| row[at]).collect()).collect(),
            labels: self.classes,
            words: self.word.checked(0)?,
            pieces: self.char.checked(first)?,
            biases: self.intercept,
        })
    }
}

impl ShippedBlock {
    fn checked(self, first: usize) -> Result<Block, String> {
        let (shortest, longest) = self.ngram_range;
        if !self.sublinear_tf || shortest == 0 || longest > 8 {
            return Err("its features are counted in a way that we do not know".into());
        }
        Ok(Block { columns: self.vocab, rarity: self.idf, shortest, longest, first })
    }
}
