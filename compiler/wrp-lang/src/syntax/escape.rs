//! What a string literal means, and where it hardly means what its author thinks.
//!
//! Two modes, as in the reference: the literal is unquoted by Go's rules; if those refuse any part of it (an
//! escape that Go does not know, such as `\d`, or a raw line break) the text between the quotation marks is
//! taken as it stands, backslashes and all. So `"\d+"` and `"\\d+"` are the same, `"\b"` is a backspace, and
//! one unknown escape turns every `\\` of the literal back into two characters.

use wrp_graph::schema::Span;

use super::complaints::Complaints;
use super::token::{Kind, Token};
use super::{MAX_STRING_BYTES, SUSPICIOUS_ESCAPE, SYNTAX_ERROR};
use crate::diagnostic::{Diagnostic, Edit, Fix};

/// The value of a literal, given with its quotation marks. Bytes that are not UTF-8, which `\x` and octal
/// escapes can make, become U+FFFD.
pub fn decode(literal: &str) -> String {
    let inner = inner(literal);
    match unquote(inner) {
        Some(bytes) => String::from_utf8(bytes)
            .unwrap_or_else(|invalid| String::from_utf8_lossy(invalid.as_bytes()).into_owned()),
        None => inner.to_owned(),
    }
}

/// A literal that means `text`, on one line.
pub fn encode(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", c as u32)),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// A name as it is written: in quotes unless it is a word.
pub fn written(name: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    match name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(part) {
        true => name.to_owned(),
        false => encode(name),
    }
}

/// The text between the marks; a literal that was never closed has no second one, and those that were written
/// in foreign quotes have longer ones.
fn inner(literal: &str) -> &str {
    let mut chars = literal.chars();
    let close = match chars.next() {
        Some('“') => '”',
        Some(open) => open,
        None => return "",
    };
    let open_inner = chars.as_str();
    open_inner.strip_suffix(close).unwrap_or(open_inner)
}

/// Go's `strconv.Unquote` for double quotes; `None` where it refuses.
fn unquote(inner: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find(['\\', '\n']) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (escaped, behind) = unescape(&rest[at..])?;
        match escaped {
            Escaped::Byte(byte) => bytes.push(byte),
            Escaped::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

enum Escaped {
    /// `\x` and octal escapes make bytes, not characters.
    Byte(u8),
    Char(char),
}

/// Reads the escape that `text` begins with.
fn unescape(text: &str) -> Option<(Escaped, &str)> {
    let mut chars = text.strip_prefix('\\')?.chars();
    let escape = chars.next()?;
    let rest = chars.as_str();
    let plain = match escape {
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' => b'\\',
        '"' => b'"',
        'x' => return digits(rest, 2, 16).and_then(byte),
        'u' => return digits(rest, 4, 16).and_then(character),
        'U' => return digits(rest, 8, 16).and_then(character),
        '0'..='7' => return digits(&text[1..], 3, 8).and_then(byte),
        _ => return None,
    };
    Some((Escaped::Byte(plain), rest))
}

fn digits(text: &str, count: usize, radix: u32) -> Option<(u32, &str)> {
    let digits = text.get(..count)?;
    // `from_str_radix` would take a sign.
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some((u32::from_str_radix(digits, radix).ok()?, &text[count..]))
}

fn byte((value, rest): (u32, &str)) -> Option<(Escaped, &str)> {
    Some((Escaped::Byte(u8::try_from(value).ok()?), rest))
}

fn character((value, rest): (u32, &str)) -> Option<(Escaped, &str)> {
    Some((Escaped::Char(char::from_u32(value)?), rest))
}

/// Says what is too long, and what is legal in a string literal but hardly meant.
pub(super) fn suspicions(token: &Token, text: &str, complaints: &mut Complaints) {
    if token.kind != Kind::Text {
        return;
    }
    let start = token.span.start as usize;
    let literal = &text[start..token.span.end as usize];
    if literal.len() > MAX_STRING_BYTES {
        let label = format!("{} bytes; the limit is {MAX_STRING_BYTES}", literal.len());
        let mark = Span::new(start, start + 1);
        complaints.push(|| Diagnostic::new(&SYNTAX_ERROR, mark, "the string is too long").label(label));
    }
    if literal.starts_with('"') && literal.contains('\\') {
        let inner = inner(literal);
        let suspicion = match unquote(inner) {
            Some(bytes) => suspicious_unquoted(inner, start + 1, &bytes, token.span),
            None => suspicious_raw(inner, start + 1),
        };
        suspicion.into_iter().for_each(|suspicion| complaints.push(|| suspicion));
    }
}

/// What may be amiss where the escapes were processed.
fn suspicious_unquoted(inner: &str, start: usize, bytes: &[u8], literal: Span) -> Option<Diagnostic> {
    if let Some(at) = first_escape(inner, 'b') {
        let span = Span::new(start + at, start + at + 2);
        let message = "`\\b` is a backspace in this string";
        let help = "write `\\\\b` for a word boundary";
        let slashes = escapes(inner).filter(|(_, escape)| *escape == 'b').map(|(at, _)| start + at);
        let edits = slashes.map(|at| Edit::new(Span::new(at, at), "\\")).collect();
        let fix = Fix { title: "write `\\\\b`".to_owned(), edits, safe: true };
        return Some(Diagnostic::new(&SUSPICIOUS_ESCAPE, span, message).help(help).fix(fix));
    }
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let message = "the escapes of this string make bytes that are not UTF-8";
    let help = "write the character itself, or `\\u` and its four hexadecimal digits";
    let diagnostic = Diagnostic::new(&SUSPICIOUS_ESCAPE, literal, message);
    Some(diagnostic.label("they are read as U+FFFD").help(help))
}

/// What may be amiss where they were not: known escapes that a pattern does not need.
fn suspicious_raw(inner: &str, start: usize) -> Option<Diagnostic> {
    let at = ['\\', 'u', 'U'].iter().filter_map(|escape| first_escape(inner, *escape)).min()?;
    let (refused, why) = first_refused(inner)?;
    let message = format!("`{}` stays as written, backslashes and all", &inner[at..at + 2]);
    let diagnostic = Diagnostic::new(&SUSPICIOUS_ESCAPE, Span::new(start + at, start + at + 2), message)
        .help("double every backslash of the string that is meant as one");
    Some(diagnostic.related(Span::new(start + refused.start, start + refused.end), why))
}

/// Where the first escape with this letter stands, `\\` counting as one.
fn first_escape(inner: &str, letter: char) -> Option<usize> {
    escapes(inner).find(|(_, escape)| *escape == letter).map(|(at, _)| at)
}

/// Every backslash that escapes something, and what it escapes.
fn escapes(inner: &str) -> impl Iterator<Item = (usize, char)> {
    let mut chars = inner.char_indices();
    std::iter::from_fn(move || {
        let (at, _) = chars.find(|(_, c)| *c == '\\')?;
        Some((at, chars.next()?.1))
    })
}

/// What made Go's rules refuse the literal, and why.
fn first_refused(inner: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    let break_at = inner.find('\n');
    let escape = escapes(inner).find(|(at, _)| unescape(&inner[*at..]).is_none());
    match (escape, break_at) {
        (Some((at, escaped)), end) if end.is_none_or(|end| at < end) => {
            let message = "this escape is unknown, so no escape of the string is processed";
            Some((at..at + 1 + escaped.len_utf8(), message))
        }
        (_, Some(at)) => Some((at..at + 1, "the string spans lines, so no escape in it is processed")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::source::Source;
    use crate::syntax::parse;

    #[test]
    fn one_unknown_escape_leaves_the_whole_literal_as_written() {
        let table = [
            (r#""a\tb""#, "a\tb".to_owned()),
            (r#""\\d+""#, r"\d+".to_owned()),
            (r#""\d+""#, r"\d+".to_owned()),
            (r#""\d\\.""#, r"\d\\.".to_owned()),
            (r#""\b""#, "\u{8}".to_owned()),
            (r#""\a\f\v\r\n\"""#, "\u{7}\u{c}\u{b}\r\n\"".to_owned()),
            (r#""\x41\101\u00e9\U0001F600""#, "AAé😀".to_owned()),
            (r#""\xe4\xb8\xad""#, "中".to_owned()),
            (r#""\xff!""#, "\u{fffd}!".to_owned()),
            // Refused by Go: a single quote, a surrogate, too few or too large digits.
            (r#""\'""#, r"\'".to_owned()),
            (r#""\ud800""#, r"\ud800".to_owned()),
            (r#""\x4""#, r"\x4".to_owned()),
            (r#""\u+123""#, r"\u+123".to_owned()),
            (r#""\400""#, r"\400".to_owned()),
            (r#""\U00110000""#, r"\U00110000".to_owned()),
            ("\"a\n\\tb\"", "a\n\\tb".to_owned()),
        ];
        for (literal, expected) in table {
            assert_eq!(decode(literal), expected, "{literal}");
        }
    }

    #[test]
    fn encoded_text_stands_on_one_line() {
        assert_eq!(encode("a\"\\\n\u{8}é"), r#""a\"\\\n\u0008é""#);
    }

    #[test]
    fn escapes_that_are_hardly_meant_are_marked() {
        let table: [(&str, &[&str]); 8] = [
            (r#""\bid\b""#, &[r"`\b` is a backspace in this string"]),
            (r#""\\bid\\b""#, &[]),
            (r#""\d+\b""#, &[]),
            (r#""\d+\\.""#, &[r"`\\` stays as written, backslashes and all"]),
            (r#""\d\u00e9""#, &[r"`\u` stays as written, backslashes and all"]),
            ("\"one\ntwo \\\\ three\"", &[r"`\\` stays as written, backslashes and all"]),
            (r#""\xff""#, &["the escapes of this string make bytes that are not UTF-8"]),
            (r#""plain""#, &[]),
        ];
        for (literal, expected) in table {
            let mut diagnostics = Vec::new();
            parse(&Source::new("test", format!("MODEL m {{ x: {literal} }}")), &mut diagnostics);
            let messages: Vec<_> = diagnostics.iter().map(|it| it.message.as_str()).collect();
            assert_eq!(messages, expected, "{literal}");
        }
    }
}
