//! Fields, options and their values.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::cut;
use nom::sequence::preceded;
use wrp_graph::schema::{Entry, Fields, Spanned, Value};

use super::ast::{HeaderOption, Name};
use super::enclosed::{Commas, Enclosure, deeper, enclosed};
use super::fault::{Fault, Wanted};
use super::token::{Kind, Parsed, Tokens, token, word};
use super::{escape, repair, route};

/// `{ key: value … }`, with or without commas.
pub(super) fn fields(input: Tokens<'_>) -> Parsed<'_, Fields> {
    const BRACES: Enclosure =
        Enclosure { open: '{', commas: Commas::Before, starts: starts_field, ends: route::begins_item };
    enclosed(BRACES, field).map(|braces| Fields { entries: braces.items, span: braces.span }).parse(input)
}

/// `(key = value …)`: a block's options stand without commas.
pub(super) fn header_options(input: Tokens<'_>) -> Parsed<'_, Vec<HeaderOption>> {
    const PARENTHESES: Enclosure =
        Enclosure { open: '(', commas: Commas::Never, starts: starts_field, ends: ends_options };
    optional_options(PARENTHESES, input)
}

/// `(key = value, …)`: a model's options stand with commas.
pub(super) fn model_options(input: Tokens<'_>) -> Parsed<'_, Vec<HeaderOption>> {
    const PARENTHESES: Enclosure =
        Enclosure { open: '(', commas: Commas::Between, starts: starts_field, ends: ends_options };
    let (rest, options) = optional_options(PARENTHESES, input)?;
    if input.sees_sign(0, '(') && input.sees_sign(1, ')') {
        let fault = Fault { at: input.at + 1, wanted: Wanted::OptionName };
        input.reader.report(fault);
    }
    Ok((rest, options))
}

fn optional_options<'a>(how: Enclosure, input: Tokens<'a>) -> Parsed<'a, Vec<HeaderOption>> {
    if !input.sees_sign(0, '(') {
        return Ok((input, Vec::new()));
    }
    enclosed(how, option).map(|parentheses| parentheses.items).parse(input)
}

fn option(input: Tokens<'_>) -> Parsed<'_, HeaderOption> {
    let key = expected(Wanted::OptionName, word);
    (key, preceded(repair::sign('=', ':'), cut(value)))
        .map(|(key, value)| HeaderOption { key, value })
        .parse(input)
}

pub(super) fn field(input: Tokens<'_>) -> Parsed<'_, Entry> {
    let key = expected(Wanted::FieldName, word);
    (key, preceded(repair::sign(':', '='), cut(field_value)))
        .map(|(key, value)| Entry { key, value })
        .parse(input)
}

/// A value, unless it is the name of the next field.
fn field_value(input: Tokens<'_>) -> Parsed<'_, Spanned<Value>> {
    let next_field = input.sees(0, Kind::Word) && input.sees_sign(1, ':');
    if next_field || input.sees_sign(0, '}') || input.sees_sign(0, ',') {
        return input.fails(Wanted::FieldValue);
    }
    value(input)
}

pub(super) fn value(input: Tokens<'_>) -> Parsed<'_, Spanned<Value>> {
    let value = alt((
        text.map(|it| it.it).map(Value::Text),
        float.map(Value::Float),
        integer.map(|it| it.it).map(Value::Int),
        bare,
        deeper(list),
        deeper(fields).map(Value::Object),
    ));
    let (rest, it) = expected(Wanted::Value, value).parse(input)?;
    Ok((rest, Spanned { it, span: input.span_to(rest) }))
}

fn list(input: Tokens<'_>) -> Parsed<'_, Value> {
    const BRACKETS: Enclosure =
        Enclosure { open: '[', commas: Commas::Between, starts: starts_value, ends: starts_field };
    enclosed(BRACKETS, value).map(|brackets| Value::List(brackets.items)).parse(input)
}

fn bare(input: Tokens<'_>) -> Parsed<'_, Value> {
    word.map(|word| match word.it.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::Word(word.it),
    })
    .parse(input)
}

fn float(input: Tokens<'_>) -> Parsed<'_, f64> {
    let (rest, written) = token(Kind::Float, Wanted::Value)(input)?;
    match written.it.parse() {
        Ok(number) if f64::is_finite(number) => Ok((rest, number)),
        _ => Err(nom::Err::Failure(Fault { at: input.at, wanted: Wanted::SmallerNumber })),
    }
}

pub(super) fn integer(input: Tokens<'_>) -> Parsed<'_, Spanned<i64>> {
    let (rest, written) = token(Kind::Int, Wanted::Int)(input)?;
    match written.it.parse() {
        Ok(it) => Ok((rest, Spanned { it, span: written.span })),
        Err(_) => Err(nom::Err::Failure(Fault { at: input.at, wanted: Wanted::SmallerNumber })),
    }
}

/// A quoted string, decoded.
pub(super) fn text(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    token(Kind::Text, Wanted::Text)
        .map(|literal| Spanned { it: escape::decode(literal.it), span: literal.span })
        .parse(input)
}

/// An identifier or a quoted string.
pub(super) fn name(input: Tokens<'_>) -> Parsed<'_, Name> {
    let quoted = text.map(|it| Name { text: it.it, quoted: true, span: it.span });
    let bare = word.map(|it| Name { text: it.it, quoted: false, span: it.span });
    expected(Wanted::Name, alt((quoted, bare))).parse(input)
}

/// Says what was wanted as a whole where not even the first token of it was there.
pub(super) fn expected<'a, T>(
    wanted: Wanted,
    mut parser: impl Parser<Tokens<'a>, Output = T, Error = Fault>,
) -> impl FnMut(Tokens<'a>) -> Parsed<'a, T> {
    move |input| match parser.parse(input) {
        Err(nom::Err::Error(fault)) if fault.at == input.at => input.fails(wanted),
        other => other,
    }
}

pub(super) fn starts_field(input: Tokens<'_>) -> bool {
    input.sees(0, Kind::Word) && (input.sees_sign(1, ':') || input.sees_sign(1, '='))
}

/// The body of the block, or the next line of the route.
fn ends_options(input: Tokens<'_>) -> bool {
    input.sees_sign(0, '{') || route::begins_item(input)
}

fn starts_value(input: Tokens<'_>) -> bool {
    match input.peek(0).map(|token| token.kind) {
        Some(Kind::Sign(sign)) => matches!(sign, '[' | '{'),
        Some(Kind::Arrow | Kind::Other) | None => false,
        Some(_) => true,
    }
}
