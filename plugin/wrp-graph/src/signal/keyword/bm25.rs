//! Keywords by BM25: each keyword is a document, and the text is the query.
//!
//! The scores are those of `bm25` 2.3 with its defaults: `k1` 1.2, `b` 0.75, English stop words and stems. What a
//! stem of the text adds to a keyword's score depends on the keywords only, so the compiler has worked it out,
//! and the proxy adds it up, in the order of the text as `bm25` does, for every stem that some keyword has.
//!
//! `bm25` first writes every character in ASCII with the tables of `deunicode`. What of them travels is Latin,
//! Greek and Cyrillic letters, punctuation, and those characters that alone stand for a keyword's word; any
//! other character parts words.

use serde::Serialize;

use super::Operator;
use super::stem::stem;
use crate::reading::Reading;
use crate::wire::wire;

/// Keywords with the weight of each of their stems.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bm25 {
    pub operator: Operator,
    pub threshold: f32,
    /// How many keywords there are.
    pub keywords: u32,
    /// Every stem of a keyword, sorted, with the keywords that have it and what it adds to their score.
    pub stems: Vec<(String, Vec<(u32, f32)>)>,
    /// Stop words that would pass for a keyword's word once they are stemmed, sorted.
    pub stops: Vec<String>,
    /// How characters are written in ASCII, by character.
    pub spellings: Vec<(char, String)>,
}

wire!(Bm25 { operator, threshold, keywords, stems, stops, spellings });

impl Bm25 {
    pub fn sense(&self, text: &str) -> Reading {
        let mut scores: Vec<Option<f32>> = vec![None; self.keywords as usize];
        let spelled = self.spell(text);
        for word in words(&spelled) {
            if self.stops.binary_search_by(|stop| stop.as_str().cmp(word)).is_err() {
                self.score(&stem(word), &mut scores);
            }
        }
        let enough = |score: Option<f32>| score.is_some_and(|score| score >= self.threshold);
        Reading::flag(self.operator.over(scores.into_iter().map(enough)))
    }

    fn score(&self, stem: &str, scores: &mut [Option<f32>]) {
        let Ok(at) = self.stems.binary_search_by(|(known, _)| known.as_str().cmp(stem)) else { return };
        let Some((_, owners)) = self.stems.get(at) else { return };
        for (keyword, weight) in owners {
            if let Some(score) = scores.get_mut(*keyword as usize) {
                *score = Some(score.unwrap_or(0.0) + weight);
            }
        }
    }

    /// The text in lower-case ASCII.
    fn spell(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        for char in text.chars() {
            if char.is_ascii() {
                spelled.push(char.to_ascii_lowercase());
                continue;
            }
            match self.spellings.binary_search_by_key(&char, |(known, _)| *known) {
                Ok(at) => spelled.push_str(self.spellings.get(at).map_or("", |(_, spelling)| spelling)),
                Err(_) => spelled.push(' '),
            }
        }
        spelled
    }
}

/// The words of an ASCII text as Unicode parts them [UAX 29]: letters, digits and underscores, joined by an
/// apostrophe, a dot or a colon between letters, and by an apostrophe, a dot, a comma or a semicolon between digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| is_part(*byte))?;
        at = start;
        while let Some(byte) = bytes.get(at) {
            let neighbours = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 1));
            if !is_part(*byte) && !joins(*byte, neighbours) {
                break;
            }
            at += 1;
        }
        text.get(start..at)
    })
    .filter(|word| word.bytes().any(|byte| byte.is_ascii_alphanumeric()))
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn joins(byte: u8, neighbours: (Option<&u8>, Option<&u8>)) -> bool {
    let (Some(before), Some(behind)) = neighbours else { return false };
    let letters = before.is_ascii_alphabetic() && behind.is_ascii_alphabetic();
    let digits = before.is_ascii_digit() && behind.is_ascii_digit();
    letters && matches!(byte, b'\'' | b'.' | b':') || digits && matches!(byte, b'\'' | b'.' | b',' | b';')
}

#[cfg(feature = "build")]
mod build {
    use std::collections::{BTreeMap, BTreeSet};

    use deunicode::deunicode_char;

