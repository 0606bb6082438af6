//! What stands between a pair of brackets, item by item; what cannot be read is reported and passed over.
//!
//! Once the opening bracket is read, nothing here fails: a fault in an item costs that item, and a missing
//! closing bracket is noticed at the next block at the latest. Every token is passed over once, so reading
//! stays linear however broken the text is.

use wrp_graph::schema::Span;

use super::block;
use super::fault::{Fault, Wanted, closing};
use super::token::{Kind, Parsed, Tokens, sign};
use super::{MAX_DEPTH, MAX_ITEMS, repair, route};

/// How a construct encloses its items.
#[derive(Clone, Copy)]
pub(super) struct Enclosure {
    pub(super) open: char,
    pub(super) commas: Commas,
    /// Whether an item begins here: reading goes on at such a place after a fault.
    pub(super) starts: fn(Tokens<'_>) -> bool,
    /// Whether what stands here shows that the closing bracket is missing.
    pub(super) ends: fn(Tokens<'_>) -> bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Commas {
    Never,
    /// One before each item, the first included, but none before the closing bracket.
    Before,
    /// One between items; one more may follow the last.
    Between,
}

#[derive(Debug)]
pub(super) struct Enclosed<T> {
    pub(super) items: Vec<T>,
    /// The brackets, both included.
    pub(super) span: Span,
}

/// Runs a parser one bracket deeper; too deep is a fault, not an overflow.
pub(super) fn deeper<'a, T>(
    parser: impl Fn(Tokens<'a>) -> Parsed<'a, T>,
) -> impl Fn(Tokens<'a>) -> Parsed<'a, T> {
    move |input| {
        if input.depth >= MAX_DEPTH {
            return Err(nom::Err::Failure(Fault { at: input.at, wanted: Wanted::ShallowerNesting }));
        }
        let (rest, it) = parser(input.at_depth(input.depth + 1))?;
        Ok((rest.at_depth(input.depth), it))
    }
}

/// An enclosure with its brackets. Fails only if the opening one is not there.
pub(super) fn enclosed<'a, T>(
    how: Enclosure,
    item: impl Fn(Tokens<'a>) -> Parsed<'a, T>,
) -> impl Fn(Tokens<'a>) -> Parsed<'a, Enclosed<T>> {
    move |open| {
        let (input, _) = sign(how.open)(open)?;
        let (rest, items) = remaining(how, open, input, true, &item);
        Ok((rest, Enclosed { items, span: open.span_to(rest) }))
    }
}

/// The items from `input` to the bracket that closes the one at `open`, and what stands behind it.
pub(super) fn remaining<'a, T>(
    how: Enclosure,
    open: Tokens<'a>,
    mut input: Tokens<'a>,
    mut first: bool,
    item: impl Fn(Tokens<'a>) -> Parsed<'a, T>,
) -> (Tokens<'a>, Vec<T>) {
    let mut items = Vec::new();
    loop {
        input = commas(how, input, first);
        first = false;
        if input.sees_sign(0, how.close()) {
            return (input.skip(1), items);
        }
        if how.lacks_its_end(input) {
            input.reader.report(Fault { at: input.at, wanted: Wanted::Closing(open.at) });
            return (input, items);
        }
        input = match item(input) {
            Ok((rest, it)) => {
                match items.len() < MAX_ITEMS {
                    true => items.push(it),
                    false => input.reader.report(Fault { at: input.at, wanted: Wanted::FewerItems }),
                }
                rest
            }
            Err(error) => resume(how, input, fault(error, input)),
        };
    }
}

/// The fault of a parser that failed at or behind `input`.
pub(super) fn fault(error: nom::Err<Fault>, input: Tokens<'_>) -> Fault {
    match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
        // Tokens are complete, no combinator asks for more of them.
        nom::Err::Incomplete(_) => Fault { at: input.at, wanted: Wanted::Value },
    }
}

/// Reads the commas before an item and complains of those that should not be, or are not, there.
fn commas<'a>(how: Enclosure, mut input: Tokens<'a>, first: bool) -> Tokens<'a> {
    let mut count = 0;
    while input.sees_sign(0, ',') {
        count += 1;
        let rest = input.skip(1);
        let last = rest.sees_sign(0, how.close());
        let allowed = match how.commas {
            Commas::Never => false,
            Commas::Before => count == 1 && !last,
            Commas::Between => count == 1 && !first,
        };
        if !allowed {
            repair::comma(input);
        }
        input = rest;
    }
    let expects_one = how.commas == Commas::Between && !first && count == 0;
    if expects_one && (how.starts)(input) && !(how.ends)(input) {
        repair::missing_comma(input);
    }
    input
}

impl Enclosure {
    fn close(&self) -> char {
        closing(self.open)
    }

    /// Whether the closing bracket must have been forgotten before this token.
    fn lacks_its_end(&self, input: Tokens<'_>) -> bool {
        let outer_ends = self.open != '{' && input.sees_sign(0, '}');
        // Inside a recipe blocks are items.
        let block_begins = block::begins(input) && !(self.starts)(input);
        input.is_at_end() || outer_ends || block_begins || (self.ends)(input)
    }
}

/// Reports a fault inside an item and finds the place where the next item begins, or the enclosure ends.
fn resume<'a>(how: Enclosure, item: Tokens<'a>, fault: Fault) -> Tokens<'a> {
    item.reader.report(fault);
    let mut input = item.moved_to(fault.at.max(item.at));
    if input.at == item.at {
        input = skip_group(input);
    }
    let next_item = |input: Tokens<'_>| match how.commas {
        Commas::Between => input.sees_sign(0, ','),
        Commas::Never | Commas::Before => (how.starts)(input),
    };
    let ends = |input: Tokens<'_>| input.sees_sign(0, how.close()) || how.lacks_its_end(input);
    while !next_item(input) && !ends(input) {
        input = skip_group(input);
    }
    input
}

/// One token further, or behind the whole group if it opens one. Stops early at the end of the enclosing braces
/// and where a block surely begins.
pub(super) fn skip_group(mut input: Tokens<'_>) -> Tokens<'_> {
    let mut open: Vec<char> = Vec::new();
    loop {
        match input.peek(0).map(|token| token.kind) {
            None => return input,
            Some(Kind::Sign(opener @ ('{' | '[' | '('))) => open.push(closing(opener)),
            Some(Kind::Sign('}')) if !open.is_empty() => {
                // A brace outranks brackets that were never closed inside it.
                match open.iter().rposition(|close| *close == '}') {
                    Some(index) => open.truncate(index),
                    None => return input,
                }
            }
            Some(Kind::Sign(close @ (']' | ')'))) if open.last() == Some(&close) => {
                open.pop();
            }
            _ => {}
        }
        input = input.skip(1);
        // Lines of a route stand in braces only.
        let line_begins = open.last().is_some_and(|close| *close != '}') && route::begins_item(input);
        if open.is_empty() || line_begins || block::begins(input) {
            return input;
        }
    }
}
