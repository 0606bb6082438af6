//! Characters that begin no token, and what was probably meant by them.

use wrp_graph::schema::Span;

use super::{Lexed, is_word_part};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::SYNTAX_ERROR;
use crate::syntax::token::{Kind, Token};

/// How far the end of a foreign comment is looked for, in bytes.
const LONGEST_COMMENT: usize = 1 << 14;

/// Says what is wrong at `at`, keeps what can be kept, and answers where to go on.
pub(super) fn mend(text: &str, at: usize, lexed: &mut Lexed) -> usize {
    let rest = &text[at..];
    match rest.chars().next() {
        Some('"') => open_string(text, at, lexed),
        Some('\'') => foreign_quotes(at, rest, '\'', "single", lexed),
        Some('“') => foreign_quotes(at, rest, '”', "curly", lexed),
        Some('/') if rest.starts_with("//") => {
            let fix = Fix::write(Span::new(at, at + 2), "#");
            lexed.complain(at, at + 2, "`//` does not begin a comment", "begin comments with `#`", fix);
            at + line(rest).len()
        }
        Some('/') if rest.starts_with("/*") => {
            let message = "`/*` does not begin a comment";
            lexed.complain(at, at + 2, message, "begin every line of the comment with `#`", None);
            let near = &rest[..rest.floor_char_boundary(LONGEST_COMMENT)];
            near.find("*/").map_or_else(|| at + line(rest).len(), |end| at + end + 2)
        }
        Some('`') if rest.starts_with("```") => {
            let length = line(rest).len();
            let message = "a Markdown fence is no part of a policy";
            let fix = Fix::remove(Span::new(at, at + length), "");
            lexed.complain(at, at + length, message, "remove the line", fix);
            at + length
        }
        Some(';') => {
            let help = "remove it; fields and route items need nothing between them";
            let fix = Fix::remove(Span::new(at, at + 1), "");
            lexed.complain(at, at + 1, "`;` is no part of the language", help, fix);
            at + 1
        }
        Some(c) if c.is_alphabetic() => foreign_letters(at, rest, lexed),
        Some(c) if c.is_whitespace() || is_invisible(c) => invisible(at, rest, lexed),
        Some(c) => other(at, rest, c, lexed),
        None => text.len(),
    }
}

/// The text up to the end of its first line, without the white space there.
fn line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default().trim_end()
}

impl Lexed {
    fn complain(
        &mut self,
        start: usize,
        end: usize,
        message: impl Into<String>,
        help: &str,
        fix: impl Into<Option<Fix>>,
    ) {
        let span = Span::new(start, end);
        let fix = fix.into().map(|fix| fix.titled(help));
        self.complaints.push(|| Diagnostic::new(&SYNTAX_ERROR, span, message).help(help).fix(fix));
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, end) });
    }
}

/// A quotation mark that nothing closes. The culprit is often an earlier string, which then ended at the
/// opening mark of a later one: such a string has a letter right behind it. It is ended at its line's end and
/// the text is read again from there.
fn open_string(text: &str, at: usize, lexed: &mut Lexed) -> usize {
    let runs_into_a_word = |token: &Token| {
        let behind = &text[token.span.end as usize..];
        token.kind == Kind::Text && behind.starts_with(|c: char| c.is_alphanumeric() || c == '_')
    };
    // Looking back costs a pass over all tokens, so it is done once.
    let culprit = if lexed.lost { None } else { lexed.tokens.iter().position(runs_into_a_word) };
    lexed.lost = true;
    let start = culprit.map_or(at, |index| lexed.tokens[index].span.start as usize);
    if let Some(index) = culprit {
        lexed.tokens.truncate(index);
        lexed.comments.retain(|comment| (comment.start as usize) < start);
        lexed.complaints.forget_from(start);
    }
    let line = line(&text[start..]);
    if line.ends_with('\\')
        && let Some(length) = length_with_escaped_breaks(&text[start..])
    {
        let slash = start + line.len() - 1;
        let help = "write `\\n`, or leave the line break alone";
        lexed.complain(slash, slash + 1, "a backslash cannot stand before a line break", help, None);
        lexed.push(Kind::Text, start, start + length);
        return start + length;
    }
    let end = start + without_outer_brackets(line).len();
    lexed.complain(start, end, "this string is never closed", "close the string with `\"`", None);
    lexed.push(Kind::Text, start, end);
    end
}