    use super::{Bm25, stem, words};
    use crate::signal::keyword::Operator;

    const K1: f32 = 1.2;
    const B: f32 = 0.75;

    impl Bm25 {
        pub fn build(operator: Operator, keywords: &[String], threshold: f32) -> Bm25 {
            let documents: Vec<Vec<String>> = keywords.iter().map(|keyword| stems(keyword)).collect();
            let mut owners = BTreeMap::<&str, BTreeSet<usize>>::new();
            for (number, document) in documents.iter().enumerate() {
                for stem in document {
                    owners.entry(stem).or_default().insert(number);
                }
            }
            let tokens: usize = documents.iter().map(Vec::len).sum();
            let average = tokens as f32 / documents.len() as f32;
            let average = if average > 0.0 { average } else { 256.0 };
            let count = documents.len() as f32;
            let weighted = owners.iter().map(|(stem, numbers)| {
                let having = numbers.len() as f32;
                let rarity = libm::logf(1.0 + (count - having + 0.5) / (having + 0.5));
                let weights = numbers.iter().map(|number| {
                    let document = &documents[*number];
                    let times = document.iter().filter(|own| own == stem).count() as f32;
                    let length = document.len() as f32 / average;
                    let value = times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
                    (*number as u32, rarity * value)
                });
                ((*stem).to_owned(), weights.collect())
            });
            let stops: BTreeSet<String> = stop_words().map(str::to_owned).collect();
            Bm25 {
                operator,
                threshold,
                keywords: keywords.len() as u32,
                stems: weighted.collect(),
                stops: stops.into_iter().filter(|stop| owners.contains_key(stem(stop).as_str())).collect(),
                spellings: spellings(keywords),
            }
        }
    }

    /// The stems of a keyword, stop words left out.
    fn stems(keyword: &str) -> Vec<String> {
        let spelled: String = keyword.to_lowercase().chars().map(spelling).collect();
        let spelled = spelled.to_ascii_lowercase();
        words(&spelled).filter(|word| stop_words().all(|stop| stop != *word)).map(stem).collect()
    }

    fn stop_words() -> impl Iterator<Item = &'static str> {
        stop_words::get(stop_words::LANGUAGE::English).iter().copied()
    }

    fn spelling(char: char) -> String {
        deunicode_char(char).unwrap_or("[?]").to_owned()
    }

    /// Letters of Latin, Greek and Cyrillic, punctuation, currencies, full-width forms.
    const COMMON: [(char, char); 5] = [
        ('\u{80}', '\u{52f}'),
        ('\u{1e00}', '\u{1fff}'),
        ('\u{2000}', '\u{206f}'),
        ('\u{20a0}', '\u{20bf}'),
        ('\u{ff01}', '\u{ff5e}'),
    ];

    fn is_common(char: char) -> bool {
        COMMON.iter().any(|(from, to)| (*from..=*to).contains(&char))
    }

    /// The characters that a text may have instead of ASCII, as far as they travel.
    fn spellings(keywords: &[String]) -> Vec<(char, String)> {
        let mut spellings = spelled(COMMON.iter().flat_map(|(from, to)| *from..=*to));
        if keywords
            .iter()
            .flat_map(|keyword| keyword.chars())
            .any(|char| !char.is_ascii() && !is_common(char))
        {
            let wanted: BTreeSet<String> = keywords.iter().flat_map(|keyword| stems(keyword)).collect();
            let mut others = spelled(('\u{80}'..=char::MAX).filter(|char| !is_common(*char)));
            others.retain(|(_, spelling)| {
                words(spelling).next().is_some_and(|word| wanted.contains(&stem(word)))
            });
            spellings.extend(others);
            spellings.sort_unstable();
        }
        spellings
    }

    /// As the text comes to it: the reference lowers the case before and after spelling. A space needs no entry.
    fn spelled(chars: impl Iterator<Item = char>) -> Vec<(char, String)> {
        let lower = |char: char| char.to_lowercase().map(spelling).collect::<String>().to_ascii_lowercase();
        let known = chars.filter(|char| deunicode_char(*char).is_some());
        known.map(|char| (char, lower(char))).filter(|(_, spelling)| spelling != " ").collect()
    }
}
