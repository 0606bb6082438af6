//! Where sentences end, and about how many tokens they are.

use std::ops::Range;

/// Ends of sentences outside the Latin script: Chinese and Japanese, Arabic, Devanagari, Armenian, Ethiopic.
const ENDS: &str = "。！？؟۔।॥։።";

/// The sentences of a text, without the space between them.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    let mut before = None;
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let ends = match c {
            '\n' => true,
            '!' | '?' => next.is_none_or(char::is_whitespace),
            // Neither in `3.14` nor after the `A` of `A. Turing`.
            '.' => next.is_none_or(char::is_whitespace) && !is_initial(&text[start..at], before),
            _ => ENDS.contains(c),
        };
        before = Some(c);
        if ends {
            push(text, start..at + c.len_utf8(), &mut sentences);
            start = at + c.len_utf8();
        }
    }
    push(text, start..text.len(), &mut sentences);
    sentences
}

/// About how many tokens a text is: 1.3 a word, and 1.5 a character where words are not spaced.
pub(super) fn tokens(text: &str) -> f32 {
    let unspaced = text.chars().filter(|c| is_unspaced(*c)).count();
    let words = text.split_whitespace().filter(|word| !word.starts_with(is_unspaced)).count();
    words as f32 * 1.3 + unspaced as f32 * 1.5
}

/// Chinese, Japanese and Korean characters.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

fn is_initial(sentence: &str, before: Option<char>) -> bool {
    let word = sentence.rsplit(char::is_whitespace).next().unwrap_or_default();
    before.is_some_and(char::is_uppercase) && word.chars().count() == 1
}

fn push(text: &str, range: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let sentence = &text[range.clone()];
    let start = range.start + sentence.len() - sentence.trim_start().len();
    let end = start + sentence.trim().len();
    if start < end {
        sentences.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for (text, expected) in [
            ("", &[][..]),
            ("One", &["One"]),
            ("Pi is 3.14. So?  Yes!", &["Pi is 3.14.", "So?", "Yes!"]),
            ("A. Turing wrote it. Then", &["A. Turing wrote it.", "Then"]),
            ("see a.b\nline two", &["see a.b", "line two"]),
            ("你好。再见！", &["你好。", "再见！"]),
            ("ما هذا؟ نعم", &["ما هذا؟", "نعم"]),
        ] {
            let found: Vec<&str> = split(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn tokens_are_estimated_by_words_and_characters() {
        for (text, expected) in [("", 0.0), ("one two", 2.6), ("你好 x", 4.3)] {
            assert!((tokens(text) - expected).abs() < 1e-6, "{text}");
        }
    }
}
