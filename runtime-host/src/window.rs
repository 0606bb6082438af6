//! A long text as windows that overlap, and how much of it they hold.

#![expect(clippy::single_range_in_vec_init, reason = "a list of windows is a list of ranges")]

use std::ops::Range;

/// How a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Tokens of text in one window.
    pub width: usize,
    /// Of these, how many the next window repeats.
    pub overlap: usize,
    /// At most so many windows.
    pub most: usize,
}

impl Cut {
    /// An eighth of a window is repeated: more than a name or a telephone number is long.
    pub fn of(width: usize, most: usize) -> Cut {
        let width = width.max(1);
        Cut { width, overlap: width / 8, most: most.max(1) }
    }

    /// The tokens of each window. A text without tokens has one window, and nothing in it.
    pub fn windows(self, tokens: usize) -> Vec<Range<usize>> {
        let step = (self.width - self.overlap.min(self.width - 1)).max(1);
        let mut windows = vec![0..tokens.min(self.width)];
        while windows.len() < self.most && windows.last().is_some_and(|last| last.end < tokens) {
            let start = windows.len() * step;
            windows.push(start..tokens.min(start + self.width));
        }
        windows
    }

    /// How many tokens all windows together can hold.
    pub fn reach(self) -> usize {
        let step = self.width - self.overlap.min(self.width - 1);
        self.width + (self.most - 1) * step.max(1)
    }
}

/// The share of `tokens` that lies in some window.
pub fn coverage(windows: &[Range<usize>], tokens: usize) -> f32 {
    match (windows.last(), tokens) {
        (_, 0) => 1.0,
        (Some(last), _) => last.end as f32 / tokens as f32,
        (None, _) => 0.0,
    }
}

/// Of tokens that two windows hold, each window keeps the half that it sees with more around it.
pub fn kept(windows: &[Range<usize>]) -> Vec<Range<usize>> {
    let middle =
        |one: &Range<usize>, next: &Range<usize>| next.start + (one.end - next.start.min(one.end)) / 2;
    (0..windows.len())
        .map(|at| {
            let window = &windows[at];
            let start = match at.checked_sub(1) {
                Some(before) => middle(&windows[before], window),
                None => window.start,
            };
            let end = windows.get(at + 1).map_or(window.end, |next| middle(window, next));
            start..end
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_until_the_text_or_the_limit_ends() {
        let cut = Cut { width: 8, overlap: 2, most: 3 };
        for (tokens, expected, covered) in [
            (0, vec![0..0], 1.0),
            (1, vec![0..1], 1.0),
            (8, vec![0..8], 1.0),
            (9, vec![0..8, 6..9], 1.0),
            (20, vec![0..8, 6..14, 12..20], 1.0),
            (40, vec![0..8, 6..14, 12..20], 0.5),
        ] {
            let windows = cut.windows(tokens);
            assert_eq!(windows, expected, "{tokens} tokens");
            assert_eq!(coverage(&windows, tokens), covered, "{tokens} tokens");
        }
        assert_eq!(cut.reach(), 20);
    }

    #[test]
    fn every_token_is_kept_by_exactly_one_window() {
        for width in 1..12 {
            for tokens in 0..60 {
                let windows = Cut::of(width, 5).windows(tokens);
                let kept = kept(&windows);
                let end = windows.last().map_or(0, |last| last.end);
                let all: Vec<usize> = kept.iter().cloned().flatten().collect();
                assert_eq!(all, (0..end).collect::<Vec<_>>(), "{tokens} tokens in windows of {width}");
                assert!(kept.iter().zip(&windows).all(|(part, window)| {
                    part.is_empty() || (window.start <= part.start && part.end <= window.end)
                }));
            }
        }
    }
}
