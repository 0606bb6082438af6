//! A long text as passages that a model sees whole.
//!
//! Models see a few hundred tokens and are silent about the rest. So a long text is cut where a model would stop
//! reading, with some overlap, and what is said of the passages is put together. A text of more passages than are
//! asked is seen in part, evenly from its start to its end, and the answer says how much of it.

use std::ops::Range;

/// How much a passage holds, in tokens as [`weigh`] estimates them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    tokens: f64,
    /// What two neighbours share.
    overlap: f64,
}

impl Size {
    /// The window that small sentence encoders were trained on.
    pub(super) const EMBED: Size = Size { tokens: 240.0, overlap: 24.0 };
    pub(super) const INJECTION: Size = Size { tokens: 240.0, overlap: 32.0 };
    /// Short, so that no entity is far from its context.
    pub(super) const PII: Size = Size { tokens: 128.0, overlap: 24.0 };
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Passages {
    /// Byte ranges on character boundaries, in order; none for an empty text.
    pub(super) pieces: Vec<Range<usize>>,
    /// The share of the text's bytes that lies in some piece.
    pub(super) share: f64,
}

pub(super) fn split(text: &str, size: Size, most: usize) -> Passages {
    if text.is_empty() {
        return Passages { pieces: Vec::new(), share: 1.0 };
    }
    let all = cut(text, size);
    let pieces: Vec<Range<usize>> = if all.len() <= most {
        all
    } else {
        // Evenly, the first and the last included.
        (0..most).map(|at| all[at * (all.len() - 1) / (most - 1).max(1)].clone()).collect()
    };
    let mut end = 0;
    let mut seen = 0;
    for piece in &pieces {
        seen += piece.end - piece.start.max(end);
        end = piece.end;
    }
    Passages { pieces, share: seen as f64 / text.len() as f64 }
}

fn cut(text: &str, size: Size) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut spent, mut before) = (0, 0.0, ' ');
    // Where the next passage begins, and where this one is best cut: after a space, if there was one lately.
    let (mut next, mut next_spent, mut space, mut space_spent) = (None, 0.0, None, 0.0);
    for (at, now) in text.char_indices() {
        let weight = weigh(before, now);
        if spent + weight > size.tokens {
            let end = space.filter(|_| space_spent > size.tokens * 0.75).unwrap_or(at);
            pieces.push(start..end);
            start = next.filter(|next| *next < end && *next > start).unwrap_or(end);
            spent = weigh_all(&text[start..at]);
            (next, next_spent, space, space_spent) = (None, 0.0, None, 0.0);
        }
        spent += weight;
        before = now;
        let after = at + now.len_utf8();
        if now.is_whitespace() {
            (space, space_spent) = (Some(after), spent);
        }
        if next_spent <= 0.0
            && spent >= size.tokens - size.overlap
            && (now.is_whitespace() || !now.is_ascii())
        {
            (next, next_spent) = (Some(after), spent);
        }
    }
    pieces.push(start..text.len());
    pieces
}

/// Tokens that a character adds, for the piecewise vocabularies that small encoders have: a word of English is a
/// little more than one, digits and capitals are cut finely, signs and other scripts are one a character.
fn weigh(before: char, now: char) -> f64 {
    match now {
        _ if now.is_whitespace() => 0.0,
        'a'..='z' if before.is_ascii_lowercase() => 0.22,
        'A'..='Z' if before.is_ascii_lowercase() || before.is_ascii_digit() => 0.7,
        'a'..='z' | 'A'..='Z' if before.is_ascii_alphabetic() => 0.4,
        '0'..='9' if before.is_ascii_digit() => 0.5,
        _ => 1.0,
    }
}

fn weigh_all(text: &str) -> f64 {
    let mut before = ' ';
    text.chars()
        .map(|now| {
            let weight = weigh(before, now);
            before = now;
            weight
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_cover_the_text_and_overlap() {
        let words = "the quick brown fox jumps over the lazy dog ".repeat(200);
        for (text, most) in [("", 4), ("short", 4), (words.as_str(), 64), ("不".repeat(1000).as_str(), 64)] {
            let Passages { pieces, share } = split(text, Size::EMBED, most);
            assert_eq!(share, 1.0, "{}", text.len());
            assert_eq!(pieces.is_empty(), text.is_empty());
            assert_eq!(pieces.first().map_or(0, |piece| piece.start), 0);
            assert_eq!(pieces.last().map_or(0, |piece| piece.end), text.len());
            for pair in pieces.windows(2) {
                assert!(pair[1].start < pair[0].end, "neighbours share something: {pair:?}");
                assert!(pair[1].start > pair[0].start && pair[1].end > pair[0].end, "{pair:?}");
            }
            for piece in &pieces {
                assert!(weigh_all(&text[piece.clone()]) <= Size::EMBED.tokens + 1.0);
            }
        }
    }

    #[test]
    fn a_text_of_too_many_passages_is_seen_in_part_from_start_to_end() {
        let text = "one two three four five six seven ".repeat(2000);
        let Passages { pieces, share } = split(&text, Size::PII, 4);
        assert_eq!(pieces.len(), 4);
        assert_eq!((pieces[0].start, pieces[3].end), (0, text.len()));
        assert!(share > 0.0 && share < 0.1, "{share}");
    }
}
