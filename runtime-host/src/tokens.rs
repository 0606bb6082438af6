//! Text to token ids, with the place of each token in the text.
//!
//! Shipped tokenisers pad and cut by settings of their own; ours never do. What a text spells like a special token is
//! text.

use std::ops::Range;

use tokenizers::Tokenizer;

/// A tokeniser, and what it puts around texts.
#[derive(Debug)]
pub struct Tokeniser {
    inner: Tokenizer,
    unknown: Option<u32>,
    frame: Frame,
}

/// The special tokens before, between and after texts.
#[derive(Debug, Default)]
struct Frame {
    before: Vec<u32>,
    between: Vec<u32>,
    after: Vec<u32>,
}

/// One text as tokens, without special ones.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    pub ids: Vec<u32>,
    /// Where each token stands, in bytes of the text.
    pub places: Vec<Range<usize>>,
    /// The tokens that were read out of the tokens there are: below 1 when the text was cut, or when words were too
    /// long for the vocabulary and count as unread.
    pub coverage: f32,
}

/// A row of ids as a model takes it, special tokens included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub ids: Vec<u32>,
    /// 0 for the first text, 1 for the second.
    pub types: Vec<u32>,
}

/// A vocabulary's word for what it does not know may swallow this many bytes before they count as unread. An emoji
/// is one unknown token; a kilobyte without a space is too, and nobody has read it.
const SWALLOWED: usize = 64;
/// What a token is taken to hold where nothing better is known.
const USUAL_TOKEN: usize = 4;
/// No vocabulary's tokens are longer on average, so cutting a text here loses nothing that a window could hold.
const LONGEST_TOKEN: usize = 16;

impl Tokeniser {
    /// Reads a `tokenizer.json`.
    pub fn read(json: &[u8]) -> Result<Tokeniser, String> {
        let why = |error: tokenizers::Error| format!("the tokeniser cannot be read: {error}");
        let mut inner = Tokenizer::from_bytes(json).map_err(why)?;
        inner.with_padding(None);
        inner.with_truncation(None).map_err(why)?;
        inner.set_encode_special_tokens(true);
        let unknown = ["[UNK]", "<unk>"].iter().find_map(|word| inner.token_to_id(word));
        let frame = frame(&inner).map_err(why)?;
        Ok(Tokeniser { inner, unknown, frame })
    }

    /// How many special tokens surround one text, or two.
    pub fn overhead(&self, pair: bool) -> usize {
        self.frame.before.len() + self.frame.after.len() + if pair { self.frame.between.len() } else { 0 }
    }

    /// How many of them stand before it.
    pub fn lead(&self) -> usize {
        self.frame.before.len()
    }

    /// At most about `most` tokens of a text. Never fails: a text that the tokeniser chokes on has no tokens and no
    /// coverage.
    pub fn encode(&self, text: &str, most: usize) -> Tokens {
        let cut = floor_boundary(text, most.saturating_mul(LONGEST_TOKEN));
        let head = &text[..cut];
        let Ok(encoding) = self.inner.encode(head, false) else { return Tokens::default() };
        let ids = encoding.get_ids().to_vec();
        let places: Vec<Range<usize>> = encoding
            .get_offsets()
            .iter()
            .map(|&(start, end)| {
                let start = floor_boundary(head, start);
                start..ceil_boundary(head, end).max(start)
            })
            .collect();
        let swallowed: usize = ids
            .iter()
            .zip(&places)
            .filter(|&(id, place)| Some(*id) == self.unknown && place.len() > SWALLOWED)
            .map(|(_, place)| place.len() / USUAL_TOKEN)
            .sum();
        let read = ids.len() as f32 / (ids.len() + swallowed).max(1) as f32;
        // What was cut off is counted as having tokens as long as those before it.
        let reached = if text.is_empty() { 1.0 } else { cut as f32 / text.len() as f32 };
        let coverage = if ids.is_empty() { 1.0 } else { read } * reached;
        Tokens { ids, places, coverage }
    }

    /// One text's window as a row.
    pub fn row(&self, ids: &[u32]) -> Row {
        let ids = [&self.frame.before, ids, &self.frame.after].concat();
        Row { types: vec![0; ids.len()], ids }
    }

    /// Two texts' windows as a row.
    pub fn pair_row(&self, first: &[u32], second: &[u32]) -> Row {
        let ids = [&self.frame.before, first, &self.frame.between, second, &self.frame.after].concat();
        let mut types = vec![0; ids.len()];
        let start = self.frame.before.len() + first.len() + self.frame.between.len();
        types[start..].fill(1);
        Row { ids, types }
    }
}

/// Learnt from what the tokeniser does to two texts of a word.
fn frame(inner: &Tokenizer) -> Result<Frame, tokenizers::Error> {
    let bare = inner.encode("a", false)?;
    let framed = inner.encode(("a", "a"), true)?;
    let (word, ids) = (bare.get_ids(), framed.get_ids());
    let find = |from: usize| {
        let rest = ids.get(from..)?;
        rest.windows(word.len().max(1)).position(|part| part == word).map(|at| from + at)
    };
    let Some((first, second)) = find(0).and_then(|first| Some((first, find(first + word.len())?))) else {
        return Ok(Frame::default());
    };
    let part = |range: Range<usize>| ids.get(range).unwrap_or_default().to_vec();
    Ok(Frame {
        before: part(0..first),
        between: part(first + word.len()..second),
        after: part(second + word.len()..ids.len()),
    })
}

/// The greatest character boundary that is not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The least character boundary that is not before `at`.
fn ceil_boundary(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}
