//! What is found by looking at words: how many there are, and which come close to a keyword.

use serde::Serialize;

use crate::wire::wire;

use super::fold::Fold;
use super::{Hits, PatternId};

/// Present only where a policy asks for words, since it brings a table of a few kilobytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Words {
    /// Whether to count the text's units.
    pub(super) units: bool,
    pub(super) fuzzy: Vec<Fuzzy>,
    /// Every non-ASCII character that is not [`Class::Other`], in order, as first character and length.
    pub(super) classes: Vec<(u32, u32, Class)>,
}

wire!(Words { units, fuzzy, classes });

/// A keyword that a word of the text may miss by some edits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fuzzy {
    /// In lower case.
    pub keyword: String,
    /// How many characters may be inserted, deleted or replaced (Levenshtein).
    pub edits: u32,
    pub pattern: PatternId,
}

wire!(Fuzzy { keyword, edits, pattern });

/// What a character is to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Class {
    /// Neither letter nor digit.
    Other,
    /// A letter or digit of a script that writes words apart.
    Letter,
    /// A letter of Han, Hiragana, Katakana or Hangul.
    Cjk,
    /// A sign of those scripts that is no letter.
    CjkSign,
}

wire!(enum Class { 0 => Other, 1 => Letter, 2 => Cjk, 3 => CjkSign });

impl Words {
    pub(super) fn len(&self) -> usize {
        self.fuzzy.len()
    }

    pub(super) fn is_sound(&self, pattern: impl Fn(PatternId) -> bool) -> bool {
        self.fuzzy.iter().all(|fuzzy| pattern(fuzzy.pattern))
            && self.classes.iter().all(|(start, length, _)| start.checked_add(*length).is_some())
            && self.classes.windows(2).all(|pair| matches!(pair, [a, b] if a.0 + a.1 <= b.0))
    }

    pub(super) fn class(&self, c: char) -> Class {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Other };
        }
        let code = u32::from(c);
        let behind = self.classes.partition_point(|(start, ..)| *start <= code);
        match behind.checked_sub(1).and_then(|at| self.classes.get(at)) {
            Some((start, length, class)) if code - start < *length => *class,
            _ => Class::Other,
        }
    }

    pub(super) fn run(&self, text: &str, fold: &Fold, hits: &mut Hits) {
        if self.units {
            hits.units = self.count_units(text);
        }
        if !self.fuzzy.is_empty() {
            self.find_fuzzy(text, fold, hits);
        }
    }

    /// Each CJK character, and each run of other letters and digits.
    fn count_units(&self, text: &str) -> u32 {
        let mut units = 0u32;
        let mut in_word = false;
        for c in text.chars() {
            match self.class(c) {
                Class::Cjk | Class::CjkSign => {
                    units = units.saturating_add(1);
                    in_word = false;
                }
                Class::Letter => {
                    units = units.saturating_add(u32::from(!in_word));
                    in_word = true;
                }
                Class::Other => in_word = false,
            }
        }
        units
    }

    fn find_fuzzy(&self, text: &str, fold: &Fold, hits: &mut Hits) {
        let keywords: Vec<(Vec<char>, &Fuzzy)> =
            self.fuzzy.iter().map(|fuzzy| (fuzzy.keyword.chars().collect(), fuzzy)).collect();
        // A longer word is out of every keyword's reach, so it need not be kept whole.
        let reach =
            |(keyword, fuzzy): &(Vec<char>, &Fuzzy)| keyword.len().saturating_add(fuzzy.edits as usize);
        let longest = keywords.iter().map(reach).max().unwrap_or(0);
        let mut word = Vec::new();
        let mut row = Vec::new();
        for c in text.chars().chain([' ']) {
            if matches!(self.class(c), Class::Letter | Class::Cjk) {
                if word.len() <= longest {
                    word.push(fold.lower(c));
                }
            } else if !word.is_empty() {
                for (keyword, fuzzy) in &keywords {
                    if !hits.seen(fuzzy.pattern) && within(&word, keyword, fuzzy.edits as usize, &mut row) {
                        hits.mark(fuzzy.pattern);
                    }
                }
                word.clear();
            }
        }
    }
}

/// Whether one becomes the other by at most so many edits. `row` is scratch space.
fn within(word: &[char], keyword: &[char], edits: usize, row: &mut Vec<usize>) -> bool {
    if word.len().abs_diff(keyword.len()) > edits {
        return false;
    }
    row.clear();
    row.extend(0..=keyword.len());
    let mut distance = keyword.len();
    for (typed, letter) in word.iter().enumerate() {
        // `left` is the cell to the left in this row, `above_left` the one in the row before.
        let mut left = typed + 1;
        let mut above_left = typed;
        let mut least = left;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, wanted) in row.iter_mut().skip(1).zip(keyword) {
            let replaced = above_left + usize::from(letter != wanted);
            above_left = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
            least = least.min(left);
        }
        if least > edits {
            return false;
        }
        distance = left;
    }
    distance <= edits
}
