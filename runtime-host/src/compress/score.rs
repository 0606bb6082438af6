//! How much each sentence says of its text.

use std::collections::BTreeMap;

use super::sentence::is_unspaced;

/// How much of a score is centrality, place, rarity and novelty.
const WEIGHTS: [f64; 4] = [0.20, 0.40, 0.35, 0.05];
/// How much less a sentence in the middle counts than one at an end.
const DEPTH: f64 = 0.5;

/// A sentence's words, by their numbers, with how often each stands in it.
type Words = BTreeMap<usize, f64>;

/// One score a sentence.
pub(super) fn all(sentences: &[&str]) -> Vec<f64> {
    let (words, known) = count(sentences);
    let parts = [centrality(&words), places(words.len()), rarity(&words, known), novelty(&words)];
    let score = |at: usize| parts.iter().zip(WEIGHTS).map(|(part, weight)| part[at] * weight).sum();
    (0..sentences.len()).map(score).collect()
}

/// The words of each sentence, and how many different ones there are.
fn count(sentences: &[&str]) -> (Vec<Words>, usize) {
    let mut numbers = BTreeMap::new();
    let mut count = |sentence: &&str| {
        let mut words = Words::new();
        for word in words_of(sentence) {
            let next = numbers.len();
            *words.entry(*numbers.entry(word).or_insert(next)).or_default() += 1.0;
        }
        words
    };
    (sentences.iter().map(&mut count).collect(), numbers.len())
}

/// Lower-case words without the punctuation around them; pairs of characters where words are not spaced.
fn words_of(sentence: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in sentence.split_whitespace() {
        if word.contains(is_unspaced) {
            let characters: Vec<char> = word.chars().collect();
            words.extend(characters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            if !word.is_empty() {
                words.push(word);
            }
        }
    }
    words
}

/// TextRank: a sentence is central when central sentences are like it.
fn centrality(words: &[Words]) -> Vec<f64> {
    const DAMPING: f64 = 0.85;
    const ROUNDS: usize = 100;
    const CLOSE: f64 = 1e-5;
    let count = words.len();
    let lengths: Vec<f64> = words.iter().map(length).collect();
    let mut likeness = vec![vec![0.0; count]; count];
    for one in 0..count {
        for other in 0..one {
            let cosine = cosine(&words[one], lengths[one], &words[other], lengths[other]);
            likeness[one][other] = cosine;
            likeness[other][one] = cosine;
        }
    }
    let sums: Vec<f64> = likeness.iter().map(|row| row.iter().sum()).collect();
    let mut ranks = vec![1.0; count];
    for _ in 0..ROUNDS {
        let next: Vec<f64> = (0..count)
            .map(|at| {
                let others = (0..count).filter(|&other| sums[other] > 0.0);
                let given: f64 = others.map(|other| likeness[other][at] / sums[other] * ranks[other]).sum();
                1.0 - DAMPING + DAMPING * given
            })
            .collect();
        let moved = next.iter().zip(&ranks).map(|(next, rank)| (next - rank).abs()).fold(0.0, f64::max);
        ranks = next;
        if moved < CLOSE {
            break;
        }
    }
    to_one(ranks)
}

/// High at both ends, and lowest in the middle.
fn places(count: usize) -> Vec<f64> {
    let place =
        |at: usize| 1.0 - DEPTH * (std::f64::consts::PI * at as f64 / (count - 1).max(1) as f64).sin();
    (0..count).map(place).collect()
}

/// The sum of each word's frequency times how few sentences have it.
fn rarity(words: &[Words], known: usize) -> Vec<f64> {
    let mut having = vec![0.0; known];
    for word in words.iter().flat_map(BTreeMap::keys) {
        having[*word] += 1.0;
    }
    let all = words.len() as f64;
    let rare = |word: usize| ((all + 1.0) / (having[word] + 1.0)).ln();
    to_one(words.iter().map(|words| words.iter().map(|(&word, count)| count * rare(word)).sum()).collect())
}

/// How far a sentence is from the mean of all.
fn novelty(words: &[Words]) -> Vec<f64> {
    let mut mean = Words::new();
    for (&word, count) in words.iter().flatten() {
        *mean.entry(word).or_default() += count;
    }
    let mean_length = length(&mean);
    to_one(words.iter().map(|words| 1.0 - cosine(words, length(words), &mean, mean_length)).collect())
}

fn cosine(one: &Words, one_length: f64, other: &Words, other_length: f64) -> f64 {
    if one_length == 0.0 || other_length == 0.0 {
        return 0.0;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared: f64 = short.iter().filter_map(|(word, count)| Some(count * long.get(word)?)).sum();
    shared / (one_length * other_length)
}

fn length(words: &Words) -> f64 {
    words.values().map(|count| count * count).sum::<f64>().sqrt()
}

/// The highest becomes 1.
fn to_one(mut values: Vec<f64>) -> Vec<f64> {
    let highest = values.iter().copied().fold(0.0, f64::max);
    if highest > 0.0 {
        values.iter_mut().for_each(|value| *value /= highest);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_what_it_is_for() {
        let sentences = ["the cat sat", "the cat ran", "the cat ate", "quantum flux"];
        let (words, known) = count(&sentences);
        let central = centrality(&words);
        assert!(central[0] > central[3] && (central[0] - central[2]).abs() < 1e-9, "{central:?}");
        let places = places(3);
        assert!(places[0] == 1.0 && places[1] == 0.5 && (places[2] - 1.0).abs() < 1e-9, "{places:?}");
        let rare = rarity(&words, known);
        assert!(rare[3] == 1.0 && rare[0] < 0.9, "{rare:?}");
        let novel = novelty(&words);
        assert!(novel[3] == 1.0 && novel[0] < 0.5, "{novel:?}");
    }
}
