//! A transformer with its tokeniser: texts in, one tensor a window out.

use std::ops::Range;

use crate::backend::{Backend, Tensor};
use crate::compress::compress;
use crate::infer::Refused;
use crate::job::{Answer, Output};
use crate::tokens::{Row, Tokeniser, Tokens};
use crate::window::{self, Cut};

#[derive(Debug)]
pub(crate) struct Encoder {
    tokeniser: Tokeniser,
    backend: Box<dyn Backend>,
    reading: Reading,
}

/// How an encoder reads texts that are longer than a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Of one window, special ones included.
    pub(crate) max_tokens: usize,
    pub(crate) max_windows: usize,
    /// One window of the sentences that say most, instead of window after window.
    pub(crate) compress: bool,
}

/// A text as the windows that are read.
#[derive(Clone, Debug)]
pub(crate) struct Windowed {
    pub(crate) tokens: Tokens,
    /// Of `tokens`.
    pub(crate) windows: Vec<Range<usize>>,
    /// What the network reads of each window.
    pub(crate) rows: Vec<Row>,
    /// The share of the text that is in them.
    pub(crate) coverage: f32,
}

impl Windowed {
    /// How much each window weighs where windows are averaged: its tokens, and 1 for an empty text.
    pub(crate) fn weights(&self) -> Vec<f32> {
        self.windows.iter().map(|window| window.len().max(1) as f32).collect()
    }
}

impl Encoder {
    pub(crate) fn new(tokeniser: Tokeniser, backend: Box<dyn Backend>, reading: Reading) -> Encoder {
        Encoder { tokeniser, backend, reading }
    }

    pub(crate) fn windows(&self, text: &str) -> Windowed {
        let width = self.reading.max_tokens.saturating_sub(self.tokeniser.overhead(false));
        if self.reading.compress && text.len() > width {
            return self.compressed(text, width);
        }
        let cut = Cut::of(width, self.reading.max_windows);
        let tokens = self.tokeniser.encode(text, cut.reach());
        let windows = cut.windows(tokens.ids.len());
        let coverage = window::coverage(&windows, tokens.ids.len()) * tokens.coverage;
        self.windowed(tokens, windows, coverage)
    }

    /// One window of a long text's best sentences. What was left out counts as having as many tokens for its length.
    fn compressed(&self, text: &str, width: usize) -> Windowed {
        let parts: Vec<&str> = compress(text, width).into_iter().map(|part| &text[part]).collect();
        let kept = parts.join(" ");
        let tokens = self.tokeniser.encode(&kept, width);
        let windows = Cut::of(width, 1).windows(tokens.ids.len());
        let chosen =
            parts.iter().map(|part| part.len()).sum::<usize>() as f32 / text.trim().len().max(1) as f32;
        let coverage = window::coverage(&windows, tokens.ids.len()) * tokens.coverage * chosen.min(1.0);
        self.windowed(tokens, windows, coverage)
    }

    /// How many tokens a text has, special ones not counted.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.tokeniser.encode(text, text.len()).ids.len()
    }

    /// How many special tokens stand before the text in a row.
    pub(crate) fn lead(&self) -> usize {
        self.tokeniser.lead()
    }

    /// The first text whole, or as much of it as half a window holds, before each window of the second.
    pub(crate) fn pair_windows(&self, first: &str, second: &str) -> Windowed {
        let room = self.reading.max_tokens.saturating_sub(self.tokeniser.overhead(true)).max(2);
        let first = self.tokeniser.encode(first, room / 2);
        let kept = first.ids.len().min(room / 2);
        let cut = Cut::of(room - kept, self.reading.max_windows);
        let tokens = self.tokeniser.encode(second, cut.reach());
        let windows = cut.windows(tokens.ids.len());
        let row =
            |window: &Range<usize>| self.tokeniser.pair_row(&first.ids[..kept], &tokens.ids[window.clone()]);
        let rows = windows.iter().map(row).collect();
        let first_seen = first.coverage * kept as f32 / first.ids.len().max(1) as f32;
        let first_seen = if first.ids.is_empty() { first.coverage } else { first_seen };
        let coverage = first_seen.min(window::coverage(&windows, tokens.ids.len()) * tokens.coverage);
        Windowed { tokens, windows, rows, coverage }
    }

    /// Runs the windows of many texts in one call, and reads the tensors of each text. A window that fails takes only
    /// its own text with it.
    pub(crate) fn answer(
        &self,
        texts: &[Windowed],
        read: impl Fn(&Windowed, &[Tensor]) -> Result<Output, String>,
    ) -> Vec<Result<Answer, Refused>> {
        let rows: Vec<Row> = texts.iter().flat_map(|text| text.rows.iter().cloned()).collect();
        let mut results = self.backend.run(&rows).into_iter();
        let answer = |text: &Windowed| {
            let own = results.by_ref().take(text.rows.len()).collect::<Vec<_>>();
            let tensors = own.into_iter().collect::<Result<Vec<_>, _>>().map_err(Refused::Failed)?;
            let output = read(text, &tensors).map_err(Refused::Failed)?;
            Ok(Answer { output, coverage: text.coverage })
        };
        texts.iter().map(answer).collect()
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    fn windowed(&self, tokens: Tokens, windows: Vec<Range<usize>>, coverage: f32) -> Windowed {
        let rows = windows.iter().map(|window| self.tokeniser.row(&tokens.ids[window.clone()])).collect();
        Windowed { tokens, windows, rows, coverage }
    }
}
