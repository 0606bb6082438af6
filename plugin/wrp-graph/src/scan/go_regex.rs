//! The syntax of Go's `regexp` (RE2), which the reference reads, rewritten for `regex-syntax`.
//!
//! The two differ in what they accept and in what a few things mean: in Go `\d`, `\w`, `\s` and `\b` are ASCII,
//! `[` and `&&` inside a class are plain characters, `\Q…\E` quotes, `\07` is octal, and `a**` is refused. One
//! walk over the pattern checks Go's rules and writes every construct out in a form that means the same there.

use std::fmt::{self, Write};

use regex_syntax::ast::{self, Ast, RepetitionKind, RepetitionRange};
use regex_syntax::hir::Hir;

/// Go's bound on `{n}`, and on the product of nested ones.
const MOST_REPEATS: u32 = 1000;

/// Go's bound on how deeply groups nest.
const DEEPEST: u32 = 1000;

/// Why the reference's engine would not take a pattern, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// In bytes from the start of the pattern.
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub help: Option<&'static str>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Reads a pattern into a tree. With `ignore_case` it is read as if `(?i)` stood before it.
pub fn parse(pattern: &str, ignore_case: bool) -> Result<Hir, Error> {
    let rewritten = rewrite(pattern)?;
    let whole = |message: String| Error { start: 0, end: pattern.len(), message, help: None };
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(4 * DEEPEST)
        .build()
        .parse(&rewritten)
        .map_err(|error| whole(error.kind().to_string()))?;
    if !repeats_fit(&ast, MOST_REPEATS) {
        let help = "repeat less: nested counts multiply, and their product may be 1000";
        return Err(Error { help: Some(help), ..whole("repeats more than 1000 times".to_owned()) });
    }
    regex_syntax::hir::translate::TranslatorBuilder::new()
        .case_insensitive(ignore_case)
        .build()
        .translate(&rewritten, &ast)
        .map_err(|error| whole(error.kind().to_string()))
}

/// Whether the pattern changes flags somewhere inside; a sound over-estimate.
pub(super) fn sets_flags(pattern: &str) -> bool {
    pattern.match_indices("(?").any(|(at, _)| {
        let after = pattern[at + 2..].chars().next();
        !matches!(after, Some(':' | 'P' | '<'))
    })
}

/// Go divides what is left of the bound at every nested count.
fn repeats_fit(ast: &Ast, left: u32) -> bool {
    match ast {
        Ast::Repetition(repetition) => {
            let left = match &repetition.op.kind {
                RepetitionKind::Range(range) => {
                    let most = match range {
                        RepetitionRange::Exactly(n) | RepetitionRange::AtLeast(n) => *n,
                        RepetitionRange::Bounded(_, most) => *most,
                    };
                    if most > left {
                        return false;
                    }
                    left.checked_div(most).unwrap_or(left)
                }
                _ => left,
            };
            repeats_fit(&repetition.ast, left)
        }
        Ast::Group(group) => repeats_fit(&group.ast, left),
        Ast::Alternation(alternation) => alternation.asts.iter().all(|ast| repeats_fit(ast, left)),
        Ast::Concat(concat) => concat.asts.iter().all(|ast| repeats_fit(ast, left)),
        _ => true,
    }
}

/// The pattern in the syntax of `regex-syntax`, all that differs written out; how often it repeats is not checked.
pub fn rewrite(pattern: &str) -> Result<String, Error> {
    let mut walk = Walk { pattern, at: 0, out: String::with_capacity(pattern.len() * 2), names: Vec::new() };
    walk.all()?;
    Ok(walk.out)
}

struct Walk<'p> {
    pattern: &'p str,
    at: usize,
    out: String,
    names: Vec<&'p str>,
}

/// What stands before the current place, for a repetition to apply to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Something,
    /// A repetition, which begins here.
    Repeated(usize),
}

impl<'p> Walk<'p> {
    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    fn error<T>(&self, start: usize, message: impl Into<String>) -> Result<T, Error> {
        let end = self.at.max(start);
        Err(Error { start, end, message: message.into(), help: None })
    }

