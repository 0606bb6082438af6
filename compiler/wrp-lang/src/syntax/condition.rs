//! Tests joined by operators: `NOT` binds before `AND`, `AND` before `OR`. The tests of a condition look at signals.

use nom::Parser;
use nom::combinator::cut;
use wrp_graph::schema::Span;

use super::ast::{Expr, Leaf};
use super::enclosed::{Commas, Enclosure, deeper, remaining};
use super::fault::{Fault, Wanted};
use super::repair;
use super::token::{Kind, Parsed, Tokens, word};
use super::value::{field, name, starts_field};

pub(super) fn condition(input: Tokens<'_>) -> Parsed<'_, Expr> {
    expression(Tests { read: leaf, wanted: Wanted::Condition }, input)
}

/// How the tests of an expression are read.
pub(super) struct Tests<'a, T> {
    pub(super) read: fn(Tokens<'a>) -> Parsed<'a, T>,
    /// What to say where there is none.
    pub(super) wanted: Wanted,
}

impl<T> Clone for Tests<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Tests<'_, T> {}

pub(super) fn expression<'a, T>(tests: Tests<'a, T>, input: Tokens<'a>) -> Parsed<'a, Expr<T>> {
    let operand = |input| factor(tests, input);
    let conjunction = |input| chain("AND", operand, Expr::And, tests.wanted, input);
    deeper(|input| chain("OR", conjunction, Expr::Or, tests.wanted, input)).parse(input)
}

/// Operands with an operator between them: one stands for itself, several are one node.
fn chain<'a, T>(
    operator: &'static str,
    operand: impl Fn(Tokens<'a>) -> Parsed<'a, Expr<T>>,
    node: fn(Vec<Expr<T>>, Span) -> Expr<T>,
    wanted: Wanted,
    start: Tokens<'a>,
) -> Parsed<'a, Expr<T>> {
    let (mut input, first) = operand(start)?;
    let mut operands = vec![first];
    while let Some(behind) = repair::operator(operator, input) {
        let (rest, next) = operand_of(input, behind, wanted, &operand)?;
        operands.push(next);
        input = rest;
    }
    match operands.len() {
        1 => Ok((input, operands.remove(0))),
        _ => Ok((input, node(operands, start.span_to(input)))),
    }
}

/// What stands on an operator's right; if that is nothing, the operator is what must change.
fn operand_of<'a, T>(
    operator: Tokens<'a>,
    behind: Tokens<'a>,
    wanted: Wanted,
    operand: impl Fn(Tokens<'a>) -> Parsed<'a, Expr<T>>,
) -> Parsed<'a, Expr<T>> {
    match operand(behind) {
        Err(nom::Err::Error(fault)) if fault == (Fault { at: behind.at, wanted }) => {
            Err(nom::Err::Failure(repair::missing_operand(operator, behind, wanted)))
        }
        other => other,
    }
}

// Written out, since combinators would take their room on the stack once for each bracket.
fn factor<'a, T>(tests: Tests<'a, T>, input: Tokens<'a>) -> Parsed<'a, Expr<T>> {
    match (tests.read)(input) {
        Ok((rest, test)) => Ok((rest, Expr::Leaf(test))),
        Err(nom::Err::Error(_)) if input.sees_sign(0, '(') => parenthesised(tests, input),
        Err(nom::Err::Error(_)) => negation(tests, input),
        Err(error) => Err(error),
    }
}

fn negation<'a, T>(tests: Tests<'a, T>, input: Tokens<'a>) -> Parsed<'a, Expr<T>> {
    let Some(behind) = repair::negation(input) else { return input.fails(tests.wanted) };
    let operand = deeper(|input| factor(tests, input));
    let (rest, it) = operand_of(input, behind, tests.wanted, operand)?;
    Ok((rest, Expr::Not(Box::new(it), input.span_to(rest))))
}

fn parenthesised<'a, T>(tests: Tests<'a, T>, input: Tokens<'a>) -> Parsed<'a, Expr<T>> {
    let (rest, it) = cut(|inside| expression(tests, inside)).parse(input.skip(1))?;
    let (rest, _) = cut(|end| repair::closing_parenthesis(input, end)).parse(rest)?;
    Ok((rest, it))
}

/// `kind("name" argument: value …)`
fn leaf(input: Tokens<'_>) -> Parsed<'_, Leaf> {
    if !input.sees(0, Kind::Word) || !input.sees_sign(1, '(') || repair::negates(input) {
        return input.fails(Wanted::Condition);
    }
    const PARENTHESES: Enclosure =
        Enclosure { open: '(', commas: Commas::Before, starts: starts_field, ends: repair::ends_condition };
    let (open, kind) = word(input)?;
    let (behind, name) = cut(name).parse(open.skip(1))?;
    let (rest, arguments) = remaining(PARENTHESES, open, behind, false, field);
    let leaf = Leaf { kind, name, arguments, span: input.span_to(rest) };
    Ok((repair::comparison(rest), leaf))
}
