//! Mistakes that are common enough to know what was meant: each is reported in its own words, and where nothing
//! is in doubt reading goes on as if it had been written right.

use nom::Parser;
use wrp_graph::schema::{Span, nearest};

use super::SYNTAX_ERROR;
use super::fault::{Fault, Wanted, found};
use super::route::{begins_item, is_item};
use super::token::{Kind, Parsed, Tokens, sign as plain_sign, token};
use crate::diagnostic::{Diagnostic, Fix};

/// Says what was wrong and how it was read, which is also the fix.
fn mended(input: Tokens<'_>, message: impl Into<String>, help: impl Into<String>, fix: Fix) {
    let (span, help) = (input.reader.span_at(input.at), help.into());
    let diagnostic = Diagnostic::new(&SYNTAX_ERROR, span, message).fix(fix.titled(&help)).help(help);
    input.reader.repair(input.at, diagnostic);
}

fn removed(input: Tokens<'_>) -> Fix {
    Fix::remove(input.reader.span_at(input.at), "")
}

fn written_as(input: Tokens<'_>, word: &str) -> Fix {
    Fix::write(input.reader.span_at(input.at), word)
}

/// `NOT`, apart from what it negates.
fn not(input: Tokens<'_>) -> Fix {
    let (here, next) = (input.reader.span_at(input.at), input.reader.span_at(input.at + 1));
    Fix::write(here, if here.end == next.start { "NOT " } else { "NOT" })
}

/// The sign between a name and its value. The sign of the other place, or none where a value follows, will do.
pub(super) fn sign<'a>(right: char, wrong: char) -> impl Fn(Tokens<'a>) -> Parsed<'a, Span> {
    move |input| {
        if input.sees_sign(0, right) {
            return plain_sign(right)(input);
        }
        let span = input.reader.span_at(input.at);
        let key = input.reader.text_at(input.at.wrapping_sub(1));
        let what = if right == ':' { "fields" } else { "options" };
        if input.sees_sign(0, wrong) {
            mended(
                input,
                format!("{what} are not written with `{wrong}`"),
                format!("write `{key} {right} …`"),
                sign_behind(input, right, span.end),
            );
            return Ok((input.skip(1), span));
        }
        let value_follows = match input.peek(0).map(|token| token.kind) {
            Some(Kind::Text | Kind::Int | Kind::Float | Kind::Sign('[' | '{')) => true,
            Some(Kind::Word) => !is_item(input) && !input.sees_sign(1, right),
            _ => false,
        };
        match value_follows {
            true => {
                let found = found(input.at, input.reader);
                let key_end = input.reader.span_at(input.at.wrapping_sub(1)).end;
                mended(
                    input,
                    format!("expected `{right}` after `{key}`, found {found}"),
                    format!(
                        "write `{key}{}{right} {}`",
                        if right == '=' { " " } else { "" },
                        found.trim_matches('`')
                    ),
                    sign_behind(input, right, key_end),
                );
                Ok((input, span))
            }
            false => input.fails(Wanted::Sign(right)),
        }
    }
}

/// The sign as it stands behind a name, in the place of whatever is there: a colon at the name itself, an equals sign
/// on its own.
fn sign_behind(input: Tokens<'_>, sign: char, end: u32) -> Fix {
    let key = input.reader.span_at(input.at.wrapping_sub(1));
    Fix::write(Span { start: key.end, end }, if sign == '=' { " =" } else { ":" })
}