    fn error_help<T>(
        &self,
        start: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> Result<T, Error> {
        self.error(start, message).map_err(|error| Error { help: Some(help), ..error })
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c));
        }
    }

    fn all(&mut self) -> Result<(), Error> {
        let mut open = Vec::new();
        let mut before = Before::Nothing;
        loop {
            let start = self.at;
            let Some(c) = self.next() else { break };
            before = match c {
                '(' => {
                    let opened = self.group(start)?;
                    if opened {
                        open.push(start);
                        if open.len() > DEEPEST as usize {
                            return self.error(start, "groups nest more than 1000 deep");
                        }
                    }
                    Before::Nothing
                }
                ')' => {
                    if open.pop().is_none() {
                        return self.error_help(
                            start,
                            "this `)` closes no group",
                            "write `\\)` for the character",
                        );
                    }
                    self.out.push(')');
                    Before::Something
                }
                '|' => {
                    self.out.push('|');
                    Before::Nothing
                }
                '^' | '$' | '.' => {
                    self.out.push(c);
                    Before::Something
                }
                '[' => {
                    self.class(start)?;
                    Before::Something
                }
                '*' | '+' | '?' => {
                    self.out.push(c);
                    self.repeated(start, before)?
                }
                '{' => match self.counts(start)? {
                    Some((least, most)) => {
                        let _ = match most {
                            Some(most) => write!(self.out, "{{{least},{most}}}"),
                            None => write!(self.out, "{{{least},}}"),
                        };
                        self.repeated(start, before)?
                    }
                    None => {
                        self.literal('{');
                        Before::Something
                    }
                },
                '\\' => self.escape(start, before)?,
                c => {
                    self.literal(c);
                    Before::Something
                }
            };
        }
        match open.pop() {
            Some(start) => {
                self.at = start + 1;
                self.error_help(start, "this `(` is never closed", "write `\\(` for the character")
            }
            None => Ok(()),
        }
    }

    /// Behind a repetition operator: is there something to repeat, and is it not a repetition itself?
    fn repeated(&mut self, start: usize, before: Before) -> Result<Before, Error> {
        match before {
            Before::Nothing => self.error_help(
                start,
                format!("nothing stands before this `{}`", &self.pattern[start..self.at]),
                "put a backslash before it if the character is meant",
            ),
            Before::Something => {
                if self.eat("?") {
                    self.out.push('?');
                }
                Ok(Before::Repeated(start))
            }
            Before::Repeated(first) => self.error_help(
                first,
                format!("`{}` repeats a repetition", &self.pattern[first..self.at]),
                "put the inner one into a group, or drop it",
            ),
        }
    }

    /// `{n}`, `{n,}` or `{n,m}` behind its brace; anything else is the character.
    fn counts(&mut self, start: usize) -> Result<Option<(u32, Option<u32>)>, Error> {
        let brace = self.at;
        let parsed = self.counts_text();
        let Some((least, most)) = parsed else {
            self.at = brace;
            return Ok(None);
        };
        let fits = |n: u32| n <= MOST_REPEATS;
        if !fits(least) || !most.is_none_or(fits) {
            return self.error(start, "repeats more than 1000 times");
        }
        if most.is_some_and(|most| most < least) {
            return self.error_help(start, "repeats at most less often than at least", "swap the numbers");
        }
        Ok(Some((least, most)))
    }

    fn counts_text(&mut self) -> Option<(u32, Option<u32>)> {
        let least = self.count()?;
        let most = match self.eat(",") {
            false => Some(least),
            true if self.peek() == Some('}') => None,
            true => Some(self.count()?),
        };
        self.eat("}").then_some((least, most))
    }

    /// A number without leading zeros; one that is too big to hold is too big to repeat.
    fn count(&mut self) -> Option<u32> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let text = &self.rest()[..digits];
        if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
            return None;
        }
        self.at += digits;
        Some(text.parse().unwrap_or(u32::MAX))
    }

    /// Behind `(`. Whether a group was opened, rather than flags set for the rest of this one.
    fn group(&mut self, start: usize) -> Result<bool, Error> {
        if !self.eat("?") {
            self.out.push_str("(?:");
            return Ok(true);
        }
        const LINEAR: &str = "match the text itself and let the condition combine signals with NOT: this engine looks neither ahead nor behind";
        for (look, name) in
            [("=", "lookahead"), ("!", "lookahead"), ("<=", "lookbehind"), ("<!", "lookbehind")]
        {
            if self.eat(look) {
                return self.error_help(start, format!("{name} is not supported"), LINEAR);
            }
        }
        if self.eat("P<") || self.eat("<") {
            return self.name(start);
        }
        let (mut on, mut off) = (String::new(), String::new());
        let mut negative = false;
        loop {
            match self.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    on.retain(|set| set != flag);
                    off.retain(|set| set != flag);
                    if negative { &mut off } else { &mut on }.push(flag);
                }
                Some('-') if !negative => negative = true,
                Some(end @ (':' | ')')) if !negative || !off.is_empty() => {
                    self.out.push_str(&flag_group(&on, &off, end));
                    return Ok(end == ':');
                }
                Some(_) => {
                    return self.error_help(
                        start,
                        format!(
                            "`{}` begins no group that Go's `regexp` knows",
                            &self.pattern[start..self.at]
                        ),
                        "use `(…)`, `(?:…)`, `(?P<name>…)` or the flags `i`, `m`, `s`, `U`",
                    );
                }
                None => return self.error(start, "this `(?` is never closed"),
            }
        }
    }

    fn name(&mut self, start: usize) -> Result<bool, Error> {
        let Some((name, _)) = self.rest().split_once('>') else {
            return self.error(start, "this group's name is never closed");
        };
        self.at += name.len() + 1;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return self.error_help(
                start,
                format!("`{name}` is no name for a group"),
                "use letters, digits and underscores",
            );
        }
        if self.names.contains(&name) {
            return self.error_help(start, format!("two groups are named `{name}`"), "rename or unname one");
        }
        self.names.push(name);
        self.out.push_str("(?:");
        Ok(true)
    }

    /// Behind a backslash outside classes.
    fn escape(&mut self, start: usize, before: Before) -> Result<Before, Error> {
        match self.peek() {
            Some('A') => self.out.push_str(r"\A"),
            Some('z') => self.out.push_str(r"\z"),
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('B') => self.out.push_str(r"(?-u:\B)"),
            Some('Q') => {
                self.at += 1;
                let (quoted, closed) = match self.rest().split_once(r"\E") {
                    Some((quoted, _)) => (quoted, r"\E".len()),
                    None => (self.rest(), 0),
                };
                quoted.chars().for_each(|c| self.literal(c));
                self.at += quoted.len() + closed;
                return Ok(if quoted.is_empty() { before } else { Before::Something });
            }
            _ => {
                if !self.escaped_class(start)? {
                    let c = self.escaped_char(start)?;
                    self.literal(c);
                }
                return Ok(Before::Something);
            }
        }
        self.at += 1;
        Ok(Before::Something)
    }

    /// `\d` and its like or `\p{…}` behind its backslash, in a form that is good inside and outside a class.
    fn escaped_class(&mut self, start: usize) -> Result<bool, Error> {
        let class = match self.peek() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => r"[\t\n\x0C\r\x20]",
            Some('S') => r"[^\t\n\x0C\r\x20]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('p' | 'P') => {
                self.property(start)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.at += 1;
        self.out.push_str(class);
        Ok(true)
    }

    fn property(&mut self, start: usize) -> Result<(), Error> {
        let mut negative = self.next() == Some('P');
        let name = if self.eat("{") {
            let Some((name, _)) = self.rest().split_once('}') else {
                return self.error(start, "this character class is never closed");
            };
            self.at += name.len() + 1;
            name
        } else {
            let from = self.at;
            self.next();
            &self.pattern[from..self.at]
        };
        let name = match name.strip_prefix('^') {
            Some(rest) => {
                negative = !negative;
                rest
            }
            None => name,
        };
        let known = |form: &str| regex_syntax::parse(form).is_ok();
        let form = [format!("gc={name}"), format!("sc={name}")].into_iter().find(|form| {
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && known(&format!("\\p{{{form}}}"))
        });
        let form = match form {
            _ if name == "Any" => "any".to_owned(),
            Some(form) => form,
            None => {
                return self.error_help(
                    start,
                    format!("`{name}` is no Unicode category or script"),
                    "use a name like `L`, `Lu`, `Han` or `Greek`",
                );
            }
        };
        let _ = write!(self.out, "\\{}{{{form}}}", if negative { 'P' } else { 'p' });
        Ok(())
    }

    /// One character behind its backslash.
    fn escaped_char(&mut self, start: usize) -> Result<char, Error> {
        let c = self.next();
        let Some(c) = c else { return self.error(start, "a backslash stands at the end") };
        Ok(match c {
            'a' => '\x07',
            'f' => '\x0C',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0B',
            'x' => return self.hex(start),
            '0' => self.octal(0),
            '1'..='7' if matches!(self.peek(), Some('0'..='7')) => self.octal(c as u32 - '0' as u32),
            '1'..='9' => {
                return self.error_help(
                    start,
                    "backreferences are not supported",
                    "write out what may stand there: this engine matches in linear time and remembers no group",
                );
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
            c => {
                return self.error_help(
                    start,
                    format!("`\\{c}` is no escape that Go's `regexp` knows"),
                    "drop the backslash if the character is meant",
                );
            }
        })
    }

    /// Up to two more octal digits.
    fn octal(&mut self, first: u32) -> char {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.at += 1;
        }
        // Three octal digits are at most 511.
        char::from_u32(code).unwrap_or('\0')
    }

    fn hex(&mut self, start: usize) -> Result<char, Error> {
        let digits = if self.eat("{") {
            let Some((digits, _)) = self.rest().split_once('}') else {
                return self.error(start, "this `\\x{` is never closed");
            };
            self.at += digits.len() + 1;
            digits
        } else {
            let digits = self.rest().get(..2).unwrap_or(self.rest());
            self.at += digits.len();
            if digits.len() == 2 { digits } else { "" }
        };
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let code = hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
        match code.and_then(char::from_u32) {
            Some(c) => Ok(c),
            None => self.error_help(
                start,
                format!("`{}` is no character", &self.pattern[start..self.at]),
                "write two hexadecimal digits, or a code point in braces",
            ),
        }
    }

    /// Behind `[`.
    fn class(&mut self, start: usize) -> Result<(), Error> {
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let item = self.at;
            if !first && self.eat("]") {
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if self.rest().starts_with("[:")
                && let Some((name, _)) = self.rest()[2..].split_once(":]")
            {
                self.at += 2 + name.len() + 2;
                const NAMES: [&str; 14] = [
                    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
                    "space", "upper", "word", "xdigit",
                ];
                if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return self.error(item, format!("`[:{name}:]` is no class of characters"));
                }
                let _ = write!(self.out, "[:{name}:]");
                continue;
            }
            if self.eat("\\") {
                if self.escaped_class(item)? {
                    continue;
                }
                self.at = item;
            }
            let low = self.class_char(start)?;
            let high = if self.rest().starts_with('-')
                && !self.rest()[1..].is_empty()
                && !self.rest()[1..].starts_with(']')
            {
                self.at += 1;
                self.class_char(start)?
            } else {
                low
            };
            if high < low {
                let range = &self.pattern[item..self.at];
                return self.error_help(item, format!("the range `{range}` runs backwards"), "swap its ends");
            }
            self.literal(low);
            if high != low {
                self.out.push('-');
                self.literal(high);
            }
        }
    }

    fn class_char(&mut self, class: usize) -> Result<char, Error> {
        let start = self.at;
        match self.next() {
            Some('\\') => self.escaped_char(start),
            Some(c) => Ok(c),
            None => {
                self.at = class + 1;
                self.error_help(class, "this `[` is never closed", "write `\\[` for the character")
            }
        }
    }
}

