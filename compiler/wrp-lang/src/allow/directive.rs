//! The directive in a comment.

use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::{char, multispace0};
use nom::combinator::{all_consuming, opt, recognize, rest};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};
use wrp_graph::schema::{Span, Spanned};

use super::Allow;

/// What a comment that begins with `# allow(` says; `start` is where it stands.
pub(super) fn read(comment: &str, start: u32) -> Option<Allow> {
    let comment = comment.trim_end();
    let inside = comment.trim_start_matches('#').trim_start();
    let behind = inside.strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let span = Span { start, end: start + comment.len() as u32 };
    let nothing = Allow { span, names: Vec::new(), has_reason: false, understood: false, covered: None };
    let Ok((_, (names, reason))) = all_consuming((arguments, further)).map(|(it, _)| it).parse(behind) else {
        return Some(nothing);
    };
    let place = |name: &str| {
        let at = start as usize + (name.as_ptr() as usize - comment.as_ptr() as usize);
        Spanned { it: name.to_owned(), span: Span::new(at, at + name.len()) }
    };
    Some(Allow {
        names: names.into_iter().map(place).collect(),
        has_reason: reason.is_some_and(|reason| !reason.trim().is_empty()),
        understood: true,
        ..nothing
    })
}

/// `name, name, reason = "…")`
fn arguments(text: &str) -> IResult<&str, (Vec<&str>, Option<&str>)> {
    let quoted = delimited(char('"'), opt(is_not("\"")), char('"')).map(Option::unwrap_or_default);
    let sign = delimited(multispace0, char('='), multispace0);
    let reason = preceded((comma, tag("reason"), sign), quoted);
    (separated_list1(comma, name), opt(reason), (multispace0, opt(char(',')), multispace0, char(')')))
        .map(|(names, reason, _)| (names, reason))
        .parse(text)
}

/// Another comment behind the directive.
fn further(text: &str) -> IResult<&str, Option<&str>> {
    preceded(multispace0, opt(recognize((char('#'), rest)))).parse(text)
}

fn comma(text: &str) -> IResult<&str, char> {
    delimited(multispace0, char(','), multispace0).parse(text)
}

/// The name of a lint; `reason =` is none.
fn name(text: &str) -> IResult<&str, &str> {
    let (rest, name) =
        preceded(multispace0, take_while1(|c: char| c.is_alphanumeric() || c == '-' || c == '_'))
            .parse(text)?;
    match rest.trim_start().starts_with('=') {
        true => Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Tag))),
        false => Ok((rest, name)),
    }
}
