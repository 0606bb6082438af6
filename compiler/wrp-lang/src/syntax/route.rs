//! Routes, and the lines that routes and the branches of trees are made of.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;
use wrp_graph::schema::{Fields, Spanned};

use super::ast::{For, ForSource, ModelRef, Route, RouteItem, RouteItemKind};
use super::enclosed::{Commas, Enclosure, enclosed};
use super::fault::{Fault, Wanted};
use super::repair;
use super::token::{Kind, Parsed, Tokens, keyword, sign, word};
use super::value::{fields, header_options, integer, model_options, name, text};
use crate::diagnostic::{Diagnostic, Fix};

/// What a line of a route begins with.
pub(super) const ROUTE_ITEMS: &[&str] =
    &["PRIORITY", "TIER", "DESCRIPTION", "WHEN", "ON_UNKNOWN", "MODEL", "ALGORITHM", "PLUGIN", "FOR", "EMIT"];
/// What a line of a branch begins with.
pub(super) const TREE_ITEMS: &[&str] =
    &["NAME", "DESCRIPTION", "TIER", "ON_UNKNOWN", "MODEL", "ALGORITHM", "PLUGIN", "FOR", "EMIT"];
const ON_UNKNOWN: &[&str] = &["skip", "match", "deny"];

/// `name (options) { items }`, behind `ROUTE`.
pub(super) fn route(input: Tokens<'_>) -> Parsed<'_, Route> {
    (name, header_options, enclosed(BODY, route_item))
        .map(|(name, options, body)| Route { name, options, items: body.items })
        .parse(input)
}

/// The braces of a route, a branch or an assertion.
pub(super) const BODY: Enclosure =
    Enclosure { open: '{', commas: Commas::Never, starts: begins_item, ends: |_| false };

fn route_item(input: Tokens<'_>) -> Parsed<'_, RouteItem> {
    item(ROUTE_ITEMS, Wanted::RouteItem, input)
}

pub(super) fn tree_item(input: Tokens<'_>) -> Parsed<'_, RouteItem> {
    item(TREE_ITEMS, Wanted::TreeItem, input)
}

/// Whether a word stands here that may begin a line of a route, a branch or an assertion.
pub(super) fn is_item(input: Tokens<'_>) -> bool {
    let word = input.peek_text(0);
    let known = [ROUTE_ITEMS, TREE_ITEMS, super::assert::ASSERT_ITEMS];
    input.sees(0, Kind::Word) && known.iter().any(|items| items.contains(&word))
}

/// Whether such a line really begins here: these words may also name fields and options.
pub(super) fn begins_item(input: Tokens<'_>) -> bool {
    is_item(input)
        && !matches!(input.peek(1).map(|token| token.kind), None | Some(Kind::Sign(':' | '=' | ',')))
}

fn item<'a>(known: &'static [&'static str], wanted: Wanted, input: Tokens<'a>) -> Parsed<'a, RouteItem> {
    use RouteItemKind as Item;
    let Some(keyword) = item_keyword(known, "a route", input) else { return input.fails(wanted) };
    let rest = repair::no_sign(input.skip(1));
    let (rest, kind) = match keyword {
        "NAME" => cut(name).map(Item::Name).parse(rest),
        "DESCRIPTION" => cut(text).map(Item::Description).parse(rest),
        "PRIORITY" => cut(integer).map(Item::Priority).parse(rest),
        "TIER" => cut(integer).map(Item::Tier).parse(rest),
        "WHEN" => cut(super::condition::condition).map(Item::When).parse(rest),
        "ON_UNKNOWN" => cut(on_unknown).map(Item::OnUnknown).parse(rest),
        "MODEL" => cut(models).map(Item::Models).parse(rest),
        "ALGORITHM" => {
            cut((word, optional_fields)).map(|(kind, fields)| Item::Algorithm { kind, fields }).parse(rest)
        }
        "PLUGIN" => {
            cut((name, optional_fields)).map(|(name, fields)| Item::Plugin { name, fields }).parse(rest)
        }
        "FOR" => cut(for_each).map(Item::For).parse(rest),
        _ => cut((word, fields)).map(|(kind, fields)| Item::Emit { kind, fields }).parse(rest),
    }?;
    Ok((rest, RouteItem { span: input.span_to(rest), kind }))
}

/// The keyword of a line that stands here, or was meant; `body` is what the line belongs to.
pub(super) fn item_keyword(
    known: &'static [&'static str],
    body: &str,
    input: Tokens<'_>,
) -> Option<&'static str> {
    if !input.sees(0, Kind::Word) {
        return None;
    }
    let written = input.peek_text(0);
    if let Some(keyword) = known.iter().find(|keyword| **keyword == written) {
        return Some(keyword);
    }
    if is_item(input) || input.sees_sign(1, ':') || input.sees_sign(1, '=') {
        return None;
    }
    let meant = repair::meant(written, known)?;
    let span = input.reader.span_at(input.at);
    let message = format!("`{written}` begins no line of {body}");
    let diagnostic = Diagnostic::new(&super::SYNTAX_ERROR, span, message);
    let fix = Fix::write(span, meant);
    input.reader.repair(input.at, diagnostic.help(fix.title.clone()).fix(fix));
    Some(meant)
}