/// The sign behind the keyword of a route's line, which takes none.
pub(super) fn no_sign(input: Tokens<'_>) -> Tokens<'_> {
    if !input.sees_sign(0, ':') && !input.sees_sign(0, '=') {
        return input;
    }
    let (keyword, sign) = (input.reader.text_at(input.at.wrapping_sub(1)), input.peek_text(0));
    mended(input, format!("`{keyword}` takes no `{sign}`"), format!("remove the `{sign}`"), removed(input));
    input.skip(1)
}

/// Whether a keyword stands here, be it in small letters.
pub(super) fn keyword(keyword: &'static str, input: Tokens<'_>) -> bool {
    let written = input.peek_text(0);
    if !input.sees(0, Kind::Word) || !written.eq_ignore_ascii_case(keyword) {
        return false;
    }
    if written != keyword {
        mended(
            input,
            format!("`{written}` is not a keyword"),
            format!("write `{keyword}`"),
            written_as(input, keyword),
        );
    }
    true
}

/// The known word that a misspelt one was meant as.
pub(super) fn meant(written: &str, known: &[&'static str]) -> Option<&'static str> {
    // Three letters are too few to tell a slip from another word.
    let is_a_slip = |meant: &&str| meant.len() > 3 || meant.eq_ignore_ascii_case(written);
    nearest(written, known.iter().copied()).filter(is_a_slip)
}

/// A comma that should not be there.
pub(super) fn comma(input: Tokens<'_>) {
    let before_close = matches!(input.peek(1).map(|token| token.kind), Some(Kind::Sign('}' | ')' | ']')));
    let message = match before_close {
        true => format!("a comma cannot stand before {}", found(input.at + 1, input.reader)),
        false => "a comma cannot stand here".to_owned(),
    };
    mended(input, message, "remove the comma", removed(input));
}

/// A comma that should be there.
pub(super) fn missing_comma(input: Tokens<'_>) {
    mended(
        input,
        format!("missing comma before {}", found(input.at, input.reader)),
        "write a comma between items",
        Fix::insert(input.reader.span_at(input.at.wrapping_sub(1)).end, ",", ""),
    );
}

/// The comma behind the last model makes the next line's keyword a model. Says so where that cannot be meant.
pub(super) fn comma_before_item(behind: Tokens<'_>) -> bool {
    let could_be_a_model = match behind.peek(1).map(|token| token.kind) {
        None | Some(Kind::Sign(',' | '(' | '}' | ']')) => true,
        _ => is_item(behind.skip(1)),
    };
    if could_be_a_model || !is_item(behind) {
        return false;
    }
    let item = behind.peek_text(0);
    let comma = behind.moved_to(behind.at - 1);
    mended(
        comma,
        format!("the comma makes `{item}` the name of a model"),
        "remove the comma behind the last model",
        removed(comma),
    );
    true
}

/// Behind `AND` or `OR`, if that is what stands here, in whatever spelling.
pub(super) fn operator<'a>(operator: &'static str, input: Tokens<'a>) -> Option<Tokens<'a>> {
    if input.sees_word(0, operator) {
        return Some(input.skip(1));
    }
    let written = input.peek_text(0);
    let meant = match operator {
        "AND" => written.eq_ignore_ascii_case("and") || written == "&&" || written == "&",
        _ => written.eq_ignore_ascii_case("or") || written == "||" || written == "|",
    };
    let behind = input.skip(1);
    let operand_follows =
        behind.sees_sign(0, '(') || behind.sees(0, Kind::Word) || behind.sees(0, Kind::Other);
    if !meant || !operand_follows || !(input.sees(0, Kind::Word) || input.sees(0, Kind::Other)) {
        return None;
    }
    mended(
        input,
        format!("`{written}` is not an operator"),
        format!("write `{operator}`"),
        written_as(input, operator),
    );
    Some(behind)
}

/// The arrow of a test case, or what stands for it in other languages.
pub(super) fn arrow(input: Tokens<'_>) -> Parsed<'_, Span> {
    let foreign = match (input.sees_sign(0, '='), input.sees_sign(1, '>')) {
        (true, true) => 2,
        (true, false) => 1,
        _ if input.sees_sign(0, ':') => 1,
        _ => return token(Kind::Arrow, Wanted::Arrow).map(|arrow| arrow.span).parse(input),
    };
    let behind = input.skip(foreign);
    let span = input.span_to(behind);
    let message = format!("test cases are not written with `{}`", input.reader.slice(span));
    let diagnostic = Diagnostic::new(&SYNTAX_ERROR, span, message).help("write `->`");
    input.reader.repair(input.at, diagnostic.fix(Fix::write(span, "->")));
    Ok((behind, span))
}

/// Whether a word before a parenthesis negates what is in it, and is not the kind of a signal.
pub(super) fn negates(input: Tokens<'_>) -> bool {
    let names_a_signal = input.sees_name(2)
        && (input.sees_sign(3, ')')
            || input.sees_sign(3, ',')
            || (input.sees(3, Kind::Word) && input.sees_sign(4, ':')));
    input.peek_text(0).eq_ignore_ascii_case("not") && !names_a_signal
}

/// Behind `NOT`, if that is what stands here, in whatever spelling.
pub(super) fn negation(input: Tokens<'_>) -> Option<Tokens<'_>> {
    let behind = input.skip(1);
    if input.sees_word(0, "NOT") {
        return Some(behind);
    }
    let operand_follows =
        behind.sees_sign(0, '(') || (behind.sees(0, Kind::Word) && behind.sees_sign(1, '('));
    let written = input.peek_text(0);
    let meant = match input.peek(0)?.kind {
        Kind::Word => written.eq_ignore_ascii_case("not"),
        Kind::Other => written == "!",
        _ => false,
    };
    if !meant || !operand_follows {
        return None;
    }
    mended(input, format!("`{written}` is not an operator"), "write `NOT`", not(input));
    Some(behind)
}

/// What to say where an operand should be: what stands there, if it was meant as one, else the operator.
pub(super) fn missing_operand(operator: Tokens<'_>, behind: Tokens<'_>, wanted: Wanted) -> Fault {
    match behind.sees_name(0) && !is_item(behind) {
        true => Fault { at: behind.at, wanted },
        false => Fault { at: operator.at, wanted: Wanted::Operand },
    }
}

/// The `)` of a condition; where the condition must be over, it is reported as missing and taken as read.
pub(super) fn closing_parenthesis<'a>(open: Tokens<'a>, input: Tokens<'a>) -> Parsed<'a, Span> {
    if !input.sees_sign(0, ')') && ends_condition(input) {
        input.reader.report(Fault { at: input.at, wanted: Wanted::Closing(open.at) });
        return Ok((input, input.reader.span_at(input.at)));
    }
    plain_sign(')')(input)
}

/// Whether what stands here cannot be part of a condition.
pub(super) fn ends_condition(input: Tokens<'_>) -> bool {
    // These words may name arguments, too.
    let operator = (input.sees_word(0, "AND") || input.sees_word(0, "OR")) && !input.sees_sign(1, ':');
    operator || input.is_at_end() || input.sees_sign(0, '{') || input.sees_sign(0, '}') || begins_item(input)
}

/// Behind a comparison, if one stands behind a condition: the language has none, bounds are arguments.
pub(super) fn comparison(input: Tokens<'_>) -> Tokens<'_> {
    let Some(first) = input.peek(0) else { return input };
    // `>=` is two tokens, since `>` and `=` are punctuation.
    let split =
        input.sees_sign(1, '=') && input.peek(1).is_some_and(|next| next.span.start == first.span.end);
    let count = if split { 2 } else { 1 };
    let behind = input.skip(count);
    let span = input.span_to(behind);
    let operator = input.reader.slice(span);
    let bound = match operator {
        ">" => "gt",
        "<" => "lt",
        ">=" | "=" | "==" => "gte",
        "<=" => "lte",
        _ => return input,
    };
    let has_number = behind.sees(0, Kind::Float) || behind.sees(0, Kind::Int);
    let number = if has_number { behind.peek_text(0) } else { "0.5" };
    let help = format!("write the bound inside the parentheses: `predicate: {{ {bound}: {number} }}`");
    let message = format!("there is no operator `{operator}`");
    let rest = if has_number { behind.skip(1) } else { behind };
    input.reader.lose(input.at, Diagnostic::new(&SYNTAX_ERROR, span, message).help(help));
    rest
}