/// How long the string is if a backslash may escape anything.
fn length_with_escaped_breaks(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A line without the closing brackets at its end that nothing in it opens: they are hardly part of the string.
fn without_outer_brackets(line: &str) -> &str {
    let mut line = line;
    // A handful is enough; counting costs a pass over the line each.
    for _ in 0..8 {
        let trimmed = line.trim_end_matches([' ', '\t', ',']);
        let Some((close, open)) =
            [('}', '{'), (']', '['), (')', '(')].into_iter().find(|(close, _)| trimmed.ends_with(*close))
        else {
            return line;
        };
        if trimmed.matches(close).count() <= trimmed.matches(open).count() {
            return line;
        }
        line = trimmed[..trimmed.len() - 1].trim_end();
    }
    line
}

fn foreign_quotes(at: usize, rest: &str, close: char, what: &str, lexed: &mut Lexed) -> usize {
    let open = rest.chars().next().map_or(1, char::len_utf8);
    let help = "write strings in `\"` quotes";
    match rest[open..].find([close, '\n']).filter(|length| rest[open + length..].starts_with(close)) {
        Some(length) => {
            let end = at + open + length + close.len_utf8();
            let plain = !rest[open..open + length].contains(['"', '\\']);
            let (left, right) = (Span::new(at, at + open), Span::new(end - close.len_utf8(), end));
            let edits = vec![Edit::new(left, "\""), Edit::new(right, "\"")];
            let fix = plain.then(|| Fix { title: String::new(), edits, safe: true });
            lexed.complain(at, end, format!("a string cannot stand in {what} quotes"), help, fix);
            lexed.push(Kind::Text, at, end);
            end
        }
        None => {
            lexed.complain(at, at + open, format!("a {what} quote begins nothing"), help, None);
            lexed.lost = true;
            at + open
        }
    }
}

/// A name with letters beyond ASCII: read as the whole name it was meant to be.
fn foreign_letters(at: usize, rest: &str, lexed: &mut Lexed) -> usize {
    let length = rest.find(|c: char| !is_word_part(c) && !c.is_alphanumeric()).unwrap_or(rest.len());
    let end = at + length;
    let start = match lexed.tokens.last() {
        Some(last) if last.kind == Kind::Word && last.span.end as usize == at => {
            let start = last.span.start as usize;
            lexed.tokens.pop();
            start
        }
        _ => at,
    };
    let message = "bare names are made of ASCII letters, digits, `_`, `-`, `.` and `/`";
    // Not every place where a word stands takes a quoted one.
    let fix = Fix::enclose(Span::new(start, end), "\"", "\"", "").to_choose();
    lexed.complain(start, end, message, "write the name in `\"` quotes", fix);
    lexed.push(Kind::Word, start, end);
    end
}

fn invisible(at: usize, rest: &str, lexed: &mut Lexed) -> usize {
    let first = rest.chars().next().unwrap_or_default();
    let length = rest.find(|c| c != first).unwrap_or(rest.len());
    let message = match first {
        '\u{feff}' => "a byte order mark is no part of a policy".to_owned(),
        '\u{a0}' => "a no-break space is not white space here".to_owned(),
        _ => format!("the invisible character U+{:04X} is not white space here", first as u32),
    };
    let help = match first {
        '\u{feff}' => "save the file as UTF-8 without a byte order mark",
        _ => "replace it by a plain space",
    };
    let fix = match first {
        '\u{feff}' => Fix::remove(Span::new(at, at + length), ""),
        _ => Fix::write(Span::new(at, at + length), " "),
    };
    lexed.complain(at, at + length, message, help, fix);
    at + length
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Signs that other languages have; runs of operator signs stay together, so that messages can name them.
fn other(at: usize, rest: &str, first: char, lexed: &mut Lexed) -> usize {
    let operator = |c: char| matches!(c, '<' | '>' | '=' | '!' | '&' | '|');
    let length = match operator(first) {
        true => rest.find(|c| !operator(c)).unwrap_or(rest.len()),
        false => first.len_utf8(),
    };
    lexed.push(Kind::Other, at, at + length);
    at + length
}
