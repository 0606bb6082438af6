//! Keywords by likeness: how many runs of a few characters a word shares with a keyword.
//!
//! The likeness of two texts, each padded with spaces to one less than the arity on both sides, is `1 - (d/a)²`:
//! `a` grams in either, `d` of them in only one. This is what `ngrammatic` 0.7 computes with its default warp.

#[cfg(feature = "build")]
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Operator;
use crate::letters::{Lower, Runs, Sigma};
use crate::order::sort_by;
use crate::reading::Reading;
use crate::wire::wire;

/// Only so many keywords are found by one word, as in the reference: the likest.
const MOST_PER_WORD: usize = 10;

/// Keywords, cut into grams.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ngram {
    pub operator: Operator,
    pub case_sensitive: bool,
    /// Characters in a gram, at least 2.
    pub arity: u8,
    pub threshold: f32,
    /// How many grams each keyword has.
    pub keywords: Vec<u32>,
    /// Every gram of a keyword, sorted, with the keywords that have it and how often.
    pub grams: Vec<(String, Vec<(u32, u32)>)>,
    /// Letters and digits: what is neither, nor `_` or `-`, parts words.
    pub alphanumeric: Runs,
    /// The forms that occur in keywords; none where case matters.
    pub lower: Lower,
    /// Only where a keyword has a sigma.
    pub sigma: Option<Sigma>,
}

wire!(Ngram { operator, case_sensitive, arity, threshold, keywords, grams, alphanumeric, lower, sigma });

impl Ngram {
    pub fn sense(&self, text: &str) -> Reading {
        let mut found = vec![false; self.keywords.len()];
        self.find(text, &mut found);
        Reading::flag(self.operator.over(found.into_iter()))
    }

    fn find(&self, text: &str, found: &mut [bool]) {
        let lower;
        let text = if self.case_sensitive {
            text
        } else {
            lower = self.lower(text);
            &lower
        };
        let is_part = |c: char| match c {
            '_' | '-' => true,
            c if c.is_ascii() => c.is_ascii_alphanumeric(),
            c => self.alphanumeric.contain(c),
        };
        let mut words: Vec<&str> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
        sort_by(&mut words, |one, other| one < other);
        words.dedup();
        for word in words {
            self.find_like(word, found);
            if self.settled(found) {
                return;
            }
        }
        // A keyword of several words is like the whole text or like nothing.
        if self.could_be_like(text.chars().count()) {
            self.find_like(text, found);
        }
    }

    /// The text in lower case, as far as keywords can tell.
    fn lower(&self, text: &str) -> String {
        let mut lower = String::with_capacity(text.len());
        for (at, char) in text.char_indices() {
            lower.push(match (char, &self.sigma) {
                ('Σ', Some(sigma)) => sigma.at(text, at),
                _ => self.lower.of(char),
            });
            if char == 'İ' {
                // The dot, which parts words.
                lower.push('\u{307}');
            }
        }
        lower
    }

    /// Whether more words can still change the outcome.
    fn settled(&self, found: &[bool]) -> bool {
        match self.operator {
            Operator::And => found.iter().all(|found| *found),
            Operator::Or | Operator::Nor => found.iter().any(|found| *found),
        }
    }

    fn could_be_like(&self, chars: usize) -> bool {
        let grams = self.count(chars);
        self.keywords.iter().any(|own| likeness((*own).min(grams), (*own).max(grams)) >= self.threshold)
    }

    /// How many grams a text of so many characters has, padding included.
    fn count(&self, chars: usize) -> u32 {
        chars.saturating_add(usize::from(self.arity).saturating_sub(1)).try_into().unwrap_or(u32::MAX)
    }

    /// Marks the keywords that are like this.
    fn find_like(&self, text: &str, found: &mut [bool]) {
        let pad = " ".repeat(usize::from(self.arity).saturating_sub(1));
        let padded = format!("{pad}{text}{pad}");
        let mut grams = grams(&padded, usize::from(self.arity));
        sort_by(&mut grams, |one, other| one < other);
        let mut shared = vec![0u32; self.keywords.len()];
        for run in grams.chunk_by(|a, b| a == b) {
            let Some(gram) = run.first() else { continue };
            let Ok(at) = self.grams.binary_search_by(|(known, _)| known.as_str().cmp(gram)) else { continue };
            let Some((_, owners)) = self.grams.get(at) else { continue };
            for (keyword, times) in owners {
                if let Some(shared) = shared.get_mut(*keyword as usize) {
                    *shared += (*times).min(run.len() as u32);
                }
            }
        }
        let total = grams.len() as u32;
        let like = shared.iter().zip(&self.keywords).enumerate().filter(|(_, (shared, _))| **shared > 0);
        let mut like: Vec<(f32, usize)> = like
            .map(|(at, (shared, own))| (likeness(*shared, (total + own).saturating_sub(*shared)), at))
            .filter(|(likeness, _)| *likeness >= self.threshold)
            .collect();
        if like.len() > MOST_PER_WORD {
            sort_by(&mut like, |a, b| (b.0, a.1) < (a.0, b.1));
            like.truncate(MOST_PER_WORD);
        }
        for (_, at) in like {
            if let Some(found) = found.get_mut(at) {
                *found = true;
            }
        }
    }
}

fn likeness(shared: u32, all: u32) -> f32 {
    let (shared, all) = (shared as f32, all as f32);
    let apart = all - shared;
    if all == 0.0 { 0.0 } else { (all * all - apart * apart) / (all * all) }
}

/// Every run of `arity` characters.
fn grams(text: &str, arity: usize) -> Vec<&str> {
    let starts = text.char_indices().map(|(at, _)| at);
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(arity);
    starts.zip(ends).filter_map(|(start, end)| text.get(start..end)).collect()
}

#[cfg(feature = "build")]
impl Ngram {
    /// Cuts keywords into grams; equal ones share a place.
    pub fn build(
        operator: Operator,
        keywords: &[String],
        case_sensitive: bool,
        arity: u8,
        threshold: f32,
    ) -> Ngram {
        let mut table = BTreeMap::<String, Vec<(u32, u32)>>::new();
        let mut counts = Vec::new();
        let mut known = BTreeSet::new();
        for keyword in keywords {
            let keyword = if case_sensitive { keyword.clone() } else { keyword.to_lowercase() };
            if !known.insert(keyword.clone()) {
                continue;
            }
            let number = counts.len() as u32;
            let pad = " ".repeat(usize::from(arity) - 1);
            let padded = format!("{pad}{keyword}{pad}");
            let mut grams = grams(&padded, usize::from(arity));
            grams.sort_unstable();
            counts.push(grams.len() as u32);
            for run in grams.chunk_by(|a, b| a == b) {
                table.entry(run[0].to_owned()).or_default().push((number, run.len() as u32));
            }
        }
        let letters: BTreeSet<char> = known.iter().flat_map(|keyword| keyword.chars()).collect();
        Ngram {
            operator,
            case_sensitive,
            arity,
            threshold,
            keywords: counts,
            alphanumeric: Runs::alphanumeric(),
            lower: Lower::of_those(|from, to| {
                !case_sensitive && (from == 'İ' || letters.contains(&to) || letters.contains(&from))
            }),
            sigma: (!case_sensitive && letters.iter().any(|letter| matches!(letter, 'σ' | 'ς')))
                .then(Sigma::of_all),
            grams: table.into_iter().collect(),
        }
    }
}
