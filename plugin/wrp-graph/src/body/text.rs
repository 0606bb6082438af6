//! JSON strings as they stand in the body.

use std::borrow::Cow;

/// A JSON string where it stands in the body, still with its escapes. Its escapes have been checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<'b> {
    raw: &'b str,
    escaped: bool,
}

impl<'b> Text<'b> {
    pub(super) fn new(raw: &'b str, escaped: bool) -> Text<'b> {
        Text { raw, escaped }
    }

    /// What the string means. Half a surrogate pair reads as U+FFFD.
    pub fn decode(self) -> Cow<'b, str> {
        if !self.escaped {
            return Cow::Borrowed(self.raw);
        }
        let mut decoded = String::with_capacity(self.raw.len());
        self.pieces(|piece| match piece {
            Piece::Plain(text) => decoded.push_str(text),
            Piece::Escape(char) => decoded.push(char),
        });
        Cow::Owned(decoded)
    }

    /// The length of [`Text::decode`] in bytes.
    pub fn len(self) -> usize {
        if !self.escaped {
            return self.raw.len();
        }
        let mut length = 0;
        self.pieces(|piece| {
            length += match piece {
                Piece::Plain(text) => text.len(),
                Piece::Escape(char) => char.len_utf8(),
            }
        });
        length
    }

    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether the string means this, however it is escaped.
    pub fn is(self, word: &str) -> bool {
        if self.escaped { self.decode() == word } else { self.raw == word }
    }

    fn pieces(self, mut each: impl FnMut(Piece<'b>)) {
        let mut rest = self.raw;
        while let Some((plain, escape)) = rest.split_once('\\') {
            each(Piece::Plain(plain));
            let (char, after) = unescape(escape);
            each(Piece::Escape(char));
            rest = after;
        }
        each(Piece::Plain(rest));
    }
}

enum Piece<'b> {
    Plain(&'b str),
    Escape(char),
}

/// Reads one escape behind its backslash.
fn unescape(text: &str) -> (char, &str) {
    let mut chars = text.chars();
    let char = match chars.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unescape_unicode(chars.as_str()),
        Some(itself) => itself,
        None => char::REPLACEMENT_CHARACTER,
    };
    (char, chars.as_str())
}

fn unescape_unicode(text: &str) -> (char, &str) {
    let Some((unit, rest)) = code_unit(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    if (0xd800..0xdc00).contains(&unit)
        && let Some((low, after)) = rest.strip_prefix("\\u").and_then(code_unit)
        && (0xdc00..0xe000).contains(&low)
    {
        let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), after);
    }
    (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}
