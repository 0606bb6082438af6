//! Decision trees: `IF … ELSE IF … ELSE …`, the last of which must not be missing.

use nom::Parser;
use nom::combinator::cut;

use super::ast::{Body, Branch, Expr, Tree};
use super::enclosed::{Commas, Enclosure, enclosed};
use super::fault::{Fault, Wanted};
use super::route::{BODY, tree_item};
use super::token::{Kind, Parsed, Tokens};
use super::{condition, repair, value};

const BRACES: Enclosure =
    Enclosure { open: '{', commas: Commas::Never, starts: begins_part, ends: |_| false };

/// One `IF`, `ELSE IF` or `ELSE` with its body, and where it stands.
struct Part {
    at: usize,
    /// Whether it begins with `ELSE`.
    chained: bool,
    when: Option<Expr>,
    body: Body,
}

/// `name { IF … }`, behind `DECISION_TREE`.
pub(super) fn tree(input: Tokens<'_>) -> Parsed<'_, Tree> {
    let (rest, (name, braces)) = (value::name, enclosed(BRACES, part)).parse(input)?;
    let mut tree = Tree { name, branches: Vec::new(), otherwise: None };
    let report = |at, wanted| input.reader.report(Fault { at, wanted });
    for (index, part) in braces.items.into_iter().enumerate() {
        if tree.otherwise.is_some() {
            report(part.at, Wanted::NoBranchAfterElse);
        } else if part.chained && index == 0 {
            report(part.at, Wanted::Keyword("IF"));
        } else if !part.chained && index > 0 {
            report(part.at, Wanted::Keyword("ELSE"));
        }
        match part.when {
            Some(when) => tree.branches.push(Branch { when, body: part.body }),
            None if tree.otherwise.is_none() => tree.otherwise = Some(part.body),
            None => {}
        }
    }
    if tree.otherwise.is_none() {
        report(rest.at.saturating_sub(1), Wanted::Otherwise);
    }
    Ok((rest, tree))
}

fn begins_part(input: Tokens<'_>) -> bool {
    let word = input.peek_text(0);
    input.sees(0, Kind::Word) && (word.eq_ignore_ascii_case("IF") || word.eq_ignore_ascii_case("ELSE"))
}

fn part(input: Tokens<'_>) -> Parsed<'_, Part> {
    let chained = repair::keyword("ELSE", input);
    let behind = if chained { input.skip(1) } else { input };
    let (rest, when) = match repair::keyword("IF", behind) {
        true => cut(condition::condition).map(Some).parse(behind.skip(1))?,
        false if chained => (behind, None),
        false => return input.fails(Wanted::OneOf(&["IF", "ELSE"])),
    };
    let (rest, body) = cut(enclosed(BODY, tree_item)).parse(rest)?;
    Ok((rest, Part { at: input.at, chained, when, body: Body { items: body.items, span: body.span } }))
}
