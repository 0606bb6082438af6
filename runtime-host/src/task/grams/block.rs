//! One block of features: n-grams of words, or of the letters in words.

use std::collections::HashMap;

#[derive(Debug)]
pub(super) struct Block {
    pub(super) columns: HashMap<Box<str>, u32>,
    /// What each column's frequency is multiplied with.
    pub(super) rarity: Vec<f32>,
    pub(super) shortest: usize,
    pub(super) longest: usize,
    /// Of the model's weights, the first that is of this block.
    pub(super) first: usize,
}

impl Block {
    /// Adds to each label what this block's features say.
    pub(super) fn add(&self, mut columns: Vec<u32>, weights: &[Vec<f32>], scores: &mut [f64]) {
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
pub(super) fn words(text: &str, block: &Block) -> Vec<u32> {
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
pub(super) fn pieces(text: &str, block: &Block) -> Vec<u32> {
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
}
