//! How often short runs of letters occur in each language that shares its script with others.
//!
//! A table has a group for each shared script. Of a gram (one to three letters) it says for each language of the
//! group, in sixteen steps, how the logarithm of its frequency lies between [`FLOOR`] and [`TOP`]; a text is the more
//! likely of a language, the greater the sum over its grams. The bytes are read once, checked, and then indexed.

use super::script::Code;

/// The logarithm of the frequency behind step 0, for grams that a language hardly has.
pub const FLOOR: f64 = -11.0;
/// The one behind the last step.
pub const TOP: f64 = -3.0;
pub const STEPS: u8 = 16;

/// The languages of one script.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub languages: Vec<Code>,
    /// The letters that grams are made of, sorted; a gram has their numbers, counted from 1.
    alphabet: Vec<char>,
    /// Sorted by letters, filled up with 0.
    grams: Vec<Gram>,
}

#[derive(Clone, Debug, PartialEq)]
struct Gram {
    letters: [u8; 3],
    /// Which languages have it, as bits, and their steps in the same order.
    having: u64,
    steps: Vec<u8>,
}

impl Group {
    /// Whether a letter makes a difference.
    #[cfg(feature = "build")]
    pub(super) fn has(&self, letter: char) -> bool {
        self.alphabet.binary_search(&letter).is_ok()
    }

    /// Adds to the score of each language what a word says for it.
    pub fn score(&self, word: &[char], scores: &mut [u32]) {
        let number = |letter: &char| self.alphabet.binary_search(letter).map_or(0, |at| at as u8 + 1);
        let letters: Vec<u8> = word.iter().map(number).collect();
        for length in 1..=3 {
            for window in letters.windows(length) {
                let mut key = [0; 3];
                key.iter_mut().zip(window).for_each(|(place, letter)| *place = *letter);
                if !window.contains(&0)
                    && let Ok(at) = self.grams.binary_search_by_key(&key, |gram| gram.letters)
                    && let Some(gram) = self.grams.get(at)
                {
                    gram.add(scores);
                }
            }
        }
    }
}

impl Gram {
    fn add(&self, scores: &mut [u32]) {
        let mut having = self.having;
        for step in &self.steps {
            if let Some(score) = scores.get_mut(having.trailing_zeros() as usize) {
                *score += u32::from(*step);
            }
            having &= having.wrapping_sub(1);
        }
    }
}

/// Reads a table; `None` where the bytes are not those of one.
pub fn read(bytes: &[u8]) -> Option<Vec<Group>> {
    let mut rest = bytes;
    let mut groups = Vec::new();
    while !rest.is_empty() {
        groups.push(group(&mut rest)?);
    }
    Some(groups)
}

fn group(rest: &mut &[u8]) -> Option<Group> {
    let count = usize::from(byte(rest)?);
    if count > 64 {
        return None;
    }
    let languages = take(rest, 2 * count)?.chunks_exact(2).filter_map(|code| code.try_into().ok()).collect();
    let length = usize::from(word(rest)?);
    let alphabet: Vec<char> = std::str::from_utf8(take(rest, length)?).ok()?.chars().collect();
    if alphabet.len() > 255 || !alphabet.is_sorted() {
        return None;
    }
    let mut grams: Vec<Gram> = Vec::new();
    let mut letters = [0; 3];
    for _ in 0..word(rest)? {
        // What a gram shares with the one before it is not repeated.
        let shape = byte(rest)?;
        let (shared, length) = (usize::from(shape >> 4), usize::from(shape & 15));
        if shared >= length || length > 3 {
            return None;
        }
        letters.get_mut(shared..length)?.copy_from_slice(take(rest, length - shared)?);
        letters.get_mut(length..)?.fill(0);
        if grams.last().is_some_and(|before| before.letters >= letters) {
            return None;
        }
        let bits = take(rest, count.div_ceil(8))?;
        let having = bits.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        let having_count = having.count_ones() as usize;
        let mut steps = Vec::with_capacity(having_count + 1);
        for pair in take(rest, having_count.div_ceil(2))? {
            steps.extend([pair & 15, pair >> 4]);
        }
        steps.truncate(having_count);
        grams.push(Gram { letters, having, steps });
    }
    Some(Group { languages, alphabet, grams })
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    take(rest, 1)?.first().copied()
}

fn word(rest: &mut &[u8]) -> Option<u16> {
    Some(u16::from_le_bytes(take(rest, 2)?.try_into().ok()?))
}

/// Writes one group: the inverse of [`read`]. A row has a step for each language.
#[cfg(feature = "build")]
pub fn write(languages: &[Code], rows: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut alphabet: Vec<char> = rows.keys().flat_map(|gram| gram.chars()).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let number = |letter: char| alphabet.binary_search(&letter).map_or(0, |at| at as u8 + 1);
    let mut grams: Vec<(Vec<u8>, &Vec<u8>)> =
        rows.iter().map(|(gram, row)| (gram.chars().map(number).collect(), row)).collect();
    grams.sort();
    let mut bytes = vec![languages.len() as u8];
    bytes.extend(languages.iter().flatten());
    let letters: String = alphabet.iter().collect();
    bytes.extend((letters.len() as u16).to_le_bytes());
    bytes.extend(letters.bytes());
    bytes.extend((grams.len() as u16).to_le_bytes());
    let mut before: &[u8] = &[];
    for (gram, row) in &grams {
        let shared = before.iter().zip(gram).take_while(|(a, b)| a == b).count().min(gram.len() - 1);
        bytes.push((shared << 4 | gram.len()) as u8);
        bytes.extend(&gram[shared..]);
        let mut bits = vec![0u8; languages.len().div_ceil(8)];
        for (at, _) in row.iter().enumerate().filter(|(_, step)| **step > 0) {
            bits[at / 8] |= 1 << (at % 8);
        }
        bytes.extend(bits);
        let steps: Vec<u8> = row.iter().copied().filter(|step| *step > 0).collect();
        bytes.extend(steps.chunks(2).map(|pair| pair[0] | pair.get(1).copied().unwrap_or(0) << 4));
        before = gram;
    }
    bytes
}