fn optional_fields(input: Tokens<'_>) -> Parsed<'_, Option<Fields>> {
    opt(fields).parse(input)
}

fn on_unknown(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    match input.sees(0, Kind::Word) && ON_UNKNOWN.contains(&input.peek_text(0)) {
        true => word(input),
        false => input.fails(Wanted::OneOf(ON_UNKNOWN)),
    }
}

/// One or more, with commas; a comma may follow the last.
pub(super) fn models(input: Tokens<'_>) -> Parsed<'_, Vec<ModelRef>> {
    let (mut input, first) = model(input)?;
    let mut models = vec![first];
    while input.sees_sign(0, ',') {
        let behind = input.skip(1);
        if !behind.sees_name(0) || repair::comma_before_item(behind) {
            return Ok((behind, models));
        }
        let (rest, next) = model(behind)?;
        models.push(next);
        input = rest;
    }
    Ok((input, models))
}

fn model(input: Tokens<'_>) -> Parsed<'_, ModelRef> {
    (name, model_options).map(|(name, options)| ModelRef { name, options }).parse(input)
}

/// `variable IN source { MODEL … }`, behind `FOR`.
fn for_each(input: Tokens<'_>) -> Parsed<'_, For> {
    const BRACES: Enclosure = Enclosure {
        open: '{',
        commas: Commas::Never,
        starts: |input| input.sees_word(0, "MODEL"),
        ends: |_| false,
    };
    let source = alt((name.map(ForSource::Named), listed.map(ForSource::Listed)));
    (
        word,
        preceded(keyword("IN"), super::value::expected(Wanted::Name, source)),
        enclosed(BRACES, for_models),
    )
        .map(|(variable, source, body)| For {
            variable,
            source,
            models: body.items.into_iter().flatten().collect(),
        })
        .parse(input)
}

fn for_models(input: Tokens<'_>) -> Parsed<'_, Vec<ModelRef>> {
    preceded(keyword("MODEL"), cut(models)).parse(input)
}

fn listed(input: Tokens<'_>) -> Parsed<'_, Vec<ModelRef>> {
    const BRACKETS: Enclosure =
        Enclosure { open: '[', commas: Commas::Between, starts: |input| input.sees_name(0), ends: |_| false };
    let (open, _) = sign('[')(input)?;
    if open.sees_sign(0, ']') {
        return Err(nom::Err::Failure(Fault { at: open.at, wanted: Wanted::Name }));
    }
    enclosed(BRACKETS, model).map(|brackets| brackets.items).parse(input)
}
