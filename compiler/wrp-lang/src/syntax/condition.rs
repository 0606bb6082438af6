//! Conditions: `NOT` binds before `AND`, `AND` before `OR`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::cut;
use nom::sequence::delimited;
use wrp_graph::schema::Span;

use super::ast::{Expr, Leaf};
use super::enclosed::{Commas, Enclosure, deeper, remaining};
use super::fault::{Fault, Wanted};
use super::repair;
use super::token::{Kind, Parsed, Tokens, sign, word};
use super::value::{expected, field, name, starts_field};

pub(super) fn condition(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let conjunction = |input| chain("AND", factor, Expr::And, input);
    deeper(|input| chain("OR", conjunction, Expr::Or, input)).parse(input)
}

/// Operands with an operator between them: one stands for itself, several are one node.
fn chain<'a>(
    operator: &'static str,
    operand: impl Fn(Tokens<'a>) -> Parsed<'a, Expr>,
    node: fn(Vec<Expr>, Span) -> Expr,
    start: Tokens<'a>,
) -> Parsed<'a, Expr> {
    let (mut input, first) = operand(start)?;
    let mut operands = vec![first];
    while let Some(behind) = repair::operator(operator, input) {
        let (rest, next) = operand_of(input, behind, &operand)?;
        operands.push(next);
        input = rest;
    }
    match operands.len() {
        1 => Ok((input, operands.remove(0))),
        _ => Ok((input, node(operands, start.span_to(input)))),
    }
}

/// What stands on an operator's right; if that is nothing, the operator is what must change.
fn operand_of<'a>(
    operator: Tokens<'a>,
    behind: Tokens<'a>,
    operand: impl Fn(Tokens<'a>) -> Parsed<'a, Expr>,
) -> Parsed<'a, Expr> {
    match operand(behind) {
        Err(nom::Err::Error(fault)) if fault == (Fault { at: behind.at, wanted: Wanted::Condition }) => {
            Err(nom::Err::Failure(repair::missing_operand(operator, behind)))
        }
        other => other,
    }
}

fn factor(input: Tokens<'_>) -> Parsed<'_, Expr> {
    expected(Wanted::Condition, alt((leaf, negation, parenthesised))).parse(input)
}

fn negation(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let Some(behind) = repair::negation(input) else { return input.fails(Wanted::Condition) };
    let (rest, it) = operand_of(input, behind, deeper(factor))?;
    Ok((rest, Expr::Not(Box::new(it), input.span_to(rest))))
}

fn parenthesised(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let close = |inner| repair::closing_parenthesis(input, inner);
    delimited(sign('('), cut(condition), cut(close)).parse(input)
}

/// `kind("name" argument: value …)`
fn leaf(input: Tokens<'_>) -> Parsed<'_, Expr> {
    if !input.sees(0, Kind::Word) || !input.sees_sign(1, '(') || repair::negates(input) {
        return input.fails(Wanted::Condition);
    }
    const PARENTHESES: Enclosure =
        Enclosure { open: '(', commas: Commas::Before, starts: starts_field, ends: repair::ends_condition };
    let (open, kind) = word(input)?;
    let (behind, name) = cut(name).parse(open.skip(1))?;
    let (rest, arguments) = remaining(PARENTHESES, open, behind, false, field);
    let leaf = Leaf { kind, name, arguments, span: input.span_to(rest) };
    Ok((repair::comparison(rest), Expr::Leaf(leaf)))
}