/// Flags as `regex-syntax` takes them, which knows no empty ones.
fn flag_group(on: &str, off: &str, end: char) -> String {
    match (on, off, end) {
        ("", "", ')') => "(?:)".to_owned(),
        (on, "", end) => format!("(?{on}{end}"),
        (on, off, end) => format!("(?{on}-{off}{end}"),
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::dfa::{Automaton as _, dense};
    use regex_automata::nfa::thompson;
    use regex_automata::{Input, MatchKind};

    use super::*;

    /// The first match of a pattern, found by an engine of another crate.
    fn matches(pattern: &str, text: &str) -> bool {
        let hir = parse(pattern, false).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
        let nfa = thompson::Compiler::new().build_from_hir(&hir).unwrap();
        let config = dense::Config::new().match_kind(MatchKind::All);
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).unwrap();
        dfa.try_search_fwd(&Input::new(text).earliest(true)).unwrap().is_some()
    }

    #[test]
    fn what_differs_from_other_engines_means_what_go_means() {
        let table: &[(&str, &[&str], &[&str])] = &[
            (r"^\d+$", &["12"], &["\u{663}", ""]),
            (r"^\w$", &["a", "_"], &["é", "-"]),
            (r"(?i)^\w$", &["\u{17F}", "\u{212A}"], &["é"]),
            (r"(?i)^\W$", &["é"], &["\u{17F}", "k"]),
            (r"^\s$", &["\n", " ", "\x0C"], &["\x0B", "\u{A0}"]),
            (r"^[\d\s-]+$", &["1 -"], &["a"]),
            (r"^[^\D]$", &["7"], &["x"]),
            (r"\bé", &["aé"], &["é", " é"]),
            (r"^a\B", &["ab"], &["a", "a "]),
            (r"^[a&&b]+$", &["a&b"], &["c"]),
            (r"^[[a]+$", &["[a"], &["]"]),
            (r"^[]a]+$", &["]a"], &["["]),
            (r"^[^]a]$", &["b"], &["]", "a"]),
            (r"^[+--]+$", &["+,-"], &["a"]),
            (r"^[a-]+$", &["-a"], &["b"]),
            (r"^[~~]$", &["~"], &[]),
            (r"^[[:alpha:][:^ascii:]]$", &["x", "é"], &["1"]),
            (r"^\Qa.b*\E*$", &["a.b", "a.b***"], &["axb"]),
            (r"^\Q[x", &["[xy"], &["x"]),
            (r"^\01\12\x41\x{1F600}$", &["\u{1}\nA😀"], &[]),
            (r"^a{,2}$", &["a{,2}"], &["a"]),
            (r"^a{2", &["a{2"], &["aa"]),
            (r"^x{02}$", &["x{02}"], &["xx"]),
            (r"^a{0}b$", &["b"], &["ab"]),
            (r"a$", &["ba"], &["a\n"]),
            (r"(?m)a$", &["a\nb"], &["ab"]),
            (r"(?s)a.b", &["a\nb"], &[]),
            (r"a.b", &["a b"], &["a\nb"]),
            (r"^\pL\p{Greek}\PN\p{^Lu}$", &["aαxb"], &["aαxB"]),
            (r"^(?P<year>\d\d)(?<day>\d)$", &["123"], &["12"]),
            (r"(?i:ab)c", &["ABc"], &["abC"]),
            (r"(?i)a(?-i)b", &["Ab"], &["aB"]),
            (r"^(?i-i:a)$", &["a"], &["A"]),
            (r"^#\ ", &["# "], &["#"]),
            (r"^(|a)+$", &["", "aa"], &["b"]),
            (r"^\_\-\/$", &["_-/"], &[]),
            (r"\Aa\z", &["a"], &["ab", "ba"]),
        ];
        for (pattern, yes, no) in table {
            for text in *yes {
                assert!(matches(pattern, text), "{pattern} does not match {text:?}");
            }
            for text in *no {
                assert!(!matches(pattern, text), "{pattern} matches {text:?}");
            }
        }
    }

    #[test]
    fn what_go_refuses_is_refused_at_its_place() {
        let table: &[(&str, &str, &str)] = &[
            (r"ab(?=c)", "(?=", "lookahead is not supported"),
            (r"(?<!a)b", "(?<!", "lookbehind is not supported"),
            (r"(a)\1", r"\1", "backreferences are not supported"),
            (r"\8", r"\8", "backreferences are not supported"),
            (r"a**", "**", "`**` repeats a repetition"),
            (r"xa+?*", "+?*", "`+?*` repeats a repetition"),
            (r"a{2}{3}", "{2}{3}", "`{2}{3}` repeats a repetition"),
            (r"*a", "*", "nothing stands before this `*`"),
            (r"a|+", "+", "nothing stands before this `+`"),
            (r"(?i)*", "*", "nothing stands before this `*`"),
            (r"a{1001}", "{1001}", "repeats more than 1000 times"),
            (r"a{3,2}", "{3,2}", "repeats at most less often than at least"),
            (r"(a{100}){11}", "(a{100}){11}", "repeats more than 1000 times"),
            (r"a)b", ")", "this `)` closes no group"),
            (r"x(a", "(", "this `(` is never closed"),
            (r"x[a", "[", "this `[` is never closed"),
            (r"[z-a]", "z-a", "the range `z-a` runs backwards"),
            (r"[a-\d]", r"\d", r"`\d` is no escape that Go's `regexp` knows"),
            (r"[[:word-ish:]]", "[:word-ish:]", "`[:word-ish:]` is no class of characters"),
            (r"\p{Nowhere}", r"\p{Nowhere}", "`Nowhere` is no Unicode category or script"),
            (r"\p{Alphabetic}", r"\p{Alphabetic}", "`Alphabetic` is no Unicode category or script"),
            (r"\h", r"\h", r"`\h` is no escape that Go's `regexp` knows"),
            (r"\Z", r"\Z", r"`\Z` is no escape that Go's `regexp` knows"),
            (r"a\C", r"\C", r"`\C` is no escape that Go's `regexp` knows"),
            (r"x\", r"\", "a backslash stands at the end"),
            (r"\x{110000}", r"\x{110000}", r"`\x{110000}` is no character"),
            (r"\xZ", r"\xZ", r"`\xZ` is no character"),
            (r"(?x)a", "(?x", "`(?x` begins no group that Go's `regexp` knows"),
            (r"(?P<a>x)(?P<a>y)", "(?P<a>", "two groups are named `a`"),
            (r"(?P<a-b>x)", "(?P<a-b>", "`a-b` is no name for a group"),
            (r"(?>a)", "(?>", "`(?>` begins no group that Go's `regexp` knows"),
        ];
        for (pattern, place, message) in table {
            let error = parse(pattern, false).expect_err(pattern);
            assert_eq!(error.message, *message, "{pattern}");
            assert_eq!(pattern.get(error.start..error.end), Some(*place), "{pattern}");
        }
    }
}
