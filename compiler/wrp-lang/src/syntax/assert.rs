//! Assertions: what must hold on every path of a request.

use nom::Parser;
use nom::combinator::cut;
use wrp_graph::schema::{Spanned, Value};

use super::ast::{Assert, AssertItem, AssertItemKind, Comparison, Expr, Operator};
use super::condition::{Tests, condition, expression};
use super::enclosed::enclosed;
use super::fault::{Fault, Wanted};
use super::route::{BODY, begins_item, item_keyword};
use super::token::{Kind, Parsed, Tokens, word};
use super::value::{name, text, value};
use super::{SYNTAX_ERROR, repair};
use crate::diagnostic::Diagnostic;

/// What a line of an assertion begins with.
pub(super) const ASSERT_ITEMS: &[&str] = &["DESCRIPTION", "WHEN", "REQUIRE"];
pub(super) const OPERATORS: &[&str] = &["==", "!=", "<", "<=", ">", ">=", "IN", "HAS"];

/// How people write operators who come from other languages.
const FOREIGN: &[(&str, Operator)] = &[
    ("=", Operator::Equal),
    ("===", Operator::Equal),
    (":", Operator::Equal),
    ("<>", Operator::NotEqual),
    ("!==", Operator::NotEqual),
    ("=<", Operator::AtMost),
    ("=>", Operator::AtLeast),
    ("in", Operator::In),
    ("has", Operator::Has),
    ("contains", Operator::Has),
    ("CONTAINS", Operator::Has),
];

/// `name { items }`, behind `ASSERT`.
pub(super) fn assert(input: Tokens<'_>) -> Parsed<'_, Assert> {
    let (rest, (name, body)) = (name, enclosed(BODY, assert_item)).parse(input)?;
    if !body.items.iter().any(|item| matches!(item.kind, AssertItemKind::Require(_))) {
        input.reader.report(Fault { at: rest.at.saturating_sub(1), wanted: Wanted::Requirement });
    }
    Ok((rest, Assert { name, items: body.items }))
}

fn assert_item(input: Tokens<'_>) -> Parsed<'_, AssertItem> {
    let Some(keyword) = item_keyword(ASSERT_ITEMS, "an assertion", input) else {
        return input.fails(Wanted::AssertItem);
    };
    let rest = repair::no_sign(input.skip(1));
    let (rest, kind) = match keyword {
        "DESCRIPTION" => cut(text).map(AssertItemKind::Description).parse(rest),
        "WHEN" => cut(condition).map(AssertItemKind::When).parse(rest),
        _ => cut(requirement).map(AssertItemKind::Require).parse(rest),
    }?;
    Ok((rest, AssertItem { span: input.span_to(rest), kind }))
}

fn requirement(input: Tokens<'_>) -> Parsed<'_, Expr<Comparison>> {
    expression(Tests { read: comparison, wanted: Wanted::Comparison }, input)
}

/// `attribute == value`
fn comparison(input: Tokens<'_>) -> Parsed<'_, Comparison> {
    if !input.sees(0, Kind::Word)
        || input.sees_sign(1, '(')
        || input.sees_word(0, "NOT")
        || begins_item(input)
    {
        return input.fails(Wanted::Comparison);
    }
    let (rest, attribute) = word(input)?;
    let (rest, operator) = cut(operator).parse(rest)?;
    let (rest, value) = cut(operand).parse(rest)?;
    Ok((rest, Comparison { attribute, operator, value, span: input.span_to(rest) }))
}

/// One of the operators, or what stands for it in other languages.
fn operator(input: Tokens<'_>) -> Parsed<'_, Spanned<Operator>> {
    let behind = behind_operator(input);
    let span = input.span_to(behind);
    let written = input.reader.slice(span);
    let all = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::AtMost,
        Operator::Greater,
        Operator::AtLeast,
        Operator::In,
        Operator::Has,
    ];
    if let Some(it) = all.into_iter().find(|operator| operator.word() == written) {
        return Ok((behind, Spanned { it, span }));
    }
    let Some((_, meant)) = FOREIGN.iter().find(|(foreign, _)| *foreign == written) else {
        return input.fails(Wanted::Operator);
    };
    let found = Diagnostic::new(&SYNTAX_ERROR, span, format!("`{written}` is not an operator"));
    input.reader.repair(input.at, found.help(format!("write `{}`", meant.word())));
    Ok((behind, Spanned { it: *meant, span }))
}

/// Behind a word or a run of signs without anything between them: `==` is two tokens, since `=` is punctuation.
fn behind_operator(input: Tokens<'_>) -> Tokens<'_> {
    let is_sign = |kind| matches!(kind, Kind::Sign('=' | '>') | Kind::Other);
    let mut behind = input.skip(1);
    let signs = input.peek(0).is_some_and(|token| is_sign(token.kind));
    while signs
        && let Some(next) = behind.peek(0)
        && is_sign(next.kind)
        && next.span.start == input.span_to(behind).end
    {
        behind = behind.skip(1);
    }
    behind
}

/// A value, unless it is what joins comparisons or the next line.
fn operand(input: Tokens<'_>) -> Parsed<'_, Spanned<Value>> {
    if input.sees_word(0, "AND") || input.sees_word(0, "OR") || begins_item(input) {
        return input.fails(Wanted::Value);
    }
    value(input)
}
