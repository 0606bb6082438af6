//! A linear model over words, pairs of words and pieces of words, as SecureVector Guardian ships it.
//!
//! The features are scikit-learn's `TfidfVectorizer` (words of two letters and more; pieces within word boundaries),
//! each block of length 1. A long text is also read in windows, and a window that is surely bad speaks for the text.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

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

#[derive(Debug)]
struct Block {
    columns: HashMap<Box<str>, u32>,
    /// What each column's frequency is multiplied with.
    rarity: Vec<f32>,
    shortest: usize,
    longest: usize,
    /// Of `Grams::weights`, the first that is of this block.
    first: usize,
}

/// In bytes: what lies beyond is not read. The rest takes 10 ms.
const READ: usize = 128 * 1024;
/// Windows are 24 words long and begin 12 words apart, within a sentence or a line; at most 300 of them.
const WINDOW: (usize, usize, usize) = (24, 12, 300);

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
        let is_long = read.contains('\n') || read.split_whitespace().nth(WINDOW.0).is_some();
        if is_long {
            let (windows, seen) = windows(read);
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
        self.words.add(words(&text, &self.words), &self.weights, &mut scores);
        self.pieces.add(pieces(&text, &self.pieces), &self.weights, &mut scores);
        softmax(scores, 1.0)
    }
}

impl Block {
    /// Adds to each label what this block's features say.
    fn add(&self, mut columns: Vec<u32>, weights: &[Vec<f32>], scores: &mut [f64]) {
        columns.sort_unstable();
        let features: Vec<(usize, f64)> = columns
            .chunk_by(|one, other| one == other)
            .filter_map(|alike| {
                let column = *alike.first()? as usize;
                let frequency = 1.0 + (alike.len() as f64).ln();
                Some((column, frequency * f64::from(*self.rarity.get(column)?)))
            })
            .collect();
        let length = features.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
        for (column, value) in features {
            if let Some(weights) = weights.get(self.first + column) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += value / length * f64::from(*weight);
                }
            }
        }
    }
}

/// The columns of words and of neighbours.
fn words(text: &str, block: &Block) -> Vec<u32> {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> =
        text.split(|c| !is_inside(c)).filter(|word| word.chars().nth(1).is_some()).collect();
    let mut columns = Vec::new();
    for count in block.shortest..=block.longest {
        for neighbours in words.windows(count.max(1)) {
            columns.extend(match neighbours {
                [word] => block.columns.get(*word),
                _ => block.columns.get(&*neighbours.join(" ")),
            });
        }
    }
    columns
}

/// The columns of the pieces of each word with a space on both sides.
fn pieces(text: &str, block: &Block) -> Vec<u32> {
    let mut columns = Vec::new();
    let mut padded = String::new();
    let mut bounds = Vec::new();
    for word in text.split_whitespace() {
        padded.clear();
        padded.extend([" ", word, " "]);
        bounds.clear();
        bounds.extend(padded.char_indices().map(|(at, _)| at).chain([padded.len()]));
        let length = bounds.len() - 1;
        for count in block.shortest..=block.longest {
            let last = length.saturating_sub(count);
            for start in 0..=last {
                let piece = &padded[bounds[start]..bounds[(start + count).min(length)]];
                columns.extend(block.columns.get(piece));
            }
            // A word that is no longer than this is one piece, once.
            if last == 0 {
                break;
            }
        }
    }
    columns
}

/// The windows of a text, and how many of its bytes were reached before their number ran out.
fn windows(text: &str) -> (Vec<&str>, usize) {
    let (width, step, most) = WINDOW;
    let mut windows = Vec::new();
    for segment in segments(text) {
        let start = segment.as_ptr() as usize - text.as_ptr() as usize;
        let words: Vec<std::ops::Range<usize>> = segment
            .split_whitespace()
            .map(|word| {
                let at = word.as_ptr() as usize - segment.as_ptr() as usize;
                at..at + word.len()
            })
            .collect();
        for first in (0..words.len()).step_by(step) {
            if windows.len() == most {
                return (windows, start + words[first].start);
            }
            let last = words.len().min(first + width) - 1;
            windows.push(&segment[words[first].start..words[last].end]);
            if last + 1 == words.len() {
                break;
            }
        }
    }
    (windows, text.len())
}

/// Sentences and lines, and what stands between the marks of HTML's comments.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.split(['\n', '\r']);
    let parts = lines.flat_map(|line| line.split("<!--")).flat_map(|part| part.split("-->"));
    parts.flat_map(|part| {
        let mut rest = part;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let ends = rest.char_indices().zip(rest.chars().skip(1));
            let mut ends = ends.filter(|((_, c), next)| matches!(c, '.' | '!' | '?') && next.is_whitespace());
            let end = ends.next().map_or(rest.len(), |((at, c), _)| at + c.len_utf8());
            let (sentence, after) = rest.split_at(end);
            rest = after;
            Some(sentence)
        })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn block(columns: &[&str], shortest: usize, longest: usize, first: usize) -> Block {
        let columns = columns.iter().enumerate().map(|(at, name)| ((*name).into(), at as u32)).collect();
        Block { columns, rarity: vec![1.0; 64], shortest, longest, first }
    }

    #[test]
    fn words_are_counted_alone_and_in_pairs() {
        let block = block(&["ab", "cd", "ab cd", "x", "é_1"], 1, 2, 0);
        assert_eq!(words("ab, x cd! é_1", &block), [0, 1, 4, 2]);
    }

    #[test]
    fn pieces_stay_within_words() {
        let block = block(&[" ab", "ab ", " a ", "b c", " ab "], 3, 4, 0);
        assert_eq!(pieces("ab  a", &block), [0, 1, 4, 2]);
    }

    #[test]
    fn sentences_and_lines_are_read_apart() {
        let text = "One two. Three!\nFour <!-- five --> six.seven";
        let found: Vec<&str> = segments(text).map(str::trim).filter(|part| !part.is_empty()).collect();
        assert_eq!(found, ["One two.", "Three!", "Four", "five", "six.seven"]);
    }

    #[test]
    fn long_sentences_are_read_in_steps_until_there_are_enough() {
        let words: Vec<String> = (0..40).map(|at| format!("w{at}")).collect();
        let text = words.join(" ");
        let (found, reached) = windows(&text);
        let ends = found.iter().map(|window| (window.split(' ').next(), window.split(' ').next_back()));
        let expected = [("w0", "w23"), ("w12", "w35"), ("w24", "w39")];
        assert!(ends.eq(expected.map(|(first, last)| (Some(first), Some(last)))), "{found:?}");
        assert_eq!(reached, text.len());

        let text = "no. ".repeat(400);
        let (found, reached) = windows(&text);
        assert_eq!((found.len(), reached), (300, 4 * 300));
    }
}
