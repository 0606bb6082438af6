//! Tokens, and the stream of them that the combinators read.

use std::cell::{Cell, RefCell};

use nom::{IResult, Input, Needed};
use wrp_graph::schema::{Span, Spanned};

use super::complaints::Complaints;
use super::fault::{Fault, Wanted};
use crate::diagnostic::Diagnostic;

/// What a token is. White space and comments are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Int,
    Text,
    Arrow,
    Word,
    /// One of `{ } ( ) [ ] : , > =`.
    Sign(char),
    /// No token of the language; the parser says why where it meets it.
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What the whole reading shares: the text, its tokens, and what there is to say about them.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    complaints: RefCell<Complaints>,
    /// Index of the last token that was complained of: one complaint per place is enough.
    last_fault: Cell<Option<usize>>,
    lost: Cell<bool>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Reader<'a> {
        Reader {
            text,
            tokens,
            complaints: RefCell::default(),
            last_fault: Cell::default(),
            lost: Cell::default(),
        }
    }

    /// Says what could not be read; the tree will miss it.
    pub(super) fn report(&self, fault: Fault) {
        self.lost.set(true);
        if self.last_fault.replace(Some(fault.at)) != Some(fault.at) {
            self.complaints.borrow_mut().push(|| fault.explain(self));
        }
    }

    /// Says what is wrong but was understood nevertheless.
    pub(super) fn repair(&self, at: usize, diagnostic: Diagnostic) {
        self.last_fault.set(Some(at));
        self.complaints.borrow_mut().push(|| diagnostic);
    }

    /// Says what is wrong and was understood, although the tree has no place for it.
    pub(super) fn lose(&self, at: usize, diagnostic: Diagnostic) {
        self.lost.set(true);
        self.repair(at, diagnostic);
    }

    /// The diagnostics, and whether the tree misses something.
    pub(super) fn finish(self) -> (Complaints, bool) {
        (self.complaints.into_inner(), self.lost.get())
    }

    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The text of a token; empty behind the last one.
    pub(super) fn text_at(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| self.slice(token.span))
    }

    /// The place of a token; behind the last one, the end of that.
    pub(super) fn span_at(&self, at: usize) -> Span {
        match (self.token(at), self.tokens.last()) {
            (Some(token), _) => token.span,
            (None, Some(last)) => Span { start: last.span.end, end: last.span.end },
            (None, None) => Span::default(),
        }
    }

    /// Whether a token is the first of its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        let before = self.text.get(..self.span_at(at).start as usize).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t', '\r']);
        before.is_empty() || before.ends_with('\n')
    }
}

/// A window on the tokens, and how deep it lies in brackets.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// Index of the next token.
    pub(super) at: usize,
    end: usize,
    pub(super) depth: u32,
}

/// What a combinator answers.
pub(super) type Parsed<'a, T> = IResult<Tokens<'a>, T, Fault>;

impl<'a> Tokens<'a> {
    pub(super) fn new(reader: &'a Reader<'a>) -> Tokens<'a> {
        Tokens { reader, at: 0, end: reader.tokens.len(), depth: 0 }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<Token> {
        let at = self.at + ahead;
        if at < self.end { self.reader.token(at) } else { None }
    }

    pub(super) fn peek_text(&self, ahead: usize) -> &'a str {
        self.peek(ahead).map_or("", |token| self.reader.slice(token.span))
    }

    pub(super) fn sees(&self, ahead: usize, kind: Kind) -> bool {
        self.peek(ahead).is_some_and(|token| token.kind == kind)
    }

    pub(super) fn sees_sign(&self, ahead: usize, sign: char) -> bool {
        self.sees(ahead, Kind::Sign(sign))
    }

    pub(super) fn sees_word(&self, ahead: usize, word: &str) -> bool {
        self.sees(ahead, Kind::Word) && self.peek_text(ahead) == word
    }

    /// Whether a name could stand here: an identifier or a string.
    pub(super) fn sees_name(&self, ahead: usize) -> bool {
        self.sees(ahead, Kind::Word) || self.sees(ahead, Kind::Text)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The same window, further on.
    #[must_use]
    pub(super) fn skip(self, count: usize) -> Tokens<'a> {
        Tokens { at: (self.at + count).min(self.end), ..self }
    }

    #[must_use]
    pub(super) fn moved_to(self, at: usize) -> Tokens<'a> {
        Tokens { at: at.min(self.end), ..self }
    }

    #[must_use]
    pub(super) fn at_depth(self, depth: u32) -> Tokens<'a> {
        Tokens { depth, ..self }
    }

    /// From this token to the last one before `after`.
    pub(super) fn span_to(&self, after: Tokens<'a>) -> Span {
        let first = self.reader.span_at(self.at);
        if after.at <= self.at {
            return Span { start: first.start, end: first.start };
        }
        first.to(self.reader.span_at(after.at - 1))
    }

    pub(super) fn fails<T>(&self, wanted: Wanted) -> Parsed<'a, T> {
        Err(nom::Err::Error(Fault { at: self.at, wanted }))
    }
}

/// One token of a kind, as its text.
pub(super) fn token<'a>(
    kind: Kind,
    wanted: Wanted,
) -> impl Fn(Tokens<'a>) -> Parsed<'a, Spanned<&'a str>> + Copy {
    move |input| match input.peek(0) {
        Some(token) if token.kind == kind => {
            Ok((input.skip(1), Spanned { it: input.peek_text(0), span: token.span }))
        }
        _ => input.fails(wanted),
    }
}

/// One punctuation mark.
pub(super) fn sign<'a>(sign: char) -> impl Fn(Tokens<'a>) -> Parsed<'a, Span> + Copy {
    move |input| {
        let (rest, it) = token(Kind::Sign(sign), Wanted::Sign(sign))(input)?;
        Ok((rest, it.span))
    }
}

/// An identifier.
pub(super) fn word(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    let (rest, it) = token(Kind::Word, Wanted::Word)(input)?;
    Ok((rest, Spanned { it: it.it.to_owned(), span: it.span }))
}

/// This identifier and no other; keywords are not reserved, they only mean something in their place.
pub(super) fn keyword<'a>(keyword: &'static str) -> impl Fn(Tokens<'a>) -> Parsed<'a, Span> + Copy {
    move |input| match input.peek(0) {
        Some(token) if input.sees_word(0, keyword) => Ok((input.skip(1), token.span)),
        _ => input.fails(Wanted::Keyword(keyword)),
    }
}

impl<'a> Input for Tokens<'a> {
    type Item = Token;
    type Iter = std::iter::Copied<std::slice::Iter<'a, Token>>;
    type IterIndices = std::iter::Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.end - self.at
    }

    fn take(&self, count: usize) -> Self {
        Tokens { end: (self.at + count).min(self.end), ..*self }
    }

    fn take_from(&self, count: usize) -> Self {
        self.skip(count)
    }

    fn take_split(&self, count: usize) -> (Self, Self) {
        (self.take_from(count), self.take(count))
    }

    fn position<P: Fn(Token) -> bool>(&self, predicate: P) -> Option<usize> {
        self.iter_elements().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        self.reader.tokens.get(self.at..self.end).unwrap_or_default().iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        let missing = count.saturating_sub(self.input_len());
        if missing == 0 { Ok(count) } else { Err(Needed::new(missing)) }
    }
}
