//! A strict JSON reader that works in place: one pass, no tree, every value with its span.
//!
//! The reader is pulled: [`Reader::kind`] says what comes next, then the caller opens it, takes it or skips it.
//! A string stays where it is as a [`Text`] and is decoded only when somebody wants it.

use super::text::Text;

/// Deeper nesting than this is refused; it bounds the reader's own recursion.
pub const MAX_DEPTH: u8 = 128;

/// A place in the body, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// Not JSON, or nested too deeply; the byte where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub at: usize,
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

/// Where in the text we are.
#[derive(Debug)]
pub struct Reader<'b> {
    text: &'b str,
    at: usize,
    depth: u8,
    /// A container was just opened: no comma stands before what comes next.
    fresh: bool,
}

impl<'b> Reader<'b> {
    pub fn new(text: &'b str) -> Reader<'b> {
        Reader { text, at: 0, depth: 0, fresh: false }
    }

    /// What the next value is.
    pub fn kind(&mut self) -> Result<Kind, Malformed> {
        self.pass_space();
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't') => Ok(Kind::True),
            Some(b'f') => Ok(Kind::False),
            Some(b'n') => Ok(Kind::Null),
            _ => self.malformed(),
        }
    }

    /// Where the next byte to be read stands; after [`Reader::kind`], where the value starts.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes into the object or array that comes next. Read it to its end with [`Reader::key`] or [`Reader::item`].
    pub fn open(&mut self) -> Result<(), Malformed> {
        let container = matches!(self.kind()?, Kind::Object | Kind::Array);
        if !container || self.depth >= MAX_DEPTH {
            return self.malformed();
        }
        self.depth += 1;
        self.at += 1;
        self.fresh = true;
        Ok(())
    }

    /// The next key of the open object, with its quotes in the span; `None` closes the object.
    pub fn key(&mut self) -> Result<Option<(Text<'b>, Span)>, Malformed> {
        if !self.advance(b'}')? {
            return Ok(None);
        }
        let start = self.at;
        let key = self.string()?;
        let span = Span { start, end: self.at };
        self.pass_space();
        if self.byte() != Some(b':') {
            return self.malformed();
        }
        self.at += 1;
        Ok(Some((key, span)))
    }

    /// Whether the open array has another item, which then comes next; `false` closes the array.
    pub fn item(&mut self) -> Result<bool, Malformed> {
        self.advance(b']')
    }

    /// Takes the string that comes next.
    pub fn string(&mut self) -> Result<Text<'b>, Malformed> {
        self.pass_space();
        if self.byte() != Some(b'"') {
            return self.malformed();
        }
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.pass_plain();
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.pass_escape()?;
                }
                _ => return self.malformed(),
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(Text::new(raw, escaped))
    }

    /// Passes over the value that comes next, checking it.
    pub fn skip(&mut self) -> Result<Span, Malformed> {
        let kind = self.kind()?;
        let start = self.at;
        match kind {
            Kind::Object => {
                self.open()?;
                while self.key()?.is_some() {
                    self.skip()?;
                }
            }
            Kind::Array => {
                self.open()?;
                while self.item()? {
                    self.skip()?;
                }
            }
            Kind::Text => {
                self.string()?;
            }
            Kind::Number => self.pass_number()?,
            Kind::True => self.pass_word("true")?,
            Kind::False => self.pass_word("false")?,
            Kind::Null => self.pass_word("null")?,
        }
        Ok(Span { start, end: self.at })
    }

    /// The text of a span that this reader has given.
    pub fn slice(&self, span: Span) -> &'b str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Nothing but space may follow.
    pub fn end(&mut self) -> Result<(), Malformed> {
        self.pass_space();
        if self.at == self.text.len() { Ok(()) } else { self.malformed() }
    }

    /// Moves to the next member or item of the open container, or out of it (`false`).
    fn advance(&mut self, close: u8) -> Result<bool, Malformed> {
        self.pass_space();
        let fresh = std::mem::replace(&mut self.fresh, false);
        match self.byte() {
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(b',') if !fresh => {
                self.at += 1;
                self.pass_space();
                Ok(true)
            }
            Some(_) if fresh => Ok(true),
            _ => self.malformed(),
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'b [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn malformed<T>(&self) -> Result<T, Malformed> {
        Err(Malformed { at: self.at })
    }

    fn pass_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Passes what needs no thought inside a string, eight bytes at a time.
    fn pass_plain(&mut self) {
        let rest = self.rest();
        let words = rest.chunks_exact(8);
        let tail = words.remainder();
        let mut passed = 0;
        for word in words {
            let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
            let stops = stops_in(word);
            if stops != 0 {
                self.at += passed + (stops.trailing_zeros() / 8) as usize;
                return;
            }
            passed += 8;
        }
        let plain = tail.iter().take_while(|&&byte| byte >= b' ' && byte != b'"' && byte != b'\\').count();
        self.at += passed + plain;
    }

    fn pass_escape(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.byte() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return self.malformed(),
                    }
                }
            }
            _ => return self.malformed(),
        }
        Ok(())
    }

    fn pass_number(&mut self) -> Result<(), Malformed> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.pass_digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.pass_digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.pass_digits()?;
        }
        Ok(())
    }

    fn pass_digits(&mut self) -> Result<(), Malformed> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return self.malformed();
        }
        self.at += digits;
        Ok(())
    }

    fn pass_word(&mut self, word: &str) -> Result<(), Malformed> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.malformed();
        }
        self.at += word.len();
        Ok(())
    }
}

/// Marks, in the high bit of their bytes, quotes, backslashes and control characters. The lowest mark is always
/// true; a mark above it may be an artefact of the borrow, and nobody looks at it.
fn stops_in(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_bytes = |word: u64| word.wrapping_sub(LOW) & !word;
    let quotes = zero_bytes(word ^ (LOW * b'"' as u64));
    let backslashes = zero_bytes(word ^ (LOW * b'\\' as u64));
    let controls = word.wrapping_sub(LOW * 0x20) & !word;
    (quotes | backslashes | controls) & HIGH
}
