//! From text to tokens: an ordered list of rules, of which the first that matches wins, not the longest.
//!
//! So `3b-x` is an integer and a word, and `a->b` is the word `a-`, a `>` and a word. What no rule matches is
//! either mended on the spot, with a message ([`mend`]), or becomes a token that no production accepts.

mod mend;

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_while};
use nom::character::complete::{char, digit1, none_of, one_of, satisfy};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::{delimited, pair, preceded};
use nom::{IResult, Parser};
use wrp_graph::schema::Span;

use super::complaints::Complaints;
use super::token::{Kind, Token};

/// The tokens of a text, and what stood between them.
#[derive(Default)]
pub(crate) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(crate) comments: Vec<Span>,
    pub(super) complaints: Complaints,
    /// Some text could not even be guessed at.
    pub(super) lost: bool,
}

/// What one rule matched.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Space,
    Comment,
    Token(Kind),
}

pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        at = match piece(rest) {
            Ok((behind, piece)) => {
                let end = text.len() - behind.len();
                let span = Span::new(at, end);
                match piece {
                    Piece::Space => {}
                    Piece::Comment => lexed.comments.push(span),
                    Piece::Token(kind) => lexed.tokens.push(Token { kind, span }),
                }
                end
            }
            Err(_) => mend::mend(text, at, &mut lexed),
        };
    }
    lexed
}

fn piece(text: &str) -> IResult<&str, Piece> {
    alt((
        recognize(pair(char('#'), take_while(|c| c != '\n'))).map(|_| Piece::Comment),
        is_a_space.map(|_| Piece::Space),
        recognize((sign, digit1, char('.'), digit1)).map(|_| Piece::Token(Kind::Float)),
        recognize((sign, digit1)).map(|_| Piece::Token(Kind::Int)),
        string.map(|_| Piece::Token(Kind::Text)),
        alt((tag("->"), tag("→"))).map(|_| Piece::Token(Kind::Arrow)),
        word.map(|_| Piece::Token(Kind::Word)),
        one_of("{}()[]:,>=").map(|mark| Piece::Token(Kind::Sign(mark))),
    ))
    .parse(text)
}

fn sign(text: &str) -> IResult<&str, Option<char>> {
    opt(one_of("+-")).parse(text)
}

fn is_a_space(text: &str) -> IResult<&str, &str> {
    nom::bytes::complete::is_a(" \t\n\r\x0c").parse(text)
}

/// A backslash escapes any one character but a line break; raw line breaks are part of the string.
fn string(text: &str) -> IResult<&str, usize> {
    let escape = preceded(char('\\'), none_of("\n")).map(|_| ());
    let plain = is_not("\"\\").map(|_| ());
    delimited(char('"'), many0_count(alt((plain, escape))), char('"')).parse(text)
}

fn word(text: &str) -> IResult<&str, &str> {
    let first = satisfy(|c| c.is_ascii_alphabetic() || c == '_');
    recognize(pair(first, take_while(is_word_part))).parse(text)
}

fn is_word_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}
