//! A long text in windows of a few words, which do not dilute what is bad in one of them.

use std::ops::Range;

/// Windows are 24 words long and begin 12 words apart, within a sentence or a line; at most 300 of them.
const WINDOW: (usize, usize, usize) = (24, 12, 300);

/// Whether a text is more than one window.
pub(super) fn is_long(text: &str) -> bool {
    text.contains('\n') || text.split_whitespace().nth(WINDOW.0).is_some()
}

/// The windows of a text, and how many of its bytes were reached before their number ran out.
pub(super) fn of(text: &str) -> (Vec<&str>, usize) {
    let (width, step, most) = WINDOW;
    let mut windows = Vec::new();
    for segment in segments(text) {
        let start = segment.as_ptr() as usize - text.as_ptr() as usize;
        let words: Vec<Range<usize>> = segment
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let (found, reached) = of(&text);
        let ends = found.iter().map(|window| (window.split(' ').next(), window.split(' ').next_back()));
        let expected = [("w0", "w23"), ("w12", "w35"), ("w24", "w39")];
        assert!(ends.eq(expected.map(|(first, last)| (Some(first), Some(last)))), "{found:?}");
        assert_eq!(reached, text.len());

        let text = "no. ".repeat(400);
        let (found, reached) = of(&text);
        assert_eq!((found.len(), reached), (300, 4 * 300));
    }
}
